import {
  OP,
  OUTCOME,
  type History,
  type HistoryHeader,
  type HistoryRecord,
} from '../../../harness/model/history/types.ts';

/**
 * A little machine: mmap_lock, VMAs, page tables, frames, a TLB per thread, and the system calls as sequences of the
 * steps that Linux 5.10 makes, flushes where Linux flushes. Threads are generators; a seeded scheduler steps them.
 * Nothing here knows the checker's rules: what it produces is valid because of how it came about.
 */

/** Faults of the machine, to be noticed. */
export type Bug =
  | 'munmap-returns-before-flush'
  | 'mprotect-returns-before-flush'
  | 'zap-returns-before-flush'
  | 'fork-unprotected'
  | 'move-unprotected'
  | 'map-leaves-hole'
  | 'speculation-unchecked'
  | 'codes-swapped';

export interface SimulatorOptions {
  readonly seed: number;
  readonly pages: number;
  readonly threads: number;
  readonly operations: number;
  /** Share of structural calls. */
  readonly structural?: number;
  /** Threads from this number on make calls; those before only access. 0: all do both. */
  readonly callers?: number;
  readonly moves?: boolean;
  readonly forks?: boolean;
  readonly skew?: number;
  readonly bug?: Bug;
  /** Most idle steps between operations. */
  readonly idle?: number;
  readonly initiallyMapped?: boolean;
}

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Frame {
  value: bigint;
  readonly zero: boolean;
  sharers: number;
}
interface Entry {
  frame: Frame;
  read: boolean;
  write: boolean;
}
interface Vma {
  prot: number;
  /** Odd while somebody changes it or its pages: v12's vm_sequence. */
  marks: number;
  sequence: number;
}
type Steps = Generator<undefined, void, undefined>;
type Result<T> = Generator<undefined, T, undefined>;

const ZERO: Frame = { value: 0n, zero: true, sharers: 1 };
export const PAGE_SIZE = 4096n;
export const ARENA = 0x7f0000000000n;
const PROTS = [3, 3, 3, 3, 1, 1, 0, 2, 7];

