import { Layout } from '../../../harness/model/protocol/engine/layout.ts';
import {
  BLOCKED,
  labels,
  Report,
  type Step,
  type System,
  table,
} from '../../../harness/model/protocol/engine/types.ts';

const AT = labels('load', 'store', 'done');

/** Threads that each add one to a shared counter, by a load and a store: the oldest race. */
export function counters(threads: number, expected: number): System {
  const layout = new Layout();
  const counter = layout.add('counter', 3);
  const { base, length, part } = layout.records(threads, 'T', { pc: 2, loaded: 3 });
  const report = new Report();
  const steps: readonly Step[] = table(AT, {
    load: {
      in: 'add',
      does: 'loads',
      reads: 1,
      writes: 0,
      goes: [AT.store],
      run: (s, me) => {
        s[me + part.loaded] = s[counter]!;
        return AT.store;
      },
    },
    store: {
      in: 'add',
      does: 'stores',
      reads: 0,
      writes: 1,
      goes: [AT.done],
      run: (s, me) => {
        s[counter] = s[me + part.loaded]! + 1;
        s[me + part.loaded] = 0;
        return AT.done;
      },
    },
    done: { in: 'add', does: 'is done', reads: 0, writes: 0, goes: [], run: () => BLOCKED },
  });
  return {
    layout,
    processes: Array.from({ length: threads }, (_, nth) => ({
      name: `T${nth}`,
      steps,
      at: base + nth * length,
      rests: [AT.done],
    })),
    symmetry: { base, length, count: threads },
    report,
    start: () => undefined,
    atRest: (s) => (s[counter]! < expected ? { property: 'P15', text: `${s[counter]} of ${threads}` } : null),
    sometimes: [],
  };
}
