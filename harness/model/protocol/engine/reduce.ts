import type { Process, System } from './types.ts';

interface Ahead {
  /** Of each label: what the process may still read and write, from there on to its end. */
  readonly reads: Int32Array;
  readonly writes: Int32Array;
}

/**
 * Partial-order reduction by persistent sets of one process. If nothing that the others may still do, ever, touches what
 * the next step of a process reads or writes, its order with them cannot matter, and only that step is taken.
 *
 * Nothing is ignored for ever either: explore.ts takes all steps of a state where the chosen one leads only to
 * states whose steps have been taken already, so no circle of states is left with a process that never got its turn.
 */
export function reducer(system: System): (state: Uint8Array) => number {
  const { processes } = system;
  const ahead = processes.map(lookAhead);
  const at = processes.map((process) => process.at);
  const count = processes.length;
  return (state) => {
    for (let me = 0; me < count; me++) {
      const step = processes[me]!.steps[state[at[me]!]!]!;
      const { reads, writes } = step;
      let alone = true;
      for (let other = 0; other < count && alone; other++) {
        if (other === me) continue;
        const label = state[at[other]!]!;
        const { reads: theirReads, writes: theirWrites } = ahead[other]!;
        alone =
          (writes & (theirReads[label]! | theirWrites[label]!)) === 0 && (reads & theirWrites[label]!) === 0;
      }
      if (alone) return me;
    }
    return -1;
  };
}

function lookAhead({ steps }: Process): Ahead {
  const reads = Int32Array.from(steps, (step) => step.reads);
  const writes = Int32Array.from(steps, (step) => step.writes);
  for (let changed = true; changed;) {
    changed = false;
    steps.forEach(({ goes }, label) => {
      for (const next of goes) {
        const r = reads[label]! | reads[next]!;
        const w = writes[label]! | writes[next]!;
        if (r !== reads[label] || w !== writes[label]) changed = true;
        reads[label] = r;
        writes[label] = w;
      }
    });
  }
  return { reads, writes };
}