export function simulate(options: SimulatorOptions): History {
  const { pages, threads, operations, structural = 0.3, callers = 0, skew = 0, bug, idle = 3 } = options;
  const chance = random(options.seed);
  const pick = (count: number): number => Math.floor(chance() * count);
  const lock = { writer: false, readers: 0 };
  const vmas: (Vma | null)[] = Array.from({ length: pages }, () =>
    options.initiallyMapped === true ? { prot: 3, marks: 0, sequence: 0 } : null,
  );
  const table: (Entry | null)[] = Array.from({ length: pages }, () => null);
  const tlbs = Array.from({ length: threads }, () => new Map<number, Entry>());
  const records: HistoryRecord[][] = Array.from({ length: threads }, () => []);
  const offsets = Array.from({ length: threads }, () => (skew === 0 ? 0 : pick(skew + 1)));
  let tick = 1000;
  let forks = 0;

  const canRead = (prot: number): boolean => (prot & 7) !== 0;
  const canWrite = (prot: number): boolean => (prot & 2) !== 0;

  function* lockWrite(): Steps {
    while (lock.writer || lock.readers > 0) yield;
    lock.writer = true;
  }
  function* lockRead(): Steps {
    while (lock.writer) yield;
    lock.readers++;
  }
  function* flush(range: readonly number[]): Steps {
    for (const tlb of tlbs) {
      yield;
      for (const page of range) tlb.delete(page);
    }
  }
  const mark = (vma: Vma): void => void (vma.marks++, vma.sequence++);
  const unmark = (vma: Vma): void => void (vma.marks--, vma.sequence++);

  /** handle_pte_fault(), in one step under the page-table lock. */
  function install(page: number, prot: number, store: boolean, copyOf: Frame | null, copied: bigint): void {
    const entry = table[page]!;
    if (entry === null) {
      if (!store) table[page] = { frame: ZERO, read: true, write: false };
      else table[page] = { frame: { value: 0n, zero: false, sharers: 1 }, read: canRead(prot), write: true };
      return;
    }
    entry.read = canRead(prot);
    if (!store || entry.write) return;
    if (!entry.frame.zero && entry.frame.sharers === 1) {
      table[page] = { ...entry, write: true };
      return;
    }
    if (entry.frame !== copyOf) return;
    // ptep_clear_flush() and set_pte_at_notify() of wp_page_copy().
    entry.frame.sharers--;
    for (const tlb of tlbs)
      if (tlb.get(page)?.frame === entry.frame && bug !== 'fork-unprotected') tlb.delete(page);
    table[page] = { frame: { value: copied, zero: false, sharers: 1 }, read: true, write: true };
  }

  function* speculative(page: number, store: boolean): Result<number | null | 'retry'> {
    const vma = vmas[page] ?? null;
    if (vma === null) return 'retry';
    const lax = bug === 'speculation-unchecked' || bug === 'fork-unprotected' || bug === 'move-unprotected';
    if (vma.marks > 0 && !lax) return 'retry';
    const { sequence, prot } = vma;
    if (store ? !canWrite(prot) : !canRead(prot)) return 2;
    const frame = table[page]?.frame ?? null;
    const copied = frame?.value ?? 0n;
    yield;
    const changed = vmas[page] !== vma || vma.sequence !== sequence;
    if (changed && !(lax && (bug !== 'fork-unprotected' || vmas[page] === vma))) return 'retry';
    install(page, prot, store, frame, copied);
    return null;
  }

  /** @returns null when the access can be tried again, else the si_code. */
  function* fault(page: number, store: boolean): Result<number | null> {
    if (chance() < 0.5) {
      const outcome = yield* speculative(page, store);
      if (outcome !== 'retry') return outcome;
    }
    yield* lockRead();
    yield;
    const vma = vmas[page]!;
    let code: number | null = null;
    if (vma === null) code = 1;
    else if (store ? !canWrite(vma.prot) : !canRead(vma.prot)) code = 2;
    else {
      const frame = table[page]?.frame ?? null;
      const copied = frame?.value ?? 0n;
      yield;
      install(page, vma.prot, store, frame, copied);
    }
    lock.readers--;
    return code;
  }

  function* access(
    thread: number,
    page: number,
    value: bigint | null,
  ): Result<{ seen: bigint } | { code: number }> {
    const store = value !== null;
    for (;;) {
      yield;
      const cached = tlbs[thread]!.get(page);
      if (cached !== undefined && (!store || cached.write)) {
        const seen = cached.frame.value;
        if (store) cached.frame.value = value;
        return { seen };
      }
      tlbs[thread]!.delete(page);
      const entry = table[page]!;
      if (entry !== null && entry.read && (!store || entry.write)) {
        tlbs[thread]!.set(page, { ...entry });
        continue;
      }
      const code = yield* fault(page, store);
      if (code !== null) return { code: bug === 'codes-swapped' && chance() < 0.2 ? 3 - code : code };
    }
  }

  function* clear(range: readonly number[]): Steps {
    for (const page of range) {
      const vma = vmas[page]!;
      if (vma !== null) vma.sequence++;
      vmas[page] = null;
    }
    yield;
    for (const page of range) {
      drop(page);
      yield;
    }
  }
  const drop = (page: number): void => {
    const entry = table[page]!;
    if (entry !== null && !entry.frame.zero) entry.frame.sharers--;
    table[page] = null;
  };

  interface Answer {
    readonly error?: number;
    readonly address?: bigint;
    readonly after?: () => Steps;
  }
  const addressOf = (page: number): bigint => ARENA + BigInt(page) * PAGE_SIZE;
  const fresh = (prot: number): Vma => ({ prot, marks: 0, sequence: 0 });

  function* unmap(range: readonly number[]): Result<Answer> {
    yield* lockWrite();
    yield;
    for (const page of range) {
      const vma = vmas[page]!;
      if (vma !== null) vma.sequence++;
      vmas[page] = null;
    }
    yield;
    lock.writer = false;
    lock.readers++;
    for (const page of range) {
      yield;
      drop(page);
    }
    if (bug !== 'munmap-returns-before-flush') yield* flush(range);
    lock.readers--;
    return bug === 'munmap-returns-before-flush' ? { after: () => flush(range) } : {};
  }

  function* zap(range: readonly number[]): Result<Answer> {
    yield* lockRead();
    const holes = range.some((page) => vmas[page] === null);
    for (const page of range) {
      const vma = vmas[page]!;
      if (vma === null) continue;
      mark(vma);
      yield;
      drop(page);
      yield;
      unmark(vma);
    }
    if (bug !== 'zap-returns-before-flush') yield* flush(range);
    lock.readers--;
    const error = holes ? { error: 12 } : {};
    return bug === 'zap-returns-before-flush' ? { ...error, after: () => flush(range) } : error;
  }

  function* protect(range: readonly number[], prot: number): Result<Answer> {
    yield* lockWrite();
    for (const page of range) {
      const vma = vmas[page]!;
      if (vma === null) {
        lock.writer = false;
        return { error: 12 };
      }
      mark(vma);
      yield;
      vma.prot = prot;
      yield;
      const entry = table[page]!;
      if (entry !== null)
        table[page] = { ...entry, read: canRead(prot), write: entry.write && canWrite(prot) };
      if (bug !== 'mprotect-returns-before-flush') yield* flush([page]);
      unmark(vma);
    }
    lock.writer = false;
    return bug === 'mprotect-returns-before-flush' ? { after: () => flush(range) } : {};
  }

  function* map(range: readonly number[], prot: number): Result<Answer> {
    yield* lockWrite();
    yield* clear(range);
    yield* flush(range);
    if (bug === 'map-leaves-hole') {
      lock.writer = false;
      yield;
      yield* lockWrite();
    }
    const refused = chance() < 0.05;
    for (const page of range) if (!refused) vmas[page] = fresh(prot);
    lock.writer = false;
    return refused ? { error: 12 } : { address: addressOf(range[0]!) };
  }

  function* hint(range: readonly number[], prot: number): Result<Answer> {
    yield* lockWrite();
    yield;
    const free = range.every((page) => vmas[page] === null);
    if (free) for (const page of range) vmas[page] = fresh(prot);
    yield;
    lock.writer = false;
    return free ? { address: addressOf(range[0]!) } : { error: 0, address: 0x1000n };
  }

  function* move(from: readonly number[], to: readonly number[]): Result<Answer> {
    yield* lockWrite();
    yield* clear(to);
    yield* flush(to);
    if (from.some((page) => vmas[page] === null || vmas[page]!.prot !== vmas[from[0]!]!.prot)) {
      lock.writer = false;
      return { error: 14 };
    }
    for (const [at, source] of from.entries()) {
      const vma = vmas[source]!;
      mark(vma);
      vmas[to[at]!] = { prot: vma.prot, marks: 1, sequence: 1 };
    }
    for (const [at, source] of from.entries()) {
      yield;
      const entry = table[source]!;
      if (table[to[at]!] !== null) drop(to[at]!);
      table[to[at]!] = entry;
      table[source] = null;
      yield* flush([source]);
    }
    yield;
    for (const [at, source] of from.entries()) {
      unmark(vmas[to[at]!]!);
      vmas[source]!.sequence++;
      vmas[source] = null;
      drop(source);
    }
    lock.writer = false;
    return { address: addressOf(to[0]!) };
  }

  interface Look {
    readonly page: number;
    readonly frame: Frame | null;
    readonly prot: number | null;
  }
  function* fork(): Result<Look[]> {
    const looks: Look[] = [];
    yield* lockWrite();
    for (const vma of vmas) if (vma !== null) mark(vma);
    for (let page = 0; page < pages; page++) {
      yield;
      const vma = vmas[page]!;
      const entry = table[page]!;
      if (entry !== null && !entry.frame.zero) {
        entry.frame.sharers++;
        table[page] = { ...entry, write: false };
      }
      looks.push({ page, frame: entry?.frame ?? null, prot: vma === null ? null : vma.prot });
    }
    yield* flush(vmas.map((_, page) => page));
    for (const vma of vmas) if (vma !== null) unmark(vma);
    lock.writer = false;
    return looks;
  }

  const blank = { value: 0n, result: 0n, target: 0, code: 0, spfBefore: 0, spfAfter: 0, outcome: OUTCOME.ok };
  const push = (
    thread: number,
    record: Omit<HistoryRecord, 'sequence' | 'thread' | keyof typeof blank> & Partial<HistoryRecord>,
  ) => records[thread]!.push({ ...blank, ...record, thread, sequence: records[thread]!.length });
  const stamp = (thread: number): bigint => BigInt(tick + offsets[thread]!);

  function* call(thread: number): Steps {
    const count = 1 + pick(Math.min(3, pages));
    const page = pick(pages - count + 1);
    const range = Array.from({ length: count }, (_, at) => page + at);
    const kinds = [OP.MAP, OP.MAP_HINT, OP.UNMAP, OP.PROTECT, OP.ZAP, OP.MAP, OP.ZAP, OP.UNMAP] as number[];
    if (options.moves === true && pages >= 2) kinds.push(OP.MOVE, OP.MOVE);
    if (options.forks === true) kinds.push(OP.FORK);
    const op = kinds[pick(kinds.length)]!;
    const prot = PROTS[pick(PROTS.length)]!;
    const start = stamp(thread);
    yield;
    if (op === OP.FORK) {
      const value = BigInt(++forks);
      const looks = yield* fork();
      yield;
      const end = stamp(thread);
      push(thread, { start, end, op: OP.FORK, page: 0, pages: 0, value, result: 1n });
      for (const { page: at, frame, prot: rights } of looks) {
        yield;
        const code = rights === null ? 1 : canRead(rights) ? 0 : 2;
        const seen = frame?.value ?? 0n;
        const look = { start, end, op: OP.CHILD_READ, page: at, pages: 1, value };
        if (code === 0) push(thread, { ...look, result: seen });
        else push(thread, { ...look, outcome: OUTCOME.signal, code, result: addressOf(at) });
        if (frame !== null && !frame.zero) frame.sharers--;
      }
      return;
    }
    let answer: Answer;
    let record: { op: HistoryRecord['op']; page: number; pages: number; target?: number; value?: bigint };
    if (op === OP.MOVE) {
      const half = Math.max(1, Math.min(count, Math.floor(pages / 2)));
      const low = pick(pages - 2 * half + 1);
      const high = low + half + pick(pages - 2 * half - low + 1);
      const [source, target] = chance() < 0.5 ? [low, high] : [high, low];
      const list = (first: number) => Array.from({ length: half }, (_, at) => first + at);
      record = { op: OP.MOVE, page: source, pages: half, target };
      answer = yield* move(list(source), list(target));
    } else if (op === OP.MAP || op === OP.MAP_HINT || op === OP.PROTECT) {
      record = { op, page, pages: count, value: BigInt(prot) };
      const how = op === OP.MAP ? map : op === OP.MAP_HINT ? hint : protect;
      answer = yield* how(range, prot);
    } else {
      record = { op: op as HistoryRecord['op'], page, pages: count };
      answer = yield* op === OP.UNMAP ? unmap(range) : zap(range);
    }
    yield;
    const { error, address = 0n, after } = answer;
    push(thread, {
      start,
      end: stamp(thread),
      ...record,
      outcome: error === undefined ? OUTCOME.ok : OUTCOME.error,
      code: error ?? 0,
      result: address,
    });
    if (after !== undefined) {
      for (let n = 0; n < 6; n++) yield;
      yield* after();
    }
  }

  function* touch(thread: number, serial: number): Steps {
    const page = pick(pages);
    const op = chance() < 0.6 ? OP.XCHG : OP.READ;
    const value = op === OP.XCHG ? BigInt((thread + 1) * 0x100000 + serial) : null;
    const start = stamp(thread);
    const outcome = yield* access(thread, page, value);
    const common = { start, end: stamp(thread), op, page, pages: 1, value: value ?? 0n };
    if ('seen' in outcome) push(thread, { ...common, result: outcome.seen });
    else push(thread, { ...common, outcome: OUTCOME.signal, code: outcome.code, result: addressOf(page) });
  }

  function* run(thread: number): Steps {
    for (let serial = 1; serial <= operations; serial++) {
      for (let n = pick(idle + 1); n > 0; n--) yield;
      const calls = callers === 0 ? chance() < structural : thread >= callers;
      yield* calls ? call(thread) : touch(thread, serial);
      yield;
    }
  }

  const running = Array.from({ length: threads }, (_, thread) => run(thread));
  while (running.length > 0) {
    const at = pick(running.length);
    tick++;
    if (running[at]!.next().done === true) running.splice(at, 1);
  }
  const header: HistoryHeader = {
    byteOrder: 'little',
    arch: 1,
    pageSize: Number(PAGE_SIZE),
    clock: 'counter',
    ticksPerSecond: 1_000_000_000n,
    skew: BigInt(skew),
    seed: BigInt(options.seed >>> 0),
    pages,
    threads,
    arenaBase: ARENA,
    countsEachFault: false,
    initiallyMapped: options.initiallyMapped ?? false,
    workload: 'simulated',
    release: 'none',
  };
  return { header, threads: records, pending: [], complete: true, completeUntil: 0n, doubts: [] };
}
