import { describe, expect, test } from 'vitest';
import { mutantSchema } from '../../harness/mutation/row.ts';
import type { MutantState, Run } from '../../harness/mutation/run.ts';
import { median } from '../../harness/base/median.ts';
import { detectionPage } from '../../harness/mutation/table.ts';

const mutant = (id: string, more: object = {}) =>
  mutantSchema.parse({
    ...{ id, mechanism: 'fork', breaks: `breaks ${id}`, patch: 'spf-v12/1', symptom: `symptom of ${id}` },
    ...more,
  });
const run = (seed: number, operations: number | null, seconds: number, more: Partial<Run> = {}): Run => ({
  ...{ trial: 'race/hammer', profile: 'race', kernel: 'mutant', seed, status: 'FAIL', layer: 'kasan' },
  ...{ reason: '', operations, seconds, record: null, ...more },
});
const state = (id: string, end: Partial<NonNullable<MutantState['end']>>, runs: Run[] = []): MutantState => ({
  ...{ schema: 'spf-harness/mutant/1', id, arch: 'x86_64', key: '', builds: [], runs },
  end: { outcome: 'survived', reason: '3 trials', layer: null, trial: null, ...end },
});
const kill = { outcome: 'killed', layer: 'kasan', trial: 'race/hammer' } as const;
const rowsOf = (page: string, id: string) => page.split('\n').filter((line) => line.includes(`\`${id}\``));

describe('the page', () => {
  test('a kill has the median of its killing runs, and of no others', () => {
    const runs = [
      run(1, 100, 10),
      run(2, 900, 30),
      run(3, 200, 11),
      run(1, 5, 5, { kernel: 'unmutated' }),
      run(1, 7, 7, { trial: 'race/other' }),
    ];
    const page = detectionPage([mutant('a')], [state('a', kill, runs)], []);
    expect(rowsOf(page, 'a')).toEqual(['| `a` | x86_64 | KASAN | race/hammer | 200 | 11 | 3 |  |']);
  });

  test('operations that are not known of every run are not made up', () => {
    const page = detectionPage([mutant('a')], [state('a', kill, [run(1, 100, 10), run(2, null, 20)])], []);
    expect(rowsOf(page, 'a')[0]).toContain('| – | 15 | 2 |');
  });

  test('a survivor comes with the reason why it lives, or with the word that nobody knows', () => {
    const believed = mutant('a', { equivalent: 'it cannot | be seen', twin: 't' });
    const page = detectionPage(
      [believed, mutant('b')],
      [state('a', {}), state('b', {})],
      [{ id: 't', killedBy: null }],
    );
    expect(rowsOf(page, 'a')).toEqual(['| `a` | x86_64 | 3 trials | it cannot \\| be seen | equivalent |']);
    expect(rowsOf(page, 'b')[0]).toContain('nobody knows; symptom of b');
    expect(page).toContain('0 killed, 2 survived (1 of them believed to be equivalent)');
    expect(page).not.toContain('not a whole campaign');
  });

  test('what was not hunted, or not to its end, is said to be so', () => {
    const page = detectionPage(
      [mutant('a'), mutant('b'), mutant('c')],
      [state('a', kill, [run(1, 1, 1)]), { ...state('b', {}), end: null }],
      [],
    );
    expect(page).toContain('**This is not a whole campaign: 2 mutants have not been hunted.**');
    expect(rowsOf(page, 'c')[0]).toContain('breaks c');
  });

  test('what does not apply is neither killed nor a survivor', () => {
    const page = detectionPage([mutant('a')], [state('a', { outcome: 'does-not-apply' })], []);
    expect(page).toContain('0 killed, 0 survived');
    expect(rowsOf(page, 'a')[0]).toContain('does-not-apply');
  });

  test('the median', () => {
    expect(median([])).toBeUndefined();
    expect(median([3])).toBe(3);
    expect(median([9, 1, 2])).toBe(2);
    expect(median([1, 2, 3, 10])).toBe(2.5);
  });
});
