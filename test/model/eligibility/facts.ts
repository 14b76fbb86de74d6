import fc from 'fast-check';
import type { CountedCase, FaultFacts } from '../../../harness/model/eligibility/facts.ts';

/** The fault that the series is for: the second touch of an anonymous mapping by one of two threads. */
export const SECOND_TOUCH: FaultFacts = {
  sysctl: true,
  threads: 2,
  userMode: true,
  vmaKind: 'anon',
  anonVma: true,
  pageTable: true,
  uffdMissing: false,
  interleave: false,
  hugePmd: false,
  access: 'write',
  prot: { r: true, w: true, x: false },
  pte: 'none',
  inBounds: true,
  faults: 8,
};

export const anyFacts: fc.Arbitrary<FaultFacts> = fc.record({
  sysctl: fc.option(fc.boolean()),
  threads: fc.integer({ min: 1, max: 3 }),
  userMode: fc.boolean(),
  vmaKind: fc.constantFrom('anon', 'file', 'shmem', 'hugetlb', 'stack', 'none'),
  anonVma: fc.boolean(),
  pageTable: fc.boolean(),
  uffdMissing: fc.boolean(),
  interleave: fc.boolean(),
  hugePmd: fc.boolean(),
  access: fc.constantFrom('read', 'write', 'exec'),
  prot: fc.record({ r: fc.boolean(), w: fc.boolean(), x: fc.boolean() }),
  pte: fc.constantFrom('none', 'zero', 'present', 'swap'),
  inBounds: fc.boolean(),
  faults: fc.integer({ min: 1, max: 9 }),
});

/** A case as the guest prints it. */
export const counted = (change: Partial<CountedCase> = {}): CountedCase => ({
  case: 'second-touch-write',
  facts: SECOND_TOUCH,
  faults: 8,
  spf: 8,
  vmstatSpf: 8,
  signal: null,
  skipped: null,
  ...change,
});
