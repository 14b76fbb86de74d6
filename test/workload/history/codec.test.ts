import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  OP,
  OUTCOME,
  type HistoryRecord,
  type Op,
  type Outcome,
} from '../../../harness/model/history/types.ts';
import { HEADER_BYTES } from '../../../harness/workload/history/layout.ts';
import { HistoryReader, parseHistory } from '../../../harness/workload/history/reader.ts';
import { ChunkWalk } from '../../../harness/workload/history/walk.ts';
import { encodeHistory, HistoryWriter } from '../../../harness/workload/history/writer.ts';
import { anyHistory, type Written } from './arbitrary.ts';
import { chunkSpans } from './mutate.ts';

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

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });
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
  test('between two chunks is a beginning of what was written; anywhere else it is none', () => {
    fc.assert(
      fc.property(anyHistory, perChunk, (history, records) => {
        const bytes = encodeHistory({ ...history, complete: true }, records);
        const ends = new Set(chunkSpans(bytes, history.header.byteOrder === 'little').map(({ to }) => to));
        for (let length = 0; length < bytes.length; length++) {
          const reading = readPieces([bytes.subarray(0, length)]);
          expect('history' in reading, `${length} bytes`).toBe(ends.has(length));
          if ('fault' in reading) continue;
          expect(reading.history.complete).toBe(false);
          for (const [thread, own] of reading.history.threads.entries())
            expect(own).toEqual(history.threads[thread]?.slice(0, own.length));
        }
      }),
      { numRuns: 6 },
    );
  });

  test('is cut between two chunks by the harness when the guest died inside one', () => {
    fc.assert(
      fc.property(
        anyHistory,
        perChunk,
        fc.double({ min: 0, max: 1, noNaN: true }),
        cuts,
        (history, n, part, where) => {
          const whole = encodeHistory(history, n);
          const bytes = whole.subarray(0, Math.floor(part * whole.length));
          const walk = new ChunkWalk();
          for (const piece of pieces(bytes, where)) walk.push(piece);
          const ends = chunkSpans(whole, history.header.byteOrder === 'little').map(({ to }) => to);
          const last = [0, HEADER_BYTES, ...ends].filter((end) => end <= bytes.length).at(-1)!;
          expect(walk.whole).toBe(last);
        },
      ),
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
  start: 5000n,
  end: 5000n,
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
  roles: ['faulter', 'mapper'],
};

/** The bytes of these records, a chunk each, behind roles. */
function stream(write: (writer: HistoryWriter) => void, of = header): Uint8Array {
  const parts: Uint8Array[] = [];
  const writer = new HistoryWriter(of, (bytes) => void parts.push(bytes));
  writer.roles(['faulter', 'mapper']);
  write(writer);
  return Buffer.concat(parts);
}
const faultOf = (bytes: Uint8Array): string => {
  const reading = readPieces([bytes]);
  return 'fault' in reading ? reading.fault : 'none';
};
const faultAfter = (write: (writer: HistoryWriter) => void): string =>
  faultOf(stream(write)).replace(/^the chunk at byte \d+: /, '');
const one = (change: Partial<HistoryRecord>): string =>
  faultAfter((writer) => writer.records(0, [{ ...record(0, 0), ...change }]));

describe('an odd history', () => {
  test('is no history without the magic number', () => {
    expect(faultOf(new Uint8Array(4096))).toBe('this is no history: the magic number is missing');
  });

  test('of another version is not guessed at', () => {
    const bytes = encodeHistory(empty);
    bytes[11] = 1;
    expect(faultOf(bytes)).toBe('history version 1, known is 2');
  });

  test.each([
    [{ pageSize: 1000 }, 'a page size of 1000 bytes'],
    [{ ticksPerSecond: 0n }, '0 ticks a second do not go with a counter clock'],
    [{ pages: 0 }, 'an arena of 0 pages'],
    [{ threads: 0 }, '0 threads'],
  ])('with a header that says %o is refused', (change, fault) => {
    expect(faultOf(stream(() => undefined, { ...header, ...change }))).toBe(fault);
  });

  test.each([
    [
      'a gap in a thread',
      { sequence: 2 },
      'its sequence number is 2, so records are missing or out of order',
    ],
    ['another thread’s record', { thread: 1 }, "it says that it is thread 1's"],
    ['an unknown operation', { op: 77 as Op }, 'operation 77 is unknown'],
    ['an unknown outcome', { outcome: 9 as Outcome }, 'outcome 9 is unknown'],
    ['a call that got a signal', { outcome: OUTCOME.signal }, 'operation 3 cannot have outcome 2'],
    ['an access with an errno', { op: OP.READ, outcome: OUTCOME.error }, 'operation 1 cannot have outcome 1'],
    ['pages outside the arena', { page: 15, pages: 2 }, 'pages 15 to 16 of an arena of 16'],
    ['a load of two pages', { op: OP.READ, pages: 2 }, 'operation 1 on 2 pages'],
    ['a move onto itself', { op: OP.MOVE, pages: 4, target: 3 }, 'it moves pages onto themselves'],
    ['an exchange of zero', { op: OP.XCHG, value: 0n }, 'it writes 0, which no exchange may'],
    ['an end before the start', { start: 600n, end: 1n }, 'it ends before it begins'],
    ['a child without a fork', { op: OP.CHILD_READ }, 'no fork 3 stands before what its child saw'],
    ['a pending record', { outcome: OUTCOME.pending }, 'it is pending among records of what has ended'],
  ])('with %s is refused', (_, change, why) => {
    expect(one(change)).toBe(`record 0 of thread 0: ${why}`);
  });

  test('whose thread goes back in time is refused', () => {
    const back = [
      { ...record(0, 0), start: 5000n, end: 6000n },
      { ...record(0, 1), start: 5400n, end: 6100n },
    ];
    expect(faultAfter((writer) => writer.records(0, back))).toBe(
      'record 1 of thread 0: it begins before the one before it ended',
    );
    const within = [back[0]!, { ...back[1]!, start: 5500n }];
    expect(faultAfter((writer) => writer.records(0, within))).toBe('none');
  });

  test('whose record comes behind the mark that says it was there is refused', () => {
    const late = (tick: bigint) =>
      faultAfter((writer) => {
        writer.records(1, [{ ...record(1, 0), start: 1n, end: 50n }]);
        writer.progress(tick);
        writer.records(0, [{ ...record(0, 0), start: 90n, end: 99n }]);
      });
    expect(late(100n)).toBe('record 0 of thread 0: it ended before a progress mark that stands before it');
    expect(late(99n)).toBe('none');
  });

  test('whose progress goes back is refused', () => {
    const back = (writer: HistoryWriter) => [10n, 9n].forEach((tick) => writer.progress(tick));
    expect(faultAfter(back)).toBe('progress goes back from 10 to 9');
  });

  test('that goes on behind its end is refused', () => {
    expect(faultAfter((writer) => (writer.end(), writer.end()))).toBe('it stands after the end');
  });

  test('whose chunk is of a thread that there is not is refused', () => {
    expect(faultAfter((writer) => writer.records(2, [record(2, 0)]))).toBe(
      'it is of thread 2, but there are 2 threads',
    );
  });

  test('with a damaged payload says where', () => {
    const bytes = encodeHistory({ ...empty, threads: [[record(0, 0), record(0, 1)], []] }, 1);
    const recordsAt = bytes.length - 16 - 64;
    bytes[recordsAt + 16] = 0xff;
    expect(faultOf(bytes)).toBe(
      `a chunk is damaged, missing, moved or of another history at byte ${recordsAt - 16}`,
    );
  });

  test('claiming a huge chunk does not make the reader wait for it', () => {
    const bytes = encodeHistory(empty);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 8, 0xfffffff8);
    expect(faultOf(bytes)).toMatch(/^a chunk claims 4294967288 bytes/);
  });

  test('drops a pending call whose own record came, and no other', () => {
    const pending = (sequence: number) => ({ ...record(1, sequence), end: 0n, outcome: OUTCOME.pending });
    const done = parseHistory(
      encodeHistory({ ...empty, threads: [[], [record(1, 0)]], pending: [pending(0)] }),
    );
    expect(done.pending).toEqual([]);
    const open = parseHistory(
      encodeHistory({ ...empty, threads: [[], [record(1, 0)]], pending: [pending(0), pending(1)] }),
    );
    expect(open.pending).toEqual([pending(1)]);
    const torn = parseHistory(
      encodeHistory({ ...empty, threads: [[], []], pending: [pending(0), pending(0), pending(1)] }),
    );
    expect(torn.pending).toEqual([pending(0), pending(1)]);
  });
});
