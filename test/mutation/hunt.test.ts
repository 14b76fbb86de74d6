import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HuntOptions, nextStep, REPEATS } from '../../harness/mutation/hunt.ts';
import type { End, Run } from '../../harness/mutation/run.ts';

/** What a kernel does in a run. */
type Behaviour = 'stands' | 'fails' | 'lost';
type World = (kernel: Run['kernel'], trial: string, seed: number, again: number) => Behaviour;

const SEED = 7;
const trials = ['a', 'b', 'c'].map((id) => ({ id, profile: 'race' }));
const options: HuntOptions = { trials, seed: SEED, budget: 1000, kills: 3 };

const ofBehaviour: Record<Behaviour, Pick<Run, 'status' | 'layer'>> = {
  stands: { status: 'PASS', layer: null },
  fails: { status: 'FAIL', layer: 'kasan' },
  lost: { status: 'ERROR', layer: null },
};

/** Do what is said until the end; `known` is what a campaign of before has left. */
function hunt(world: World, asked: Partial<HuntOptions> = {}, known: readonly Run[] = []) {
  const runs = [...known];
  for (;;) {
    const step = nextStep({ ...options, ...asked }, { runs });
    if (step.do === 'end') return { end: step.end, runs };
    const { trial, kernel, seed } = step;
    const again = runs.filter(
      (run) => run.trial === trial.id && run.kernel === kernel && run.seed === seed,
    ).length;
    const behaviour = world(kernel, trial.id, seed, again);
    runs.push({
      ...{ trial: trial.id, profile: trial.profile, kernel, seed, reason: behaviour },
      ...{ operations: null, seconds: 100, record: null },
      ...ofBehaviour[behaviour],
    });
    expect(runs.length).toBeLessThan(200);
  }
}

const names = (runs: readonly Run[]) => runs.map(({ trial, kernel, seed }) => `${trial} ${kernel} ${seed}`);

describe('a hunt', () => {
  test('stops at the first trial that kills, with three kills and as many runs without the mutant', () => {
    const { end, runs } = hunt((kernel, trial) =>
      kernel === 'mutant' && trial === 'b' ? 'fails' : 'stands',
    );
    expect(end).toMatchObject({ outcome: 'killed', layer: 'kasan', trial: 'b' });
    expect(names(runs)).toEqual([
      'a mutant 7',
      ...['b mutant 7', 'b unmutated 7'],
      ...['b mutant 8', 'b unmutated 8'],
      ...['b mutant 9', 'b unmutated 9'],
    ]);
  });

  test('nothing is noticed: all trials once, and a survivor', () => {
    const { end, runs } = hunt(() => 'stands');
    expect(end).toMatchObject({ outcome: 'survived', reason: '3 trials, 300 s' });
    expect(names(runs)).toEqual(['a mutant 7', 'b mutant 7', 'c mutant 7']);
  });

  test('what is noticed once and never again is a flake, and the hunt goes on', () => {
    const { end, runs } = hunt((kernel, trial, seed) =>
      kernel === 'mutant' && trial === 'a' && seed === SEED ? 'fails' : 'stands',
    );
    expect(end.outcome).toBe('survived');
    expect(end.reason).toMatch(/a noticed something once in 4 runs/);
    const ofA = (wanted: string) => runs.filter(({ trial, kernel }) => trial === 'a' && kernel === wanted);
    expect(ofA('mutant').length).toBe(1 + REPEATS);
    expect(ofA('unmutated').length).toBe(1 + REPEATS);
  });

  test('a kill that needs luck counts when it is seen twice', () => {
    const lucky = (_: string, trial: string, seed: number) =>
      trial === 'a' && [SEED, SEED + 3].includes(seed) ? ('fails' as const) : ('stands' as const);
    const { end, runs } = hunt((kernel, trial, seed) =>
      kernel === 'mutant' ? lucky(kernel, trial, seed) : 'stands',
    );
    expect(end).toMatchObject({ outcome: 'killed', trial: 'a' });
    expect(end.reason).toMatch(/2 of 4 runs/);
    expect(runs.filter(({ kernel }) => kernel === 'unmutated').length).toBe(4);
  });

  test('what the kernel without the mutant does too is no kill', () => {
    const { end, runs } = hunt((_, trial) => (trial === 'a' ? 'fails' : 'stands'));
    expect(end.outcome).toBe('survived');
    expect(end.reason).toMatch(/a fails without the mutant too/);
    // Found out at once, not after three kills.
    expect(names(runs)).toEqual(['a mutant 7', 'a unmutated 7', 'b mutant 7', 'c mutant 7']);
  });

  test('the budget ends it between two trials, never within one', () => {
    const { end, runs } = hunt(() => 'stands', { budget: 150 });
    expect(end).toMatchObject({ outcome: 'survived' });
    expect(end.reason).toMatch(/2 trials, 200 s, its budget of 150 s is spent/);
    expect(runs.length).toBe(2);
    const killed = hunt((kernel) => (kernel === 'mutant' ? 'fails' : 'stands'), { budget: 1 });
    expect(killed.end.outcome).toBe('killed');
  });

  test('what the rig could not judge is tried once more, and never counts', () => {
    const twice = hunt((_, trial, __, again) => (trial === 'a' && again === 0 ? 'lost' : 'stands'));
    expect(names(twice.runs)).toEqual(['a mutant 7', 'a mutant 7', 'b mutant 7', 'c mutant 7']);
    expect(hunt(() => 'lost').end.outcome).toBe('unjudged');
    const control = hunt((kernel) => (kernel === 'mutant' ? 'fails' : 'lost'));
    expect(control.end.outcome).toBe('survived');
    expect(control.end.reason).toMatch(/a could not be judged without the mutant/);
  });
});

describe('laws', () => {
  const behaviours = fc.constantFrom<Behaviour>('stands', 'fails', 'lost');
  /** A world that answers the same question in the same way. */
  const worlds = fc.func(behaviours).map(
    (decide): World =>
      (kernel, trial, seed, again) =>
        decide(kernel, trial, seed, again),
  );
  const judged = (runs: readonly Run[], { trial }: End, kernel: Run['kernel']) =>
    runs.filter((run) => run.trial === trial && run.kernel === kernel && run.status !== 'ERROR');

  test('a kill was seen twice, and never without the mutant under the same seeds', () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 2, max: 4 }), (world, kills) => {
        const { end, runs } = hunt(world, { kills });
        if (end.outcome !== 'killed') return;
        const with_ = judged(runs, end, 'mutant');
        const without = judged(runs, end, 'unmutated');
        expect(with_.filter(({ layer }) => layer !== null).length).toBeGreaterThanOrEqual(2);
        expect(without.map(({ seed }) => seed)).toEqual(with_.map(({ seed }) => seed));
        expect(without.every(({ layer }) => layer === null)).toBe(true);
      }),
    );
  });

  test('killed after any run and begun again, it makes the same runs and comes to the same end', () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (world, at) => {
        const whole = hunt(world);
        const cut = whole.runs.slice(0, at % (whole.runs.length + 1));
        expect(hunt(world, {}, cut)).toEqual(whole);
      }),
    );
  });

  test('a mutant that is as the original is never killed, whatever flakes there are', () => {
    fc.assert(
      fc.property(fc.func(behaviours), (decide) => {
        // The same flakes with and without the mutant: equal seeds, equal luck.
        const { end } = hunt((_, trial, seed, again) => decide(trial, seed, again));
        expect(end.outcome).not.toBe('killed');
      }),
    );
  });
});
