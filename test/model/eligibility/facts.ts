import fc from 'fast-check';
import {
  type CountedCase,
  type FaultFacts,
  PTE_STATES,
  TRACE_EVENTS,
  type TraceEvent,
} from '../../../harness/model/eligibility/facts.ts';

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
  vmaPolicy: false,
  hugePmd: false,
  access: 'write',
  prot: { r: true, w: true, x: false },
  keyRefuses: false,
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
  vmaPolicy: fc.boolean(),
  hugePmd: fc.boolean(),
  access: fc.constantFrom('read', 'write', 'exec'),
  prot: fc.record({ r: fc.boolean(), w: fc.boolean(), x: fc.boolean() }),
  keyRefuses: fc.boolean(),
  pte: fc.constantFrom(...PTE_STATES),
  inBounds: fc.boolean(),
  faults: fc.integer({ min: 1, max: 9 }),
});

/** Nothing but these. */
export const events = (seen: Partial<CountedCase['events']> = {}): CountedCase['events'] => ({
  ...(Object.fromEntries(TRACE_EVENTS.map((name) => [name, 0])) as Record<TraceEvent, number>),
  ...seen,
});

/** On a kernel without the series. */
export const NO_EVENTS = Object.fromEntries(
  TRACE_EVENTS.map((name) => [name, null]),
) as CountedCase['events'];

/** A case as the guest prints it. */
export const counted = (change: Partial<CountedCase> = {}): CountedCase => ({
  case: 'second-touch-write',
  facts: SECOND_TOUCH,
  faults: 8,
  spf: 8,
  vmstatSpf: 8,
  events: events(),
  signal: null,
  skipped: null,
  ...change,
});
