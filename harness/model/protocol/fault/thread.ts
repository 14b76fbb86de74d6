import { BLOCKED, labels, type Report, type Step, table as rows } from '../engine/types.ts';
import type { Variant } from '../lookup/scope.ts';
import type { Memory } from './memory.ts';
import type { FaultScope } from './scope.ts';
import { type FaultState, PTE, TOUCH } from './state.ts';

export const THREAD = labels(
  'done',
  'access',
  'store',
  'lookup',
  'sequence',
  'flags',
  'bounds',
  'validate',
  'walkPmd',
  'walkPte',
  'recheck',
  'pmdNone',
  'allocTable',
  'copy',
  'changedBefore',
  'pmdSame',
  'trylock',
  'changedAfter',
  'commit',
  'unlock',
  'classic',
);

export const FAULT_MARKS = {
  speculative: 0,
  classic: 1,
  refused: 2,
  changed: 3,
  copied: 4,
  cleared: 5,
} as const;

/** What a speculative fault is about to do under the PTE lock. */
const GOAL = { anonymous: 0, protectedPage: 1, copied: 2 } as const;

/**
 * A thread that stores: the CPU's own walk, then __handle_speculative_fault() and what it calls (patches 5, 6, 22), then, if
 * that gives up, the classic fault as one step. What find_vma_rcu() promises is taken for granted: the lookup model
 * proves it.
 */
