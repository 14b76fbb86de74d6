import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { arches } from '../../../harness/arch/index.ts';
import { checkHistory } from '../../../harness/model/history/check.ts';
import { OP, OUTCOME, type History, type HistoryRecord } from '../../../harness/model/history/types.ts';
import { parseHistory } from '../../../harness/workload/history/reader.ts';
import { encodeHistory } from '../../../harness/workload/history/writer.ts';

/**
 * Histories that real kernels left, a third of a second of `hammer` each (test/record/history.ts). Numbers of docs/history-format.md
 * for the architecture; the rest is what `hammer` was told.
 */
const recordings = [
  { name: 'ppc64-64k', arch: arches.ppc64, number: 2, release: /^5\.10\.223-spf-v12-race-/ },
  { name: 'ppc64le-64k', arch: arches.ppc64le, number: 3, release: /^5\.10\.223-spf-v12-race-/ },
] as const;

const directory = join(import.meta.dirname, 'recorded');
const bytesOf = (name: string) => gunzipSync(readFileSync(join(directory, `${name}.bin.gz`)));

test('every recording has its row', () => {
  const files = globSync('*.bin.gz', { cwd: directory }).map((file) => basename(file, '.bin.gz'));
  expect(files.sort()).toEqual(recordings.map(({ name }) => name).sort());
});

describe.each(recordings)('$name', ({ name, arch, number, release }) => {
  const bytes = bytesOf(name);
  const history = parseHistory(bytes);

  test('says what it was recorded on', () => {
    const { byteOrder, pageSize } = arch;
    expect(history.header).toMatchObject({
      ...{ byteOrder, pageSize, arch: number, clock: 'counter', seed: 7n, pages: 32, threads: 4 },
      release: expect.stringMatching(release) as string,
    });
    // Every powerpc's time base runs at 512 MHz (Power ISA, book II).
    expect(Number(history.header.ticksPerSecond) / 512e6).toBeCloseTo(1, 1);
    expect(history).toMatchObject({ complete: true, doubts: [] });
  });

  test('every field is in its place', () => {
    const records = history.threads.flat();
    expect(records.length).toBeGreaterThan(500);
    for (const { start, end, page, pages, thread } of records) {
      expect(end >= start && page + pages <= 32 && thread < 4).toBe(true);
    }
    // A value names its writer in its upper half, so a swapped half would be nobody's.
    const written = new Set(records.filter(({ op }) => op === OP.XCHG).map(({ value }) => value));
    const found = records.filter(
      ({ op, outcome, result }) => op === OP.XCHG && outcome === OUTCOME.ok && result !== 0n,
    );
    expect(found.length).toBeGreaterThan(20);
    for (const { result } of found) expect(written).toContain(result);
  });

  test('is explained by the model, and by it in the other byte order too', () => {
    const other = history.header.byteOrder === 'big' ? 'little' : 'big';
    const turned = { ...history, header: { ...history.header, byteOrder: other } } as const;
    const back = parseHistory(encodeHistory(turned));
    expect({ ...back, roles: null }).toEqual({ ...turned, roles: null });
    expect(checkHistory(history).violations).toEqual([]);
    expect(checkHistory(back)).toEqual(checkHistory(history));
  });

  test('is not explained any more when a store is lost', () => {
    const victim = history.threads.flat().find(isOverwritten)!;
    expect(
      checkHistory(replaced(history, victim, { ...victim, result: 0x0bad_0000_0000_0001n })).violations,
    ).not.toEqual([]);
  });
});

const isOverwritten = ({ op, outcome, result }: HistoryRecord): boolean =>
  op === OP.XCHG && outcome === OUTCOME.ok && result !== 0n;

function replaced(history: History, victim: HistoryRecord, by: HistoryRecord): History {
  const threads = history.threads.map((records) =>
    records.map((record) => (record === victim ? by : record)),
  );
  return { ...history, threads };
}
