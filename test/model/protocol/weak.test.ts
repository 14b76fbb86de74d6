import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HYPOTHESES } from '../../../harness/model/protocol/hypotheses.ts';
import { FRAGMENTS } from '../../../harness/model/protocol/weak/fragments.ts';
import { happens, judgeFragment } from '../../../harness/model/protocol/weak/judge.ts';
import { UnsupportedLitmus } from '../../../harness/model/protocol/weak/litmus.ts';
import { type MemoryModel, runLitmus } from '../../../harness/model/protocol/weak/machine.ts';
import { parseLitmus } from '../../../harness/model/protocol/weak/parse.ts';

const directory = join(import.meta.dirname, 'litmus');
const kernels = readdirSync(directory).filter((name) => name.endsWith('.litmus'));
const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
const result = (text: string, model: MemoryModel): string => runLitmus(parseLitmus(text), model).result;

describe("the kernel's litmus tests", () => {
  test('are all there, and all of them are supported', () => {
    expect(kernels).toHaveLength(32);
    for (const name of kernels) expect(parseLitmus(read(name)).states, name).not.toBeNull();
  });

  test.each(kernels)('%s: as its file says', (name) => {
    const test = parseLitmus(read(name));
    expect(runLitmus(test, 'ppc64').result).toBe(test.states);
  });

  test('sequential consistency allows none of them, and TSO only what a store buffer explains', () => {
    const allowed = (model: MemoryModel): string[] =>
      kernels.filter((name) => result(read(name), model) === 'Sometimes');
    expect(allowed('sc')).toEqual([]);
    expect(allowed('tso')).toEqual([
      'R+poonceonces.litmus',
      'SB+poonceonces.litmus',
      'SB+rfionceonce-poonceonces.litmus',
    ]);
  });
});

describe('what each part of the machine is for', () => {
  const ways = (from: string, to: string, text: string): string => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const messages = read('MP+fencewmbonceonce+fencermbonceonce.litmus');

  test.each(['smp_wmb();', 'smp_rmb();'])('message passing needs its %s', (fence) => {
    expect(result(ways(fence, '', messages), 'ppc64')).toBe('Sometimes');
  });

  test('a release is cumulative: without it a third thread is told late', () => {
    const text = read('WRC+pooncerelease+fencermbonceonce+Once.litmus');
    expect(result(ways('smp_store_release(y, 1)', 'WRITE_ONCE(*y, 1)', text), 'ppc64')).toBe('Sometimes');
  });

  test('a grace period waits for readers, and so orders', () => {
    const text = FRAGMENTS.find(({ id }) => id === 'weak-reference')!.posted;
    expect(result(ways('synchronize_rcu();', 'smp_mb();', text), 'sc')).toBe('Sometimes');
    expect(result(ways('rcu_read_lock();', '', ways('rcu_read_unlock();', '', text)), 'sc')).toBe(
      'Sometimes',
    );
  });

  test('a check under a lock needs the lock', () => {
    const text = FRAGMENTS.find(({ id }) => id === 'weak-commit')!.posted;
    expect(result(text.replaceAll('spin_lock(ptl);', '').replaceAll('spin_unlock(ptl);', ''), 'sc')).toBe(
      'Sometimes',
    );
  });

  test('an address dependency orders loads, a control dependency does not', () => {
    const text = read('MP+onceassign+derefonce.litmus');
    expect(result(ways('r1 = READ_ONCE(*r0)', 'r1 = READ_ONCE(*x)', text), 'ppc64')).toBe('Sometimes');
  });
});

describe('fragments of the protocol', () => {
  test.each(FRAGMENTS.map(({ id, decides }) => [id, decides] as const))('%s', (id, decides) => {
    const fragment = FRAGMENTS.find((each) => each.id === id)!;
    const { outcomes } = judgeFragment(fragment, false);
    // What is suspected is a matter of weak order: x86 does not have it.
    expect(outcomes).toMatchObject({ sc: { result: 'Never' }, tso: { result: 'Never' } });
    expect(outcomes.ppc64.result).toBe(decides === undefined ? 'Never' : 'Sometimes');
    expect(happens(judgeFragment(fragment, true))).toBe(false);
    if (decides !== undefined) expect(HYPOTHESES[decides]).toBeDefined();
  });
});

test.each([
  ['cmpxchg(x, 0, 1);', /statement cmpxchg/],
  ['call_rcu(x);', /statement call_rcu/],
])('%s is not modelled, and said so', (statement, message) => {
  const text = `C other\n{}\nP0(int *x) {\n  ${statement}\n}\nexists (x=1)`;
  expect(() => parseLitmus(text)).toThrow(UnsupportedLitmus);
  expect(() => parseLitmus(text)).toThrow(message);
});
