import { BLOCKED, type Report, type Step } from '../engine/types.ts';
import type { Variant } from '../lookup/scope.ts';
import type { Memory } from './memory.ts';
import { placeOf } from './places.ts';
import type { FaultScope, SystemCall } from './scope.ts';
import { type FaultState, PTE, TOUCH } from './state.ts';
import { FAULT_MARKS, irqsOff } from './thread.ts';

/** A row of a system call. It runs, or says false and changed nothing. */
interface Row extends Pick<Step, 'in' | 'does' | 'reads' | 'writes' | 'holds'> {
  readonly run: (s: Uint8Array, me: number) => boolean;
}

/** The rows of all calls of one thread, one after the other; the last label is rest. */
export function callerSteps(
  model: FaultState,
  memory: Memory,
  report: Report,
  variant: Variant,
  scope: FaultScope,
  calls: readonly SystemCall[],
): readonly Step[] {
  const make = rowsOf(model, memory, report, variant, scope);
  const rows = calls.flatMap((call) => {
    const [first, ...rest] = make[call]();
    return first === undefined ? [] : [{ ...first, begins: () => ({ call, on: 0 }) }, ...rest];
  });
  const steps = rows.map(({ run, ...row }, label): Step => {
    const at = placeOf(row.in, row.does);
    const place = at === undefined ? {} : { at };
    return { ...row, ...place, goes: [label + 1], run: (s, me) => (run(s, me) ? label + 1 : BLOCKED) };
  });
  return [
    ...steps,
    { in: 'user mode', does: 'no more calls', reads: 0, writes: 0, goes: [], run: () => BLOCKED },
  ];
}

