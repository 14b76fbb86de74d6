import type { FaultScope } from './fault/scope.ts';
import { LOOKUP_SCOPE, type LookupScope } from './lookup/scope.ts';
import type { Property } from './properties.ts';

/** What a user may set; the rest of a scope belongs to the check. */
export interface ScopeOptions {
  readonly threads?: number;
  readonly finds?: number;
  readonly stores?: number;
  readonly operations?: number;
  readonly vmas?: number;
}

interface Common {
  readonly id: string;
  readonly title: string;
  /** The hypothesis about v12 that it decides. */
  readonly decides?: string;
  readonly properties: readonly Property[];
  /** Fixes that v12 is given here, because another defect would come first. */
  readonly given?: readonly string[];
}

/** One search: a part of the protocol, how much of the world, and what is watched. */
export type Check =
  | (Common & { readonly model: 'lookup'; readonly scope: LookupScope })
  | (Common & { readonly model: 'fault'; readonly scope: FaultScope });

const MEMORY = ['P1', 'P2', 'P3', 'P4', 'P5', 'P8', 'P9', 'P14'] as const;
const RESULT = ['P6', 'P7'] as const;

const faults = (callers: FaultScope['callers'], rest: Partial<FaultScope>): FaultScope => ({
  threads: 1,
  stores: 1,
  pages: 1,
  keeps: false,
  populated: false,
  sometimes: ['speculative', 'changed'],
  ...rest,
  callers,
});

export const CHECKS: readonly Check[] = [
  {
    id: 'lookup',
    title: 'find_vma_rcu() against munmap, mmap and merges: references, RCU, freeing',
    decides: 'H1',
    model: 'lookup',
    properties: MEMORY,
    scope: { ...LOOKUP_SCOPE, calls: ['munmap', 'munmap2', 'mmap', 'merge'] },
  },
  {
    id: 'lookup-result',
    title: 'what find_vma_rcu() returns, against munmap, mmap and merges',
    decides: 'H1',
    model: 'lookup',
    properties: RESULT,
    scope: { ...LOOKUP_SCOPE, finds: 2, calls: ['munmap', 'munmap2', 'mmap', 'merge'] },
  },
  {
    id: 'exit',
    title: 'exit_mmap() after munmap and mmap, with callbacks still queued',
    model: 'lookup',
    properties: MEMORY,
    scope: { ...LOOKUP_SCOPE, operations: 1, calls: ['munmap', 'mmap', 'exit'] },
  },
  {
    id: 'sequence',
    title: 'vm_sequence: one writer at a time, odd while it changes',
    decides: 'H2',
    model: 'fault',
    properties: ['P10'],
    scope: faults([['dontneed'], ['dontneed', 'mprotect-read']], { sometimes: ['speculative', 'cleared'] }),
  },
  {
    id: 'parity',
    title: 'mprotect(PROT_READ) after two MADV_DONTNEED at once',
    decides: 'H2',
    model: 'fault',
    properties: ['P11', 'P14'],
    scope: faults([['dontneed'], ['dontneed', 'mprotect-read']], { sometimes: ['speculative', 'cleared'] }),
  },
  {
    id: 'protect',
    title: 'mprotect(PROT_READ), mprotect(PROT_READ|PROT_WRITE) against faults',
    model: 'fault',
    properties: ['P10', 'P11', 'P12', 'P14', 'P15', 'P16', 'P17'],
    scope: faults([['mprotect-read', 'mprotect-write']], {
      threads: 2,
      keeps: true,
      sometimes: ['speculative', 'changed', 'refused'],
    }),
  },
  {
    id: 'refusal',
    title: 'SIGSEGV decided from flags and bounds of different times',
    decides: 'H3',
    model: 'fault',
    properties: ['P12'],
    scope: faults([['split-protect', 'protect-rest', 'merge-back']], {}),
  },
  {
    id: 'unmap',
    title: 'munmap, with its downgrade of mmap_lock, against faults',
    model: 'fault',
    properties: ['P10', 'P11', 'P12', 'P14'],
    scope: faults([['munmap']], { threads: 2, sometimes: ['speculative', 'changed', 'refused', 'cleared'] }),
  },
  {
    id: 'unmap-lock',
    title: 'munmap clears a PMD whose page table a speculative fault is about to lock',
    decides: 'H7',
    model: 'fault',
    properties: ['P16'],
    scope: faults([['munmap']], { sometimes: ['speculative', 'changed', 'cleared'] }),
  },
  {
    id: 'unmap-table',
    title: 'munmap frees a page table below a speculative fault',
    decides: 'R12',
    model: 'fault',
    properties: ['P17'],
    scope: faults([['munmap']], { sometimes: ['speculative', 'changed', 'cleared'] }),
  },
  {
    id: 'move',
    title: 'mremap moves a page while threads store to it',
    decides: 'H9',
    model: 'fault',
    properties: ['P10', 'P11', 'P12', 'P14', 'P15'],
    scope: faults([['mremap']], {
      threads: 2,
      pages: 2,
      keeps: true,
      sometimes: ['speculative', 'changed', 'refused', 'classic'],
    }),
  },
  {
    id: 'move-table',
    title: 'mremap moves a whole page table below a speculative fault',
    decides: 'H6',
    model: 'fault',
    properties: ['P16'],
    given: ['ptl-of-seen-pmd'],
    scope: faults([['mremap-pmd']], { pages: 2 }),
  },
  {
    id: 'fork',
    title: 'fork shares a page while threads store to it',
    decides: 'H8',
    model: 'fault',
    properties: ['P10', 'P11', 'P12', 'P14', 'P15', 'P16', 'P17'],
    scope: faults([['fork']], {
      threads: 2,
      stores: 2,
      keeps: true,
      populated: true,
      sometimes: ['speculative', 'changed', 'copied'],
    }),
  },
];

/** The scope of a check with what the user wants otherwise. */
export function withScope(check: Check, options: ScopeOptions): Check {
  const { threads, finds, stores, operations, vmas } = options;
  if (check.model === 'lookup')
    return {
      ...check,
      scope: {
        ...check.scope,
        ...(threads === undefined ? {} : { threads }),
        ...(finds === undefined ? {} : { finds }),
        ...(operations === undefined ? {} : { operations }),
        ...(vmas === undefined ? {} : { vmas }),
      },
    };
  return {
    ...check,
    scope: {
      ...check.scope,
      ...(threads === undefined ? {} : { threads }),
      ...(stores === undefined ? {} : { stores }),
    },
  };
}
