import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeHistory } from '../../harness/workload/history/writer.ts';
import { at, historyOf } from '../model/history/build.ts';
import { chunkSpans } from '../workload/history/mutate.ts';

const directory = mkdtempSync(join(tmpdir(), 'spf-check-'));
afterAll(() => rmSync(directory, { recursive: true }));

const good = encodeHistory(historyOf([at(0).xchg(1, 2, 0n, 5n), at(1).read(3, 4, 5n)]));
const bad = encodeHistory(historyOf([at(0).xchg(1, 2, 0n, 5n), at(1).unmap(3, 4), at(0).read(5, 6, 5n)]));

function check(bytes: Uint8Array, ...args: readonly string[]) {
  const file = join(directory, 'history.bin');
  writeFileSync(file, bytes);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['harness/cli/spf.ts', 'check', file, ...args],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000 },
  );
  return { status, stdout, said: stderr.trim().replace(file, 'FILE') };
}

describe('spf check', () => {
  test('explains, or draws what has no explanation', () => {
    expect(check(good)).toMatchObject({ status: 0, said: '' });
    const trace = join(directory, 'trace.json');
    const { status, stdout } = check(bad, '--perfetto', trace);
    expect(status).toBe(1);
    expect(stdout).toMatch(/access-after-unmap: Page 0: T0's load succeeded on a page that was unmapped/);
    expect(stdout).toMatch(/^ {2}T1 \S+ +├─+┤ +T1 munmap of page 0$/m);
    expect(stdout).toMatch(/^ {2}T0 \S+ +█+ +T0 read 0x5 on page 0 {2}← no order explains this$/m);
    const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as {
      traceEvents: { ph: string; name: string; ts?: number; dur?: number; tid?: number }[];
    };
    expect(traceEvents.filter(({ ph }) => ph === 'X')).toMatchObject([
      { name: 'T0 exchange 0→0x5 on page 0', tid: 0, ts: 0, dur: 1 },
      { name: 'T1 munmap of page 0', tid: 1, ts: 2, dur: 1 },
      { name: 'T0 read 0x5 on page 0', tid: 0, ts: 4, dur: 1 },
    ]);
  });

  test('refuses what is damaged with one message, and gives no verdict', () => {
    const flipped = Uint8Array.from(bad);
    flipped[200]! ^= 1;
    for (const bytes of [flipped, bad.subarray(0, bad.length - 5), Buffer.from('hello'), new Uint8Array(0)]) {
      const { status, stdout, said } = check(bytes);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(said).toMatch(/^\S[^\n]*FILE: [^\n]+$/);
    }
  });

  test('ends as ever when nobody reads on, as behind a pipe to head', async () => {
    const file = join(directory, 'unread.bin');
    writeFileSync(file, bad);
    const child = spawn(process.execPath, ['harness/cli/spf.ts', 'check', file]);
    child.stdout.destroy();
    const said = text(child.stderr);
    const [status] = (await once(child, 'close')) as [number];
    expect({ status, said: await said }).toEqual({ status: 1, said: '' });
  });

  test('does not call explained what it could not judge', () => {
    const cut = bad.subarray(0, chunkSpans(bad)[1]!.to);
    const { status, stdout } = check(cut);
    expect(status).toBe(3);
    expect(stdout).toMatch(/not decided: the history ends before its first progress mark/);
  });
});