export function threadSteps(
  model: FaultState,
  memory: Memory,
  report: Report,
  variant: Variant,
  { pages }: FaultScope,
): readonly Step[] {
  const { T, V, P, vma, table, pmd } = model;
  const has = (id: string): boolean => variant.has(id);
  const thp = !has('no-pmd-check');

  const vmaAt = (s: Uint8Array, me: number): number => vma(s[me + T.vma]!);
  /** vma_has_changed(): two loads, which are one step here because either alone is enough to give up. */
  const changed = (s: Uint8Array, me: number): boolean => {
    const at = vmaAt(s, me);
    const removed = !has('ignores-empty-node') && s[at + V.empty] !== 0;
    return removed || (!has('ignores-sequence') && s[at + V.sequence] !== s[me + T.sequence]);
  };
  const clear = (s: Uint8Array, me: number): void => {
    for (const part of [T.vma, T.sequence, T.write, T.pte, T.frame, T.table, T.goal, T.copy])
      s[me + part] = 0;
  };
  const giveUp = (s: Uint8Array, me: number): number => {
    clear(s, me);
    return THREAD.classic;
  };
  const moved = (s: Uint8Array, me: number): number => {
    report.mark(FAULT_MARKS.changed);
    return giveUp(s, me);
  };
  const over = (s: Uint8Array, me: number): number => {
    clear(s, me);
    s[me + T.allowed] = 0;
    s[me + T.page] = 0;
    s[me + T.left]!--;
    if (s[me + T.left] !== 0) return THREAD.access;
    s[me + T.tlbFrame] = 0;
    s[me + T.tlbPage] = 0;
    return THREAD.done;
  };
  const refuse = (s: Uint8Array, me: number): number => {
    report.mark(FAULT_MARKS.refused);
    if (s[me + T.allowed] !== 0)
      report.break(
        'P12',
        `SIGSEGV for a store to page ${s[me + T.page]} that was allowed at all times of the fault`,
      );
    return over(s, me);
  };
  const release = (s: Uint8Array, me: number): void => {
    s[table(s[me + T.table]!) + P.lock] = 0;
  };
  const nth = (me: number): number => (me - model.thread(0)) / model.threadLength;
  const sequenceText = (s: Uint8Array, me: number): string =>
    `vm_sequence is ${s[vmaAt(s, me) + V.sequence]}, was ${s[me + T.sequence]}; the node is ${s[vmaAt(s, me) + V.empty] === 0 ? 'in the tree' : 'empty'}`;
  const pteText = (s: Uint8Array, at: number): string =>
    s[at + P.pte] === PTE.none
      ? 'none'
      : `${s[at + P.pte] === PTE.writable ? 'writable' : 'read only'}, frame ${s[at + P.frame]}`;
  const pmdText = (s: Uint8Array, me: number): string =>
    s[pmd(s[me + T.page]!)] === 0 ? 'the PMD is empty' : `page table ${s[pmd(s[me + T.page]!)]}`;

  return rows(THREAD, {
    done: { in: 'do_exit', does: 'the thread is done', reads: 0, writes: 0, goes: [], run: () => BLOCKED },
    access: {
      in: 'user mode',
      does: 'the next store',
      begins: (_, __, way) => ({ call: 'store', on: way }),
      reads: TOUCH.vma,
      writes: 0,
      goes: [THREAD.store],
      ways: pages,
      run: (s, me, way) => {
        s[me + T.page] = way;
        s[me + T.allowed] = memory.permitted(s, way) ? 1 : 0;
        return THREAD.store;
      },
      shows: (_, __, way) => `to page ${way}`,
    },
    store: {
      in: 'user mode',
      does: 'stores',
      reads: TOUCH.tlb | TOUCH.pmd | TOUCH.pte | TOUCH.content,
      writes: TOUCH.tlb | TOUCH.content,
      goes: [THREAD.access, THREAD.done, THREAD.lookup],
      run: (s, me) => (memory.store(s, me, s[me + T.page]!) ? over(s, me) : THREAD.lookup),
      shows: (s, me) => {
        if (s[me + T.tlbFrame] !== 0 && s[me + T.tlbPage] === s[me + T.page])
          return `through its TLB, to frame ${s[me + T.tlbFrame]}`;
        const t = s[pmd(s[me + T.page]!)]!;
        return t !== 0 && s[table(t) + P.pte] === PTE.writable
          ? `through the page table, to frame ${s[table(t) + P.frame]}`
          : `the entry is ${t === 0 ? 'not there' : pteText(s, table(t))}: a page fault`;
      },
    },
    lookup: {
      in: 'find_vma_rcu',
      does: 'finds the VMA of the address, with a reference',
      at: 'find_vma_rcu',
      reads: TOUCH.vma,
      writes: 0,
      goes: [THREAD.sequence, THREAD.classic],
      run: (s, me) => {
        const found = memory.vmaOf(s, s[me + T.page]!);
        if (found < 0) return THREAD.classic;
        s[me + T.vma] = found;
        return THREAD.sequence;
      },
      shows: (s, me) => {
        const found = memory.vmaOf(s, s[me + T.page]!);
        return found < 0 ? 'none' : `VMA ${found}`;
      },
    },
    sequence: {
      in: '__handle_speculative_fault',
      does: 'seq = raw_read_seqcount(&vma->vm_sequence); seq & 1',
      at: 'find_vma_rcu: return',
      reads: TOUCH.sequence,
      writes: 0,
      goes: [THREAD.flags, THREAD.classic],
      run: (s, me) => {
        const seq = s[vmaAt(s, me) + V.sequence]!;
        if ((seq & 1) !== 0 && !has('accepts-odd-sequence')) return moved(s, me);
        s[me + T.sequence] = seq;
        return THREAD.flags;
      },
      shows: (s, me) => `${s[vmaAt(s, me) + V.sequence]}`,
    },
    flags: {
      in: '__handle_speculative_fault',
      does: 'vmf.vma_flags = READ_ONCE(vma->vm_flags)',
      at: '__handle_speculative_fault: line vmf.vma_flags = READ_ONCE(vma->vm_flags)',
      reads: TOUCH.vma,
      writes: 0,
      goes: [THREAD.bounds],
      run: (s, me) => {
        s[me + T.write] = s[vmaAt(s, me) + V.write]!;
        return THREAD.bounds;
      },
      shows: (s, me) => (s[vmaAt(s, me) + V.write] === 0 ? 'read only' : 'writable'),
    },
    bounds: {
      in: '__handle_speculative_fault',
      does: 'compares the bounds with the address, the flags with the access',
      at: '__handle_speculative_fault: line READ_ONCE(vma->vm_start)',
      reads: TOUCH.vma,
      writes: 0,
      goes: [THREAD.classic, THREAD.walkPmd, THREAD.validate, THREAD.access, THREAD.done],
      run: (s, me) => {
        if (s[vmaAt(s, me) + V.page] !== s[me + T.page]! + 1 && !has('no-bounds-check')) return giveUp(s, me);
        if (s[me + T.write] !== 0) return THREAD.walkPmd;
        return has('validated-refusal') ? THREAD.validate : refuse(s, me);
      },
      shows: (s, me) =>
        s[vmaAt(s, me) + V.page] !== s[me + T.page]! + 1
          ? 'outside'
          : s[me + T.write] === 0
            ? 'inside, but no write access'
            : 'inside',
    },
    validate: {
      in: '__handle_speculative_fault',
      does: 'vma_has_changed() before VM_FAULT_SIGSEGV',
      reads: TOUCH.vma | TOUCH.sequence,
      writes: 0,
      goes: [THREAD.classic, THREAD.access, THREAD.done],
      run: (s, me) => (changed(s, me) ? moved(s, me) : refuse(s, me)),
      shows: sequenceText,
    },
    walkPmd: {
      in: '__handle_speculative_fault',
      does: 'local_irq_disable(), vmf.orig_pmd = READ_ONCE(*pmd)',
      at: '__handle_speculative_fault: line pgd_offset(mm, address)',
      reads: TOUCH.pmd,
      writes: TOUCH.irq,
      goes: [THREAD.walkPte, THREAD.classic],
      run: (s, me) => {
        const t = s[pmd(s[me + T.page]!)]!;
        if (t === 0) return giveUp(s, me);
        s[me + T.table] = t;
        return THREAD.walkPte;
      },
      shows: pmdText,
    },
    walkPte: {
      in: '__handle_speculative_fault',
      does: 'vmf.orig_pte = READ_ONCE(*pte), local_irq_enable()',
      at: '__handle_speculative_fault: line vmf.orig_pte = READ_ONCE(*vmf.pte)',
      locked: true,
      reads: TOUCH.pte,
      writes: TOUCH.irq,
      goes: [THREAD.recheck],
      run: (s, me) => {
        const at = table(s[me + T.table]!);
        s[me + T.pte] = s[at + P.pte]!;
        s[me + T.frame] = s[at + P.frame]!;
        return THREAD.recheck;
      },
      shows: (s, me) => pteText(s, table(s[me + T.table]!)),
    },
    recheck: {
      in: '__handle_speculative_fault',
      does: 'read_seqcount_retry(&vma->vm_sequence, seq)',
      at: '__handle_speculative_fault: line read_seqcount_retry(&vma->vm_sequence | __handle_speculative_fault: line atomic64_read(&vma->vm_sequence) != seq',
      reads: TOUCH.sequence,
      writes: 0,
      goes: [THREAD.pmdNone, THREAD.classic],
      run: (s, me) =>
        s[vmaAt(s, me) + V.sequence] !== s[me + T.sequence] && !has('no-recheck')
          ? moved(s, me)
          : THREAD.pmdNone,
      shows: sequenceText,
    },
    pmdNone: {
      in: 'handle_pte_fault',
      does: 'pmd_none(*vmf->pmd)',
      at: 'handle_pte_fault',
      reads: TOUCH.pmd,
      writes: 0,
      goes: [THREAD.classic, THREAD.allocTable, THREAD.changedBefore, THREAD.store],
      run: (s, me) => {
        if (s[pmd(s[me + T.page]!)] === 0) return moved(s, me);
        if (s[me + T.pte] === PTE.none) return THREAD.allocTable;
        if (s[me + T.pte] === PTE.writable) {
          // Somebody else was quicker.
          clear(s, me);
          return THREAD.store;
        }
        s[me + T.goal] = GOAL.protectedPage;
        return THREAD.changedBefore;
      },
      shows: pmdText,
    },
    allocTable: {
      in: 'do_anonymous_page',
      does: 'pte_alloc(vma->vm_mm, vmf->pmd), alloc_zeroed_user_highpage_movable()',
      at: 'do_anonymous_page | handle_pte_fault: in do_anonymous_page',
      reads: TOUCH.pmd | TOUCH.vma,
      writes: TOUCH.pmd,
      goes: [THREAD.changedBefore, THREAD.classic],
      run: (s, me) => {
        if (s[pmd(s[me + T.page]!)] === 0) {
          if (has('no-speculative-pte-alloc')) return moved(s, me);
          report.break(
            'P17',
            'pte_alloc() puts a page table below a PMD that was cleared by somebody who holds mmap_lock',
          );
        }
        return THREAD.changedBefore;
      },
      shows: pmdText,
    },
    copy: {
      in: 'wp_page_copy',
      does: 'cow_user_page(): copies the page',
      at: 'wp_page_copy',
      reads: TOUCH.content,
      writes: 0,
      goes: [THREAD.changedBefore],
      run: (s, me) => {
        s[me + T.copy] = s[model.frame(s[me + T.frame]!)]!;
        s[me + T.goal] = GOAL.copied;
        return THREAD.changedBefore;
      },
      shows: (s, me) => `frame ${s[me + T.frame]}`,
    },
    changedBefore: {
      in: 'spf_pte_lock',
      does: 'local_irq_disable(), vma_has_changed(vmf)',
      at: 'spf_pte_lock',
      reads: TOUCH.vma | TOUCH.sequence,
      writes: TOUCH.irq,
      goes: [THREAD.pmdSame, THREAD.trylock, THREAD.classic],
      run: (s, me) => {
        if (changed(s, me) && !has('no-check-before-lock')) return moved(s, me);
        return thp ? THREAD.pmdSame : THREAD.trylock;
      },
      shows: sequenceText,
    },
    pmdSame: {
      in: 'spf_pte_lock',
      does: 'pmd_same(READ_ONCE(*vmf->pmd), vmf->orig_pmd)',
      at: 'spf_pte_lock: line pmdval = READ_ONCE(*vmf->pmd)',
      locked: true,
      reads: TOUCH.pmd,
      writes: TOUCH.irq,
      goes: [THREAD.trylock, THREAD.classic],
      run: (s, me) => (s[pmd(s[me + T.page]!)] !== s[me + T.table] ? moved(s, me) : THREAD.trylock),
      shows: pmdText,
    },
    trylock: {
      in: 'spf_pte_lock',
      does: 'spin_trylock(pte_lockptr(mm, vmf->pmd))',
      at: 'spf_pte_lock: line spin_trylock(ptl)',
      locked: true,
      reads: TOUCH.pmd | TOUCH.ptl,
      writes: TOUCH.ptl | TOUCH.irq,
      goes: [THREAD.changedAfter, THREAD.changedBefore, THREAD.classic],
      run: (s, me) => {
        // The PMD is read once more here, to find the lock; the fix takes the value that was compared.
        const t = has('ptl-of-seen-pmd') ? s[me + T.table]! : s[pmd(s[me + T.page]!)]!;
        if (t === 0) {
          report.break('P16', 'pte_lockptr() of a PMD that was emptied: a lock in no page table');
          return moved(s, me);
        }
        if (s[table(t) + P.lock] !== 0) return has('spins-with-irqs-off') ? BLOCKED : THREAD.changedBefore;
        s[me + T.table] = t;
        s[table(t) + P.lock] = nth(me) + 1;
        return THREAD.changedAfter;
      },
      shows: pmdText,
    },
    changedAfter: {
      in: 'spf_pte_lock',
      does: 'vma_has_changed(vmf), under the PTE lock; local_irq_enable()',
      at: 'spf_pte_lock: line vma_has_changed(vmf) #2',
      locked: true,
      reads: TOUCH.vma | TOUCH.sequence,
      writes: TOUCH.ptl | TOUCH.irq,
      goes: [THREAD.commit, THREAD.classic],
      run: (s, me) => {
        if (!changed(s, me) || has('no-check-after-lock')) return THREAD.commit;
        release(s, me);
        return moved(s, me);
      },
      shows: sequenceText,
    },
    commit: {
      in: 'set_pte_at',
      does: 'pte_same(), then sets the entry',
      at: 'spf_pte_lock: return',
      locked: true,
      reads: TOUCH.pte | TOUCH.vma | TOUCH.mmapLock | TOUCH.content,
      writes: TOUCH.pte | TOUCH.content | TOUCH.tlb,
      goes: [THREAD.unlock, THREAD.copy],
      run: (s, me) => {
        const t = s[me + T.table]!;
        const at = table(t);
        const page = s[me + T.page]!;
        if (s[at + P.pte] !== s[me + T.pte] || s[at + P.frame] !== s[me + T.frame]) return THREAD.unlock;
        if (s[me + T.goal] === GOAL.protectedPage && memory.shared(s, s[me + T.frame]!)) {
          release(s, me);
          return THREAD.copy;
        }
        if (s[me + T.goal] === GOAL.anonymous) memory.set(s, t, PTE.writable, memory.allocate(s, 0));
        else if (s[me + T.goal] === GOAL.protectedPage) memory.set(s, t, PTE.writable, s[me + T.frame]!);
        else {
          memory.set(s, t, PTE.writable, memory.allocate(s, s[me + T.copy]!));
          memory.flush(s, page);
          report.mark(FAULT_MARKS.copied);
        }
        report.mark(FAULT_MARKS.speculative);
        if (s[model.writeLocked] === 0 && !memory.permitted(s, page) && s[model.readLocked] === 0)
          report.break(
            'P11',
            `a writable entry is installed for page ${page}, which nobody may write any more`,
          );
        return THREAD.unlock;
      },
      shows: (s, me) => `the entry is ${pteText(s, table(s[me + T.table]!))}`,
    },
    unlock: {
      in: 'pte_unmap_unlock',
      does: 'releases the PTE lock',
      locked: true,
      reads: 0,
      writes: TOUCH.ptl,
      goes: [THREAD.store],
      run: (s, me) => {
        release(s, me);
        clear(s, me);
        return THREAD.store;
      },
    },
    classic: {
      in: 'handle_mm_fault',
      does: 'the classic fault, with mmap_lock held for read',
      at: 'handle_mm_fault',
      reads: TOUCH.mmapLock | TOUCH.vma | TOUCH.pmd | TOUCH.ptl | TOUCH.pte | TOUCH.content,
      writes: TOUCH.pmd | TOUCH.pte | TOUCH.content | TOUCH.tlb,
      goes: [THREAD.store, THREAD.access, THREAD.done],
      run: (s, me) => {
        if (s[model.writeLocked] !== 0) return BLOCKED;
        const page = s[me + T.page]!;
        if (!memory.permitted(s, page)) return refuse(s, me);
        if (s[pmd(page)] === 0) {
          const free = freeTable(s);
          if (free === 0) return BLOCKED;
          s[pmd(page)] = free;
        }
        const t = s[pmd(page)]!;
        const at = table(t);
        if (s[at + P.lock] !== 0) return BLOCKED;
        report.mark(FAULT_MARKS.classic);
        const frame = s[at + P.frame]!;
        if (s[at + P.pte] === PTE.none) memory.set(s, t, PTE.writable, memory.allocate(s, 0));
        else if (s[at + P.pte] === PTE.readOnly) {
          if (memory.shared(s, frame)) {
            memory.set(s, t, PTE.writable, memory.allocate(s, s[model.frame(frame)]!));
            memory.flush(s, page);
          } else memory.set(s, t, PTE.writable, frame);
        }
        return THREAD.store;
      },
      shows: (s, me) => (memory.permitted(s, s[me + T.page]!) ? '' : 'SIGSEGV'),
    },
  });

  function freeTable(s: Uint8Array): number {
    for (let t = 1; t <= model.tables; t++)
      if (s[pmd(0)] !== t && s[pmd(1)] !== t && s[table(t) + P.lock] === 0) return t;
    return 0;
  }
}

/** Is the thread inside local_irq_disable()? Whoever frees a page table waits until it is not. */
export const irqsOff = (label: number): boolean =>
  label === THREAD.walkPte ||
  label === THREAD.pmdSame ||
  label === THREAD.trylock ||
  label === THREAD.changedAfter;
