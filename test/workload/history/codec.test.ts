import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOME } from '../../../harness/model/history/types.ts';
import { HEADER_BYTES } from '../../../harness/workload/history/layout.ts';
import { HistoryReader, parseHistory } from '../../../harness/workload/history/reader.ts';
import { encodeChunk, encodeHistory } from '../../../harness/workload/history/writer.ts';
import { anyHistory, type Written } from './arbitrary.ts';

/** Cuts at the given places, each a fraction of the whole. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [
    0,
    ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((to, n) => bytes.subarray(places[n], to));
}

function readPieces(parts: readonly Uint8Array[]) {
  const reader = new HistoryReader();
  for (const part of parts) reader.push(part);
  return reader.finish();
}

const flatten = (history: Written) => history.threads.flat();
const perChunk = fc.integer({ min: 1, max: 5 });

describe('a history that was written', () => {
  test('reads back the same, in both byte orders', () => {
    fc.assert(
      fc.property(anyHistory, perChunk, (history, records) => {
        expect(parseHistory(encodeHistory(history, records))).toEqual({ ...history, doubts: [] });
      }),
    );
  });

  test('reads the same however its bytes are cut', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(anyHistory, perChunk, cuts, (history, records, where) => {
        const bytes = encodeHistory(history, records);
        expect(readPieces(pieces(bytes, where))).toEqual(readPieces([bytes]));
      }),
    );
  });

  test('reads the same byte by byte', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const bytes = encodeHistory(history);
        expect(readPieces(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(readPieces([bytes]));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a history that was cut', () => {
  test('gives at every byte a prefix of what was written, and says so', () => {
    fc.assert(
      fc.property(anyHistory, perChunk, (history, records) => {
        const bytes = encodeHistory({ ...history, complete: true }, records);
        for (let length = 0; length < bytes.length; length++) {
          const { history: read, doubts } = readPieces([bytes.subarray(0, length)]);
          expect(read === undefined).toBe(length < HEADER_BYTES);
          if (read === undefined) expect(doubts).toHaveLength(1);
          else {
            expect(read.complete).toBe(false);
            for (const [thread, own] of read.threads.entries())
              expect(own).toEqual(history.threads[thread]?.slice(0, own.length));
          }
        }
      }),
      { numRuns: 6 },
    );
  });

  test('keeps everything before a damaged byte of a payload, and doubts the rest', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(), (history, where) => {
        fc.pre(flatten(history).length > 0);
        const bytes = encodeHistory(history, 2);
        const at = HEADER_BYTES + (where % (bytes.length - HEADER_BYTES));
        const damaged = bytes.map((byte, n) => (n === at ? byte ^ 0x40 : byte));
        const { history: read } = readPieces([damaged]);
        const kept = read?.threads.flat() ?? [];
        for (const record of kept) expect(history.threads[record.thread]?.[record.sequence]).toEqual(record);
      }),
    );
  });
});

const header: Written['header'] = {
  ...{
    byteOrder: 'big',
    arch: 2,
    pageSize: 65536,
    clock: 'counter',
    ticksPerSecond: 512_000_000n,
    skew: 512n,
  },
  ...{ seed: 7n, pages: 16, threads: 2, arenaBase: 0x200000000000n, countsEachFault: false },
  ...{ initiallyMapped: true, workload: 'hammer', release: '5.10.223-spf' },
};
const none = {
  start: 1n,
  end: 2n,
  value: 3n,
  result: 0n,
  page: 0,
  pages: 1,
  target: 0,
  code: 0,
  spfBefore: 0,
  spfAfter: 0,
};
const record = (thread: number, sequence: number) =>
  ({ ...none, thread, sequence, op: 3, outcome: OUTCOME.ok }) as const;
const empty: Written = {
  header,
  threads: [[], []],
  pending: [],
  complete: true,
  completeUntil: 0n,
  roles: [],
};

describe('an odd history', () => {
  test('is no history without the magic number', () => {
    const { history, doubts } = readPieces([new Uint8Array(4096)]);
    expect(history).toBeUndefined();
    expect(doubts).toEqual(['this is no history: the magic number is missing']);
  });

  test('of another version is not guessed at', () => {
    const bytes = encodeHistory(empty);
    bytes[11] = 9;
    expect(readPieces([bytes]).doubts).toEqual(['history version 9, known is 1']);
  });

  test('with a gap in a thread counts up to the gap', () => {
    const read = parseHistory(encodeHistory({ ...empty, threads: [[record(0, 0), record(0, 2)], []] }));
    expect(read.threads[0]).toEqual([record(0, 0)]);
    expect(read.doubts).toEqual(['thread 0, record 1: its sequence number is 2, so records are missing']);
    expect(read.complete).toBe(false);
  });

  test('with a record in another thread’s chunk stops there', () => {
    const read = parseHistory(encodeHistory({ ...empty, threads: [[], [record(0, 0)]] }));
    expect(read.threads).toEqual([[], []]);
    expect(read.doubts).toEqual(["thread 1, record 0: it says it is thread 0's"]);
  });

  test('with a damaged payload counts up to its chunk', () => {
    const bytes = encodeHistory({ ...empty, threads: [[record(0, 0), record(0, 1)], []] }, 1);
    const recordsAt = bytes.length - 16 - 64;
    bytes[recordsAt + 16] = 0xff;
    const read = parseHistory(bytes);
    expect(read.threads[0]).toEqual([record(0, 0)]);
    expect(read.doubts[0]).toMatch(/^a chunk has a wrong CRC at byte \d+: nothing after it counts$/);
  });

  test('claiming a huge chunk does not make the reader wait for it', () => {
    const bytes = Buffer.concat([
      encodeHistory({ ...empty, complete: false }),
      encodeChunk(header, 'end', 0, new Uint8Array(0)),
    ]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 8, 0xfffffff8);
    expect(readPieces([bytes]).doubts[0]).toMatch(/a chunk claims 4294967288 bytes/);
  });

  test('with chunks of a kind to come is read without them', () => {
    const bytes = encodeHistory({ ...empty, threads: [[record(0, 0)], []] });
    const strange = encodeChunk(header, 'progress', 0, new Uint8Array(8));
    new DataView(strange.buffer).setUint32(0, 99);
    const read = parseHistory(Buffer.concat([bytes, strange]));
    expect(read.threads[0]).toHaveLength(1);
    expect(read.doubts).toEqual(['a chunk of unknown kind 99 was skipped']);
  });

  test('drops a pending call whose own record came, keeps the thread’s latest', () => {
    const pending = (sequence: number) => ({ ...record(1, sequence), end: 0n, outcome: OUTCOME.pending });
    const done = parseHistory(
      encodeHistory({ ...empty, threads: [[], [record(1, 0)]], pending: [pending(0)] }),
    );
    expect(done.pending).toEqual([]);
    const open = parseHistory(
      encodeHistory({ ...empty, threads: [[], [record(1, 0)]], pending: [pending(0), pending(1)] }),
    );
    expect(open.pending).toEqual([pending(1)]);
  });
});
