import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explore } from '../../../harness/model/protocol/engine/explore.ts';
import { Layout } from '../../../harness/model/protocol/engine/layout.ts';
import { StateStore } from '../../../harness/model/protocol/engine/store.ts';
import { counters } from './toy.ts';

test('a packed state is the state', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat()), { minLength: 1 }), (drawn) => {
      const layout = new Layout();
      drawn.forEach(([bits], at) => layout.add(`v${at}`, bits));
      const state = Uint8Array.from(drawn, ([bits, value]) => value % 2 ** bits);
      const words = new Uint32Array(layout.words + 1);
      layout.pack(state, words, 1);
      const back = new Uint8Array(layout.size);
      layout.unpack(words, 1, back);
      expect([...back]).toEqual([...state]);
      expect(layout.overflow(state)).toBeNull();
    }),
  );
});

test('a value that does not fit its bits is named', () => {
  const layout = new Layout();
  layout.add('small', 2);
  layout.add('refs', 3);
  layout.pack(new Uint8Array(2), new Uint32Array(1), 0);
  expect(layout.overflow(Uint8Array.of(3, 8))).toBe('refs');
  expect(() => layout.add('late', 1)).toThrow(/too late/);
});

test('the store holds every state once and gives it back whole, also when it grows', () => {
  const store = new StateStore(2);
  const value = (n: number): [number, number] => [Math.imul(n, 0x9e3779b1) >>> 0, n % 7];
  const put = (n: number, parent: number): number => {
    store.candidate.set(value(n));
    return store.add(parent);
  };
  for (let n = 0; n < 100_000; n++) expect(put(n, n - 1)).toBe(-1);
  for (let n = 0; n < 100_000; n += 997) {
    expect(put(n, 0)).toBe(n);
    expect([...store.chunkOf(n).subarray(store.offsetOf(n), store.offsetOf(n) + 2)]).toEqual(value(n));
    expect(store.parentOf(n)).toBe(n - 1);
  }
  expect(store.count).toBe(100_000);
});

test('a lost update is found, by a shortest run of fewest turns, with threads that keep their names', () => {
  const outcome = explore(counters(2, 2));
  expect(outcome.verdict).toBe('violated');
  expect(outcome.fault).toEqual({ property: 'P15', text: '1 of 2' });
  expect(outcome.trace.map(({ who, step }) => `${who} ${step.does}`)).toEqual([
    'T1 loads',
    'T0 loads',
    'T0 stores',
    'T1 stores',
  ]);
});

test('what cannot happen is not found, and every state is counted', () => {
  // Two threads, not told apart: (2 labels before done)... worked out by hand in the two-thread case.
  const apart = explore(counters(2, 1), { symmetry: false, reduce: false });
  const alike = explore(counters(2, 1), { reduce: false });
  expect(apart.verdict).toBe('holds');
  expect(apart.states).toBe(enumerate(2));
  expect(alike.states).toBeLessThan(apart.states);
  expect(explore(counters(3, 2)).verdict).toBe('violated');
});

test('the limit is not a verdict', () => {
  const outcome = explore(counters(3, 1), { limit: 5 });
  expect(outcome.verdict).toBe('limit');
});

/** The same race, enumerated by a program that shares nothing with the engine: states as strings. */
function enumerate(threads: number): number {
  const first = JSON.stringify([0, Array<number[]>(threads).fill([0, 0])]);
  const seen = new Set([first]);
  for (const text of seen) {
    const [counter, all] = JSON.parse(text) as [number, number[][]];
    all.forEach(([label, loaded], nth) => {
      if (label === 2) return;
      const next = all.map((each) => [...each]);
      next[nth] = label === 0 ? [1, counter] : [2, 0];
      seen.add(JSON.stringify([label === 0 ? counter : loaded! + 1, next]));
    });
  }
  return seen.size;
}
