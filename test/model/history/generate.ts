import { closeSync, openSync, writeSync } from 'node:fs';
import { OP, OUTCOME, type HistoryHeader } from '../../../harness/model/history/types.ts';
import { RECORD, RECORD_BYTES } from '../../../harness/workload/history/layout.ts';
import { HistoryWriter } from '../../../harness/workload/history/writer.ts';
import { random } from './simulator.ts';

/**
 * Valid histories of any length, a million operations a second: for benchmarks, where simulator.ts is too slow. Each
 * operation takes effect at an instant that is drawn inside its interval; munmap and MADV_DONTNEED open a view that
 * each thread leaves at an instant of its own.
 */
export interface GeneratorOptions {
  readonly seed: number;
  readonly operations: number;
  readonly pages: number;
  readonly threads: number;
  /** Share of the operations that are calls. */
  readonly structural: number;
  /** Calls are munmap and MADV_DONTNEED too, not only those that take effect at an instant. */
  readonly flips: boolean;
  /** Threads that make calls on a page: 1 or 2. */
  readonly owners: 1 | 2;
}

export const GENERATED_ARENA = 0x7f0000000000n;
const PAGE_SIZE = 4096;
const CHUNK_RECORDS = 4096;

interface View {
  readonly mapped: boolean;
  readonly prot: number;
  low: number;
  high: number;
  /** Instant at which each thread leaves it. */
  readonly leaves: readonly number[];
  readonly over: number;
}

