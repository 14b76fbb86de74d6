import { afterAll, bench, describe, expect } from 'vitest';
import { explore } from '../../../harness/model/protocol/engine/explore.ts';
import { lookupSystem } from '../../../harness/model/protocol/lookup/system.ts';
import { FIXED } from '../../../harness/model/protocol/run.ts';
import { buildPan, spinIsMissing, twinScope } from './spin.ts';

/**
 * Time to the verdict on the twin's configurations: this checker against Spin, compiled beforehand, -O2 -DSAFETY, its partial-order
 * reduction on. SPF_BENCH_LARGE=1 adds the notes' largest row, two readers with two finds each.
 */
const missing = spinIsMissing();
const rows = [
  [1, 1, 2],
  [2, 1, 2],
  ...(process.env['SPF_BENCH_LARGE'] === '1' ? [[2, 2, 2] as const] : []),
] as const;

describe.each(rows)('%i readers, %i finds, %i calls', (threads, finds, operations) => {
  const scope = twinScope(threads, finds, operations);
  const once = { iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0 };
  const said = new Set<string>();
  const say = (text: string): void => {
    if (said.size < said.add(text).size) return;
  };
  afterAll(() => console.log([`${threads}/${finds}/${operations}:`, ...said].join('\n  ')));

  bench(
    'spf model',
    () => {
      const { verdict, states, bytesPerState } = explore(lookupSystem(scope, FIXED));
      expect(verdict).toBe('holds');
      say(
        `spf model: ${states} states, ${bytesPerState.toFixed(1)} bytes a state, table and parents included`,
      );
    },
    once,
  );

  bench(
    'spf model, no reductions',
    () => {
      const { verdict, states } = explore(lookupSystem(scope, FIXED), { reduce: false, symmetry: false });
      expect(verdict).toBe('holds');
      say(`spf model, no reductions: ${states} states`);
    },
    once,
  );

  if (missing === null) {
    const pan = buildPan(scope, ['-O2']);
    afterAll(() => pan.remove());
    bench(
      'spin',
      () => {
        const { errors, states, vector } = pan.run();
        expect(errors).toBe(0);
        say(`spin: ${states} states, vector of ${vector} bytes`);
      },
      once,
    );
  } else console.warn(`no Spin to compare with: ${missing}`);
});
