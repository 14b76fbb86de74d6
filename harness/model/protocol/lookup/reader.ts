import { BLOCKED, labels, type Report, type Step, table } from '../engine/types.ts';
import type { LookupScope, Variant } from './scope.ts';
import { type LookupState, TOUCH } from './state.ts';
import type { Vmas } from './vma.ts';

export const READER = labels(
  'done',
  'fault',
  'seqbegin',
  'rcuLock',
  'cacheValid',
  'cacheFind',
  'root',
  'visit',
  'get',
  'rcuUnlock',
  'seqretry',
  'putBefore',
  'use',
  'put',
);

export const LOOKUP_MARKS = {
  retried: 0,
  found: 1,
  none: 2,
  cacheHit: 3,
  freedByReader: 4,
  freedByCallback: 5,
  freedByWriter: 6,
  heldUp: 7,
} as const;

/**
 * A thread that faults: find_vma_rcu() (patch 21/31), with find_vma() and the thread's vmacache inside it, then
 * what the handler does with the VMA as far as its memory is concerned. Of the four entries of the cache one is modelled.
 */
export function readerSteps(
  model: LookupState,
  vmas: Vmas,
  report: Report,
  variant: Variant,
  scope: LookupScope,
): readonly Step[] {
  const { R, V, vma, root, mmSeqOdd, pages, vmaCount } = model;
  const has = (id: string): boolean => variant.has(id);
  const cached = !has('uncached-lookup');
  const lateLock = has('rcu-lock-after-walk');
  const noLock = has('no-rcu-lock');
  const lateGet = has('get-after-unlock');
  const noRetry = has('no-seqretry');
  const spins = !has('seqbegin-accepts-odd');
  const lateBegin = has('seqbegin-after-walk');
  const bounds = scope.calls.includes('merge') ? TOUCH.vma : 0;
  const lookup = cached ? READER.cacheValid : READER.root;

  const begin = lateLock || noLock ? lookup : READER.rcuLock;
  const walked = (s: Uint8Array, me: number): number => {
    if (lateBegin) s[me + R.stale] = 0;
    if (lateLock) s[me + R.inRcu] = 1;
    return s[me + R.found] === 0 || lateGet ? READER.rcuUnlock : READER.get;
  };
  const leaveRcu = (s: Uint8Array, me: number): void => {
    s[me + R.inRcu] = 0;
    if (s[me + R.holdsUp] !== 0) report.mark(LOOKUP_MARKS.heldUp);
    s[me + R.holdsUp] = 0;
  };
  const put = (s: Uint8Array, id: number): void => {
    vmas.put(s, id);
    if (s[vma(id) + V.life] === 2) report.mark(LOOKUP_MARKS.freedByReader);
  };
  const end = (s: Uint8Array, me: number): number => {
    s[me + R.found] = 0;
    s[me + R.seen] = 0;
    s[me + R.hit] = 0;
    s[me + R.moved] = 0;
    s[me + R.left]!--;
    if (s[me + R.left] !== 0) return READER.fault;
    // The thread ends, and its cache with it.
    s[me + R.cached] = 0;
    s[me + R.flush] = 0;
    return READER.done;
  };
  const name = (s: Uint8Array, me: number): string => `VMA ${s[me + R.found]}`;

  /** What is promised about the result, when the sequence says that it is good. */
  const judge = (s: Uint8Array, me: number): void => {
    const found = s[me + R.found]!;
    report.mark(found === 0 ? LOOKUP_MARKS.none : LOOKUP_MARKS.found);
    // A cache hit did not walk the tree, and a boundary that moved meanwhile is vm_sequence's business.
    if (s[me + R.hit] === 0 && s[me + R.moved] === 0) {
      const expected = vmas.find(s, s[me + R.address]!);
      if (expected !== found)
        report.break(
          'P6',
          `find_vma_rcu(${s[me + R.address]}) returns ${said(found)}, the tree has ${said(expected)}`,
        );
    }
    if (found !== 0 && s[vma(found) + V.inTree] === 0 && (s[me + R.seen]! & (1 << (found - 1))) === 0)
      report.break(
        'P7',
        `find_vma_rcu() returns VMA ${found}, which was not in the tree at any time of the call`,
      );
  };

  return table(READER, {
    done: { in: 'do_exit', does: 'the thread is done', reads: 0, writes: 0, goes: [], run: () => BLOCKED },
    fault: {
      in: '__handle_speculative_fault',
      does: 'a fault at an address',
      begins: (_, __, way) => ({ call: 'load', on: way }),
      reads: cached ? TOUCH.tree : 0,
      writes: 0,
      goes: [READER.seqbegin],
      ways: pages,
      run: (s, me, way) => {
        s[me + R.address] = way;
        let seen = 0;
        // A walk that is validated found what is in the tree now; only a hit needs to know what was.
        if (cached)
          for (let id = 1; id <= vmaCount; id++) if (s[vma(id) + V.inTree] !== 0) seen |= 1 << (id - 1);
        s[me + R.seen] = seen;
        return READER.seqbegin;
      },
      shows: (_, __, way) => `page ${way}`,
    },
    seqbegin: {
      in: 'find_vma_rcu',
      does: 'seq = read_seqbegin(&mm->mm_seq)',
      at: 'find_vma_rcu: line read_seqbegin(&mm->mm_seq)',
      reads: TOUCH.mmSeq | bounds,
      writes: 0,
      goes: [begin],
      run: (s, me) => {
        if (spins && s[mmSeqOdd] !== 0) return BLOCKED;
        s[me + R.stale] = 0;
        s[me + R.moved] = 0;
        s[me + R.hit] = 0;
        return begin;
      },
      shows: (s) => (s[mmSeqOdd] === 0 ? 'mm_seq is even' : 'mm_seq is odd'),
    },
    rcuLock: {
      in: 'find_vma_rcu',
      does: 'rcu_read_lock()',
      at: 'find_vma_rcu: line rcu_read_lock()',
      reads: TOUCH.rcu,
      writes: TOUCH.rcu,
      goes: [lookup],
      run: (s, me) => {
        s[me + R.inRcu] = 1;
        return lookup;
      },
    },
    cacheValid: {
      in: 'vmacache_find',
      does: 'compares the seqnum of the thread with mm->vmacache_seqnum',
      at: 'vmacache_find',
      reads: TOUCH.vmacacheSeqnum,
      writes: 0,
      goes: [READER.cacheFind, READER.root],
      run: (s, me) => {
        if (s[me + R.flush] !== 0) s[me + R.cached] = 0;
        s[me + R.flush] = 0;
        return s[me + R.cached] === 0 ? READER.root : READER.cacheFind;
      },
      shows: (s, me) =>
        s[me + R.flush] !== 0
          ? 'it moved: the cache is emptied'
          : s[me + R.cached] === 0
            ? 'the same, and the cache is empty'
            : `the same, and VMA ${s[me + R.cached]} is cached`,
    },
    cacheFind: {
      in: 'vmacache_find',
      does: 'vma->vm_start <= addr && vma->vm_end > addr of the cached VMA',
      at: 'vmacache_find: line vmas[idx]',
      reads: TOUCH.refs | bounds,
      writes: 0,
      goes: [READER.root, READER.get, READER.rcuUnlock],
      run: (s, me) => {
        const id = s[me + R.cached]!;
        vmas.touch(s, id, 'vmacache_find() reads the bounds of');
        if (!vmas.covers(s, id, s[me + R.address]!)) return READER.root;
        s[me + R.found] = id;
        s[me + R.hit] = 1;
        report.mark(LOOKUP_MARKS.cacheHit);
        return walked(s, me);
      },
      shows: (s, me) =>
        vmas.covers(s, s[me + R.cached]!, s[me + R.address]!)
          ? `VMA ${s[me + R.cached]} has the address: a hit`
          : 'another address: a miss',
    },
    root: {
      in: 'find_vma',
      does: 'rb_node = mm->mm_rb.rb_node',
      at: 'find_vma_in_tree: line mm->mm_rb.rb_node | find_vma_rcu: line mm->mm_rb.rb_node | find_vma: line mm->mm_rb.rb_node',
      reads: TOUCH.tree,
      writes: 0,
      goes: [READER.visit, READER.rcuUnlock],
      run: (s, me) => {
        s[me + R.node] = s[root]!;
        s[me + R.found] = 0;
        return s[root] === 0 ? walked(s, me) : READER.visit;
      },
      shows: (s) => `node ${s[root]}`,
    },
    visit: {
      in: 'find_vma',
      does: 'compares the bounds of the node, goes left or right',
      at: 'find_vma_in_tree: line tmp->vm_end > addr | find_vma_rcu: line tmp->vm_end > addr | find_vma: line tmp->vm_end > addr',
      holds: (s, me) => s[me + R.node]!,
      reads: TOUCH.tree | TOUCH.refs | bounds,
      writes: 0,
      goes: [READER.visit, READER.get, READER.rcuUnlock],
      run: (s, me) => {
        const node = s[me + R.node]!;
        vmas.touch(s, node, 'find_vma() walks into');
        const at = vma(node);
        let next: number;
        if (s[at + V.end]! > s[me + R.address]!) {
          s[me + R.found] = node;
          next = s[at + V.start]! <= s[me + R.address]! ? 0 : s[at + V.left]!;
        } else next = s[at + V.right]!;
        s[me + R.node] = next;
        if (next !== 0) return READER.visit;
        // vmacache_update(), into memory of the thread.
        if (cached && s[me + R.found] !== 0) s[me + R.cached] = s[me + R.found]!;
        return walked(s, me);
      },
      shows: (s, me) => `VMA ${s[me + R.node]}`,
    },
    get: {
      in: 'find_vma_rcu',
      does: 'get_vma(vma)',
      at: 'find_vma_rcu: line get_vma(vma)',
      reads: TOUCH.refs,
      writes: TOUCH.refs,
      goes: [READER.rcuUnlock, READER.seqretry],
      run: (s, me) => {
        const id = s[me + R.found]!;
        if (has('get-unless-zero')) {
          vmas.touch(s, id, 'atomic_inc_not_zero() on');
          if (s[vma(id) + V.refs] === 0) s[me + R.found] = 0;
          else s[vma(id) + V.refs]!++;
        } else vmas.get(s, id);
        return lateGet ? READER.seqretry : READER.rcuUnlock;
      },
      shows: (s, me) => `${name(s, me)} has ${s[vma(s[me + R.found]!) + V.refs]} references`,
    },
    rcuUnlock: {
      in: 'find_vma_rcu',
      does: 'rcu_read_unlock()',
      at: 'find_vma_rcu: line rcu_read_unlock()',
      reads: TOUCH.rcu,
      writes: TOUCH.rcu,
      goes: [READER.seqretry, READER.get],
      run: (s, me) => {
        leaveRcu(s, me);
        return lateGet && s[me + R.found] !== 0 ? READER.get : READER.seqretry;
      },
    },
    seqretry: {
      in: 'find_vma_rcu',
      does: 'read_seqretry(&mm->mm_seq, seq)',
      at: 'find_vma_rcu: line read_seqretry(&mm->mm_seq, seq)',
      reads: TOUCH.mmSeq | TOUCH.tree | bounds,
      writes: TOUCH.users,
      goes: [READER.putBefore, READER.seqbegin, READER.use, READER.done, READER.fault],
      run: (s, me) => {
        const stale = s[me + R.stale] !== 0;
        s[me + R.stale] = 0;
        if (stale && !noRetry) {
          report.mark(LOOKUP_MARKS.retried);
          if (s[me + R.found] === 0) return READER.seqbegin;
          return READER.putBefore;
        }
        judge(s, me);
        s[me + R.address] = 0;
        return s[me + R.found] === 0 ? end(s, me) : READER.use;
      },
      shows: (s, me) => (s[me + R.stale] === 0 ? 'it did not move: good' : 'it moved: once more'),
    },
    putBefore: {
      in: 'find_vma_rcu',
      does: 'put_vma(vma) of the pass before',
      at: 'find_vma_rcu: line put_vma(vma)',
      reads: TOUCH.refs,
      writes: TOUCH.refs,
      goes: [READER.seqbegin],
      run: (s, me) => {
        if (!has('retry-forgets-put')) put(s, s[me + R.found]!);
        s[me + R.found] = 0;
        return READER.seqbegin;
      },
      shows: name,
    },
    use: {
      in: '__handle_speculative_fault',
      does: 'reads the sequence, the flags and the bounds of the VMA',
      at: 'find_vma_rcu: return',
      reads: TOUCH.refs | (has('handler-uses-file') ? TOUCH.vma : 0),
      writes: 0,
      goes: [READER.put],
      run: (s, me) => {
        const id = s[me + R.found]!;
        vmas.touch(s, id, 'the handler reads');
        if (has('handler-uses-file') && s[vma(id) + V.file] === 0)
          report.break('P9', `the handler uses vm_file of VMA ${id} after fput()`);
        return READER.put;
      },
      shows: name,
    },
    put: {
      in: '__handle_speculative_fault',
      does: 'put_vma(vma)',
      at: 'put_vma | __handle_speculative_fault: line put_vma(vma)',
      reads: TOUCH.refs,
      writes: TOUCH.refs | TOUCH.users,
      goes: [READER.fault, READER.done],
      run: (s, me) => {
        const id = s[me + R.found]!;
        if (!has('caller-forgets-put')) put(s, id);
        if (has('caller-puts-twice')) put(s, id);
        return end(s, me);
      },
      shows: name,
    },
  });
}

const said = (id: number): string => (id === 0 ? 'none' : `VMA ${id}`);