/** A thread's records on their way into chunks. */
class Lane {
  readonly thread: number;
  readonly bytes = new Uint8Array(CHUNK_RECORDS * RECORD_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  used = 0;
  sequence = 0;
  values = 0;
  instant = 0;
  start = 0;
  end = 0;
  op = 0;
  page = 0;
  pages = 1;
  prot = 0;
  lastEnd = 0;
  flushedEnd = 0;

  constructor(thread: number) {
    this.thread = thread;
  }

  push(outcome: number, code: number, low: number, high: number): void {
    const { view } = this;
    const at = this.used;
    const word = (offset: number, value: number): void => view.setUint32(at + offset, value, true);
    const tick = (offset: number, value: number): void => {
      word(offset, value % 4294967296);
      word(offset + 4, Math.floor(value / 4294967296));
    };
    tick(RECORD.start, this.start);
    tick(RECORD.end, this.end);
    if (this.op === OP.XCHG) {
      word(RECORD.value, this.values);
      word(RECORD.value + 4, this.thread << 16);
    } else {
      word(RECORD.value, this.op === OP.READ ? 0 : this.prot);
      word(RECORD.value + 4, 0);
    }
    word(RECORD.result, low);
    word(RECORD.result + 4, high);
    word(RECORD.page, this.page);
    word(RECORD.pages, this.pages);
    word(RECORD.target, 0);
    word(RECORD.sequence, this.sequence++);
    view.setUint16(at + RECORD.thread, this.thread, true);
    view.setUint8(at + RECORD.op, this.op);
    view.setUint8(at + RECORD.outcome, outcome);
    word(RECORD.code, code);
    word(RECORD.spfBefore, 0);
    word(RECORD.spfAfter, 0);
    this.used += RECORD_BYTES;
    this.lastEnd = this.end;
  }
}

function headerOf({ seed, pages, threads }: GeneratorOptions): HistoryHeader {
  return {
    ...{
      byteOrder: 'little',
      arch: 1,
      pageSize: PAGE_SIZE,
      clock: 'counter',
      ticksPerSecond: 1_000_000_000n,
    },
    ...{ skew: 0n, seed: BigInt(seed), pages, threads, arenaBase: GENERATED_ARENA, countsEachFault: false },
    ...{ initiallyMapped: true, workload: 'generated', release: 'none' },
  };
}

/** Hands out the bytes of a history as they are made. */
export function generate(options: GeneratorOptions, emit: (bytes: Uint8Array) => void): void {
  const { pages, threads, structural, flips, owners } = options;
  const chance = random(options.seed);
  const below = (most: number): number => Math.floor(chance() * most);
  const writer = new HistoryWriter(headerOf(options), emit);
  writer.roles(Array.from({ length: threads }, () => 'faulter'));
  const mapped = new Uint8Array(pages).fill(1);
  const prots = new Uint8Array(pages).fill(3);
  const lows = new Int32Array(pages);
  const highs = new Int32Array(pages);
  const views: (View | null)[] = Array.from({ length: pages }, () => null);
  const stripe = Math.max(1, Math.min(8, Math.floor(pages / threads)));
  const stripes = Math.floor(pages / stripe);

  /** A stripe of this thread's: its own, or where there are two owners its neighbour's. */
  const ownStripe = (thread: number): number => {
    const mine = thread + threads * below(Math.max(1, Math.floor(stripes / threads)));
    return (owners === 2 && chance() < 0.5 ? mine + 1 : mine) % stripes;
  };

  const draw = (lane: Lane): void => {
    const start = lane.end + 40 + below(400);
    lane.start = start;
    if (chance() >= structural) {
      lane.op = chance() < 0.6 ? OP.XCHG : OP.READ;
      lane.page = below(pages);
      lane.pages = 1;
      lane.instant = start + 1 + below(150);
      lane.end = lane.instant + 1 + below(150);
      if (lane.op === OP.XCHG) lane.values++;
      return;
    }
    const first = ownStripe(lane.thread) * stripe;
    lane.pages = 1 + below(Math.min(4, stripe));
    lane.page = first + below(stripe - lane.pages + 1);
    lane.prot = 3;
    const hole = mapped[lane.page] === 0;
    const kind = below(flips ? 4 : 2);
    lane.op = hole || kind === 0 ? OP.MAP : kind === 1 ? OP.PROTECT : kind === 2 ? OP.UNMAP : OP.ZAP;
    if (lane.op === OP.PROTECT || lane.op === OP.MAP) lane.prot = chance() < 0.3 ? 1 : 3;
    lane.instant = start + 20 + below(400);
    lane.end = lane.instant + 400 + below(800);
  };

  const access = (lane: Lane): void => {
    const { page, op, instant, thread } = lane;
    const view = views[page]!;
    const store = op === OP.XCHG;
    let old = view !== null && view.over > instant && view.leaves[thread]! > instant ? view : null;
    // A store that the entry does not let through faults, and a fault asks what is there now.
    if (old !== null && store && (old.prot & 2) === 0) old = null;
    const isMapped = old === null ? mapped[page] === 1 : old.mapped;
    const prot = old === null ? prots[page]! : old.prot;
    const fits = store ? (prot & 2) !== 0 : prot !== 0;
    if (!isMapped || !fits) {
      const address = Number(GENERATED_ARENA & 0xffffffffn) + page * PAGE_SIZE;
      lane.push(OUTCOME.signal, isMapped ? 2 : 1, address, Number(GENERATED_ARENA >> 32n));
      return;
    }
    const low = old === null ? lows[page]! : old.low;
    const high = old === null ? highs[page]! : old.high;
    if (store && old === null) {
      lows[page] = lane.values;
      highs[page] = thread << 16;
    } else if (store) {
      old!.low = lane.values;
      old!.high = thread << 16;
    }
    lane.push(OUTCOME.ok, 0, low, high);
  };

  /** False when the call must wait: until `lane.instant`, which has been moved. */
  const call = (lane: Lane): boolean => {
    const { page, pages: count, op } = lane;
    let wait = 0;
    for (let at = page; at < page + count; at++) {
      const view = views[at]!;
      if (view !== null && view.over > lane.instant) wait = Math.max(wait, view.over);
    }
    if (wait > 0) {
      lane.end += wait + 1 - lane.instant;
      lane.instant = wait + 1;
      return false;
    }
    let holes = 0;
    for (let at = page; at < page + count; at++) holes += mapped[at] === 0 ? 1 : 0;
    if (holes > 0 && (op === OP.PROTECT || op === OP.ZAP)) lane.op = OP.MAP;
    for (let at = page; at < page + count; at++) {
      if (lane.op === OP.UNMAP || lane.op === OP.ZAP) {
        const over = lane.end - 1;
        const leaves = Array.from({ length: threads }, () => lane.instant + below(over - lane.instant));
        views[at] =
          mapped[at] === 1
            ? { mapped: true, prot: prots[at]!, low: lows[at]!, high: highs[at]!, leaves, over }
            : null;
      } else views[at] = null;
      if (lane.op === OP.PROTECT) prots[at] = lane.prot;
      else {
        lows[at] = 0;
        highs[at] = 0;
        mapped[at] = lane.op === OP.UNMAP ? 0 : 1;
        if (lane.op === OP.MAP) prots[at] = lane.prot;
      }
    }
    const address = Number(GENERATED_ARENA & 0xffffffffn) + page * PAGE_SIZE;
    if (lane.op === OP.MAP) lane.push(OUTCOME.ok, 0, address, Number(GENERATED_ARENA >> 32n));
    else lane.push(OUTCOME.ok, 0, 0, 0);
    return true;
  };

  const lanes = Array.from({ length: threads }, (_, thread) => new Lane(thread));
  const flush = (lane: Lane): void => {
    if (lane.used === 0) return;
    writer.chunk('records', lane.thread, lane.bytes.slice(0, lane.used));
    lane.used = 0;
    lane.flushedEnd = lane.lastEnd;
    writer.progress(BigInt(lanes.reduce((least, { flushedEnd }) => Math.min(least, flushedEnd), Infinity)));
  };
  for (const lane of lanes) {
    lane.end = 1000 + below(100);
    draw(lane);
  }
  for (let made = 0; made < options.operations;) {
    let lane = lanes[0]!;
    for (const other of lanes) if (other.instant < lane.instant) lane = other;
    if (lane.op === OP.READ || lane.op === OP.XCHG) access(lane);
    else if (!call(lane)) continue;
    made++;
    if (lane.used === lane.bytes.length) flush(lane);
    draw(lane);
  }
  for (const lane of lanes) flush(lane);
  writer.end();
}

/** The same in a file. */
export function generateFile(file: string, options: GeneratorOptions): void {
  const descriptor = openSync(file, 'w');
  try {
    generate(options, (bytes) => {
      for (let at = 0; at < bytes.byteLength;) at += writeSync(descriptor, bytes, at);
    });
  } finally {
    closeSync(descriptor);
  }
}
