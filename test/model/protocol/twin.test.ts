import { expect, test } from 'vitest';
import { explore, type Options, type Outcome } from '../../../harness/model/protocol/engine/explore.ts';
import type { System } from '../../../harness/model/protocol/engine/types.ts';
import { lookupSystem } from '../../../harness/model/protocol/lookup/system.ts';
import { FIXED } from '../../../harness/model/protocol/run.ts';
import { buildPan, spinIsMissing, twinScope } from './spin.ts';

const missing = spinIsMissing();
if (missing !== null) console.warn(`the Promela twin is not compared: ${missing}`);

/** Without what Spin does not do: threads told apart, freed VMAs kept as they were. */
function plain(threads: number, finds: number, operations: number, variant: ReadonlySet<string>): Outcome {
  const { normalize, ...system } = lookupSystem(twinScope(threads, finds, operations), variant);
  expect(normalize).toBeDefined();
  const options: Options = { reduce: false, symmetry: false };
  return explore(system satisfies System, options);
}

test.skipIf(missing !== null).each([
  [1, 1, 2],
  [1, 2, 2],
  [2, 1, 1],
])(
  '%i readers, %i finds, %i calls: Spin has as many states, and the same verdict',
  (threads, finds, operations) => {
    const pan = buildPan(twinScope(threads, finds, operations), ['-O0', '-DNOREDUCE']);
    const spin = pan.run();
    pan.remove();
    const ours = plain(threads, finds, operations, FIXED);
    expect(ours.verdict).toBe('holds');
    // One more: the twin builds its tree in a step of its own.
    expect(spin).toMatchObject({ errors: 0, states: ours.states + 1 });
  },
);

test.skipIf(missing !== null).each([
  ['DIRECT_PUT', 'direct-put'],
  ['NO_RCU_LOCK', 'no-rcu-lock'],
  ['NO_SEQRETRY', 'no-seqretry'],
  ['NO_CLEAR_NODE', 'no-clear-node'],
  ['RETRY_FORGETS_PUT', 'retry-forgets-put'],
])('mutant %s: both find an error', (macro, id) => {
  const pan = buildPan(twinScope(1, 1, 2), ['-O0'], macro);
  const spin = pan.run();
  pan.remove();
  expect(spin.errors).toBe(1);
  expect(plain(1, 1, 2, new Set([...FIXED, id])).verdict).toBe('violated');
});