/** The system calls as tables: what each of them does to VMAs, page tables and TLBs, in the order of the code. */
function rowsOf(
  model: FaultState,
  memory: Memory,
  report: Report,
  variant: Variant,
  scope: FaultScope,
): Record<SystemCall, () => Row[]> {
  const { writeLocked, readLocked, vma, V, C, P, T, table, pmd, sequenceMask } = model;
  const has = (id: string): boolean => variant.has(id);

  const row = (where: string, does: string, reads: number, writes: number, run: Row['run']): Row => {
    return { in: where, does, reads, writes, run };
  };
  const always = (run: (s: Uint8Array, me: number) => void) => (s: Uint8Array, me: number) => {
    run(s, me);
    return true;
  };

  const lockWrite = (where: string): Row =>
    row(where, 'mmap_write_lock()', TOUCH.mmapLock, TOUCH.mmapLock, (s) => {
      if (s[writeLocked] !== 0 || s[readLocked] !== 0) return false;
      s[writeLocked] = 1;
      return true;
    });
  const lockRead = (where: string): Row =>
    row(where, 'mmap_read_lock()', TOUCH.mmapLock, TOUCH.mmapLock, (s) => {
      if (s[writeLocked] !== 0) return false;
      s[readLocked]!++;
      return true;
    });
  const downgrade = row('__do_munmap', 'mmap_write_downgrade()', TOUCH.mmapLock, TOUCH.mmapLock, (s) => {
    s[writeLocked] = 0;
    s[readLocked]!++;
    return true;
  });
  const unlockWrite = (where: string, check: (s: Uint8Array) => void = () => undefined): Row =>
    row(
      where,
      'mmap_write_unlock(), returns',
      TOUCH.mmapLock | TOUCH.pte | TOUCH.tlb | TOUCH.pmd,
      TOUCH.mmapLock,
      (s) => {
        check(s);
        s[writeLocked] = 0;
        return true;
      },
    );
  const unlockRead = (where: string, check: (s: Uint8Array) => void = () => undefined): Row =>
    row(
      where,
      'mmap_read_unlock(), returns',
      TOUCH.mmapLock | TOUCH.pte | TOUCH.tlb | TOUCH.pmd,
      TOUCH.mmapLock,
      (s) => {
        check(s);
        s[readLocked]!--;
        return true;
      },
    );

  /** P10: a write section has one writer, and the sequence is odd while it is open. */
  const enter = (s: Uint8Array, nth: number): void => {
    const at = vma(nth);
    s[at + V.writers]!++;
    if (s[at + V.writers]! > 1) report.break('P10', `two writers are inside the write section of VMA ${nth}`);
    else if ((s[at + V.sequence]! & 1) === 0)
      report.break('P10', `vm_sequence of VMA ${nth} is even while its write section is open`);
  };
  const leave = (s: Uint8Array, nth: number): void => {
    s[vma(nth) + V.writers]!--;
  };
  const next = (value: number): number => (value + 1) & sequenceMask;

  /** With mmap_lock held for write nobody else counts, and ++ is as good as atomic. */
  const begin = (where: string, nth: number): Row =>
    row(where, `vm_write_begin() of VMA ${nth}`, 0, TOUCH.sequence, (s) => {
      s[vma(nth) + V.sequence] = next(s[vma(nth) + V.sequence]!);
      enter(s, nth);
      return true;
    });
  const end = (where: string, nth: number): Row =>
    row(where, `vm_write_end() of VMA ${nth}`, 0, TOUCH.sequence, (s) => {
      leave(s, nth);
      s[vma(nth) + V.sequence] = next(s[vma(nth) + V.sequence]!);
      return true;
    });
  /** With mmap_lock held for read others may count too: the load and the store of ++ are two steps. */
  const count = (where: string, nth: number, name: string, before: boolean): Row[] => {
    if (has('counts-atomically'))
      return [
        row(where, `${name} of VMA ${nth}, atomic`, TOUCH.sequence, TOUCH.sequence, (s) => {
          s[vma(nth) + V.sequence] = next(s[vma(nth) + V.sequence]!);
          return true;
        }),
      ];
    return [
      row(where, `${name} of VMA ${nth}: loads the sequence`, TOUCH.sequence, 0, (s, me) => {
        if (!before) leave(s, nth);
        s[me + C.loaded] = s[vma(nth) + V.sequence]!;
        return true;
      }),
      row(where, `${name} of VMA ${nth}: stores it plus one`, TOUCH.sequence, TOUCH.sequence, (s, me) => {
        s[vma(nth) + V.sequence] = next(s[me + C.loaded]!);
        s[me + C.loaded] = 0;
        if (before) enter(s, nth);
        return true;
      }),
    ];
  };
  /** unmap_page_range() with mmap_lock held for read. */
  const beginRead = (nth: number): Row[] =>
    has('counts-exclusively') ? [] : count('unmap_page_range', nth, 'vm_write_begin()', true);
  const endRead = (nth: number): Row[] =>
    has('counts-exclusively') ? [] : count('unmap_page_range', nth, 'vm_write_end()', false);

  const setWrite = (nth: number, write: boolean): Row =>
    row(
      'mprotect_fixup',
      `WRITE_ONCE(vma->vm_flags, …): VMA ${nth} is ${write ? 'writable' : 'read only'}`,
      0,
      TOUCH.vma,
      (s) => {
        s[vma(nth) + V.write] = write ? 1 : 0;
        memory.reconsider(s);
        return true;
      },
    );

  /** Change the entry of a page under the PTE lock. */
  const changePte = (
    where: string,
    does: string,
    page: number,
    change: (s: Uint8Array, t: number) => void,
  ): Row =>
    row(where, does, TOUCH.pmd | TOUCH.ptl | TOUCH.pte, TOUCH.pte | TOUCH.content, (s) => {
      const t = s[pmd(page)]!;
      if (t === 0) return true;
      if (s[table(t) + P.lock] !== 0) return false;
      change(s, t);
      return true;
    });
  const protectPte = (page: number): Row =>
    changePte('change_protection', 'write protects the entry, under the PTE lock', page, (s, t) => {
      if (s[table(t) + P.pte] === PTE.writable) s[table(t) + P.pte] = PTE.readOnly;
    });
  const zapPte = (page: number): Row =>
    changePte('zap_pte_range', 'clears the entry, under the PTE lock', page, (s, t) => {
      if (s[table(t) + P.pte] !== PTE.none) report.mark(FAULT_MARKS.cleared);
      memory.set(s, t, PTE.none, 0);
    });
  const flush = (where: string, page: number): Row =>
    row(where, `flushes page ${page} from all TLBs`, TOUCH.irq, TOUCH.tlb, (s) => {
      if (anyIrqsOff(s)) return false;
      memory.flush(s, page);
      return true;
    });
  const anyIrqsOff = (s: Uint8Array): boolean => {
    let off = false;
    memory.eachThread((at) => (off ||= irqsOff(s[at]!)));
    return off;
  };

  const writableNowhere = (page: number, what: string) => (s: Uint8Array) => {
    const t = s[pmd(page)]!;
    if (t !== 0 && s[table(t) + P.pte] === PTE.writable)
      report.break('P11', `${what} returns, and the entry of page ${page} is writable`);
    staleTlb(s, page, what);
  };
  const staleTlb = (s: Uint8Array, page: number, what: string): void =>
    memory.eachThread((at) => {
      if (s[at + T.tlbFrame] !== 0 && s[at + T.tlbPage] === page)
        report.break('P11', `${what} returns, and a TLB still has page ${page} writable`);
    });
  const presentNowhere = (page: number, tables: readonly number[], what: string) => (s: Uint8Array) => {
    const reachable = s[pmd(page)]!;
    for (const t of tables) {
      if (reachable !== t && (s[pmd(0)] === t || s[pmd(1)] === t)) continue;
      if (s[table(t) + P.pte] !== PTE.none)
        report.break('P11', `${what} returns, and page ${page} has an entry in its page table`);
    }
    staleTlb(s, page, what);
  };

  /** The VMA leaves the tree (__vma_rb_erase), in the order that the lookup model looks at closely. */
  const detach = (nth: number): Row[] => {
    const erase = row('__vma_rb_erase', `VMA ${nth} leaves the tree`, 0, TOUCH.vma, (s) => {
      s[vma(nth) + V.inTree] = 0;
      memory.reconsider(s);
      return true;
    });
    const clear = row('__vma_rb_erase', `RB_CLEAR_NODE() of VMA ${nth}`, 0, TOUCH.vma, (s) => {
      s[vma(nth) + V.empty] = 1;
      return true;
    });
    return has('clear-node-before-erase') ? [clear, erase] : [erase, clear];
  };
  /** free_pgtables(): the page table goes when no walker can be in it. */
  const freeTable = (page: number): Row[] => [
    row('free_pgtables', `pmd_clear() of page ${page}`, TOUCH.pmd, TOUCH.pmd, (s) => {
      s[pmd(page)] = 0;
      return true;
    }),
    row(
      'tlb_finish_mmu',
      `waits for the CPUs in a walk, flushes page ${page}, frees its table`,
      TOUCH.irq | TOUCH.ptl,
      TOUCH.tlb,
      (s) => {
        if (anyIrqsOff(s)) return false;
        memory.flush(s, page);
        return true;
      },
    ),
  ];

  const mprotect = (write: boolean): Row[] => {
    const where = 'mprotect_fixup';
    const early = has('mprotect-ends-section-early');
    return [
      lockWrite('do_mprotect_pkey'),
      ...(has('mprotect-without-section') ? [] : [begin(where, 0)]),
      setWrite(0, write),
      ...(early ? [end(where, 0)] : []),
      ...(write ? [] : [protectPte(0), flush('change_protection', 0)]),
      ...(early || has('mprotect-without-section') ? [] : [end(where, 0)]),
      unlockWrite('do_mprotect_pkey', write ? undefined : writableNowhere(0, 'mprotect(PROT_READ)')),
    ];
  };

  const mremap = (pmdMove: boolean): Row[] => {
    const link = row('copy_vma', 'vma_link(): VMA 1 enters the tree', 0, TOUCH.vma, (s) => {
      s[vma(1) + V.inTree] = 1;
      s[vma(1) + V.empty] = 0;
      s[vma(1) + V.page] = 2;
      s[vma(1) + V.write] = 1;
      memory.reconsider(s);
      return true;
    });
    const endSource = has('mremap-source-unmarked') ? [] : [end('move_vma', 0)];
    const late = has('source-closed-after-detach');
    const destination = !has('mremap-destination-unmarked');
    return [
      lockWrite('do_mremap'),
      ...(destination ? [begin('copy_vma', 1)] : []),
      link,
      ...(has('mremap-source-unmarked') ? [] : [begin('move_vma', 0)]),
      ...(pmdMove ? [movePmd()] : movePtes()),
      ...(late ? [] : endSource),
      ...(destination ? [end('move_vma', 1)] : []),
      ...detach(0),
      ...(late ? endSource : []),
      zapPte(0),
      ...freeTable(0),
      unlockWrite('do_mremap'),
    ];
  };
  const movePtes = (): Row[] => {
    const allocated = row(
      'alloc_new_pmd',
      'puts a page table at the destination',
      TOUCH.pmd,
      TOUCH.pmd,
      (s) => {
        if (s[pmd(0)] !== 0 && s[pmd(1)] === 0) s[pmd(1)] = s[pmd(0)] === 1 ? 2 : 1;
        return true;
      },
    );
    const locked = row(
      'move_ptes',
      'takes both PTE locks, moves the entry',
      TOUCH.pmd | TOUCH.ptl | TOUCH.pte,
      TOUCH.ptl | TOUCH.pte,
      (s) => {
        const from = s[pmd(0)]!;
        if (from === 0) return true;
        const to = s[pmd(1)]!;
        if (s[table(from) + P.lock] !== 0 || s[table(to) + P.lock] !== 0) return false;
        // An entry that is there already is overwritten, as the code does.
        if (s[table(from) + P.pte] === PTE.none) return true;
        memory.set(s, to, s[table(from) + P.pte]!, s[table(from) + P.frame]!);
        memory.set(s, from, PTE.none, 0);
        s[table(from) + P.lock] = HELD_BY_CALL;
        return true;
      },
    );
    const flushed = row(
      'move_ptes',
      'flushes page 0 from all TLBs, releases the PTE locks',
      TOUCH.irq | TOUCH.ptl | TOUCH.pmd,
      TOUCH.tlb | TOUCH.ptl,
      (s) => {
        const from = s[pmd(0)]!;
        if (from === 0 || s[table(from) + P.lock] !== HELD_BY_CALL) return true;
        if (anyIrqsOff(s)) return false;
        memory.flush(s, 0);
        s[table(from) + P.lock] = 0;
        return true;
      },
    );
    return [allocated, locked, flushed];
  };
  const HELD_BY_CALL = scope.threads + 1;
  /** The PMD locks only: the PTE lock of the table is not taken. */
  const movePmd = (): Row =>
    row(
      'move_normal_pmd',
      'moves the page table, holding the PMD locks',
      TOUCH.pmd | TOUCH.ptl,
      TOUCH.pmd | TOUCH.tlb | TOUCH.ptl,
      (s) => {
        const t = s[pmd(0)]!;
        if (t === 0) return true;
        if (s[table(t) + P.lock] !== 0) {
          if (has('pmd-move-waits')) return false;
          report.break('P16', `page table ${t} is moved to another address while a fault holds its PTE lock`);
        }
        s[pmd(0)] = 0;
        s[pmd(1)] = t;
        memory.flush(s, 0);
        return true;
      },
    );

  const fork = (): Row[] => {
    const marked = !has('fork-without-section');
    const early = has('fork-ends-section-before-flush');
    const copy = changePte(
      'copy_page_range',
      'write protects the entry and gives the page to the child',
      0,
      (s, t) => {
        if (s[table(t) + P.pte] === PTE.none) return;
        s[table(t) + P.pte] = PTE.readOnly;
        s[model.childFrame] = s[table(t) + P.frame]!;
      },
    );
    const flushed = row('dup_mmap', 'flush_tlb_mm(oldmm)', TOUCH.irq, TOUCH.tlb | TOUCH.content, (s) => {
      if (anyIrqsOff(s)) return false;
      memory.flush(s, 0);
      s[model.childSealed] = s[model.childFrame] === 0 ? 0 : 1;
      return true;
    });
    const open = marked ? [begin('dup_mmap', 0)] : [];
    const close = marked ? [end('dup_mmap', 0)] : [];
    return [
      lockWrite('dup_mmap'),
      ...open,
      { ...copy, holds: () => 0 },
      ...(early ? close : []),
      flushed,
      ...(early ? [] : close),
      unlockWrite('dup_mmap'),
    ];
  };

  /** Page 0 is writable at all times of the three calls, but not always by the same VMA. */
  const bounds = (where: string, does: string, change: (s: Uint8Array) => void): Row[] => [
    lockWrite(where),
    begin(where, 0),
    row(
      '__vma_adjust',
      does,
      0,
      TOUCH.vma,
      always((s) => {
        change(s);
        memory.reconsider(s);
      }),
    ),
    end(where, 0),
    unlockWrite(where),
  ];

  return {
    'mprotect-read': () => mprotect(false),
    'mprotect-write': () => mprotect(true),
    dontneed: () => [
      lockRead('do_madvise'),
      ...beginRead(0),
      zapPte(0),
      flush('tlb_finish_mmu', 0),
      ...endRead(0),
      unlockRead('do_madvise'),
    ],
    munmap: () => [
      lockWrite('__vm_munmap'),
      ...detach(0),
      downgrade,
      ...beginRead(0),
      zapPte(0),
      ...endRead(0),
      ...freeTable(0),
      unlockRead('__vm_munmap', presentNowhere(0, [1], 'munmap()')),
    ],
    mremap: () => mremap(false),
    'mremap-pmd': () => mremap(true),
    fork,
    'split-protect': () =>
      bounds(
        '__split_vma',
        'mprotect(PROT_READ) of the rest: VMA 1 takes page 0 over, VMA 0 is read only',
        (s) => {
          s[vma(1) + V.inTree] = 1;
          s[vma(1) + V.page] = 1;
          s[vma(1) + V.write] = 1;
          s[vma(0) + V.page] = 0;
          s[vma(0) + V.write] = 0;
        },
      ),
    'protect-rest': () =>
      bounds('mprotect_fixup', 'mprotect(PROT_READ|PROT_WRITE) of the rest: VMA 0 is writable', (s) => {
        s[vma(0) + V.write] = 1;
      }),
    'merge-back': () =>
      bounds('vma_merge', 'case 8: VMA 0 is extended over page 0, VMA 1 is gone', (s) => {
        s[vma(1) + V.inTree] = 0;
        s[vma(1) + V.empty] = 1;
        s[vma(1) + V.page] = 0;
        s[vma(0) + V.page] = 1;
      }),
  };
}
