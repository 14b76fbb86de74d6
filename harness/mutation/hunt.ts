import { layerTitles } from './layer.ts';
import type { End, MutantState, Run } from './run.ts';

/** What is tried on a mutant: a job of the plan on a kernel of a profile. */
export interface Trial {
  readonly id: string;
  readonly profile: string;
}

export interface HuntOptions {
  /** In the order in which they are tried. */
  readonly trials: readonly Trial[];
  /** Seed of the first run of each trial; the runs after it have the seeds after it. */
  readonly seed: number;
  /** Seconds of trials until the mutant counts as a survivor; a trial that has begun is finished. */
  readonly budget: number;
  /** Killing runs that are wanted of the trial that kills: two to believe it, three for a median. */
  readonly kills: number;
}

/** A kill that is not seen again in so many further runs was a flake. */
export const REPEATS = 3;
/** What the rig could not judge is tried once more. */
const PATIENCE = 2;

export type Step =
  | {
      readonly do: 'run';
      readonly trial: Trial;
      readonly kernel: Run['kernel'];
      readonly seed: number;
    }
  | { readonly do: 'end'; readonly end: End };

/**
 * What is to be done next for a mutant, from what was done so far. Pure, so that a campaign which was killed goes on
 * where it was: nothing is remembered but the runs.
 *
 * A kill is believed when the same trial killed twice and the kernel without the mutant stood as many runs of it, with
 * the same seeds, each right after the run with the mutant: whatever the host does to one it does to the other. Anything less is a flake, and the hunt goes on with the next trial.
 */
export function nextStep(options: HuntOptions, { runs }: Pick<MutantState, 'runs'>): Step {
  const flakes: string[] = [];
  let judged = 0;
  let spent = 0;
  for (const trial of options.trials) {
    const mine = runs.filter((run) => run.trial === trial.id);
    const mutant = mine.filter(({ kernel }) => kernel === 'mutant');
    const hunt = settle(mutant, options.seed);
    if (hunt === 'again') {
      if (mutant.length === 0 && spent >= options.budget)
        return end('survived', survived(judged, spent, options.budget, flakes));
      return { do: 'run', trial, kernel: 'mutant', seed: options.seed };
    }
    spent += total(mutant.filter(({ seed }) => seed === options.seed));
    if (hunt === 'hopeless') continue;
    judged += 1;
    if (hunt.layer === null) continue;
    const verdict = confirm(options, trial, mine);
    if (typeof verdict !== 'string') return verdict;
    flakes.push(verdict);
  }
  if (judged === 0) return end('unjudged', 'not one trial of it could be judged');
  return end('survived', survived(judged, spent, undefined, flakes));
}

/** What comes after the first kill of a trial: a step, or why it does not count. */
function confirm(options: HuntOptions, trial: Trial, mine: readonly Run[]): Step | string {
  const of = (kernel: Run['kernel']) => mine.filter((run) => run.kernel === kernel);
  let judged = 0;
  const kills: Run[] = [];
  for (let at = 0; at <= REPEATS && kills.length < options.kills; at++) {
    const seed = options.seed + at;
    const run = settle(of('mutant'), seed);
    if (run === 'again') return { do: 'run', trial, kernel: 'mutant', seed };
    if (run === 'hopeless') continue;
    judged += 1;
    if (run.layer !== null) kills.push(run);
    const without = settle(of('unmutated'), seed);
    if (without === 'again') return { do: 'run', trial, kernel: 'unmutated', seed };
    if (without === 'hopeless') return `${trial.id} could not be judged without the mutant`;
    if (without.layer !== null) return `${trial.id} fails without the mutant too`;
  }
  if (kills.length < 2) return `${trial.id} noticed something once in ${judged} runs`;
  const { layer, reason } = kills[0]!;
  const often = `${kills.length} of ${judged} runs`;
  const who = layer === null ? '' : layerTitles[layer];
  return end('killed', `${who}, ${often}: ${reason}`, { layer, trial: trial.id });
}

/** The judged run of a seed; `again` when it is still to be made, `hopeless` when nobody could judge it. */
function settle(runs: readonly Run[], seed: number): Run | 'again' | 'hopeless' {
  const tried = runs.filter((run) => run.seed === seed);
  const judged = tried.find(isJudged);
  if (judged !== undefined) return judged;
  return tried.length < PATIENCE ? 'again' : 'hopeless';
}

const isJudged = ({ status }: Run): boolean => status === 'FAIL' || status === 'PASS' || status === 'DONE';

function end(
  outcome: End['outcome'],
  reason: string,
  killed: Pick<End, 'layer' | 'trial'> = { layer: null, trial: null },
): Step {
  return { do: 'end', end: { outcome, reason, ...killed } };
}

function survived(
  judged: number,
  spent: number,
  budget: number | undefined,
  flakes: readonly string[],
): string {
  const trials = `${judged} trial${judged === 1 ? '' : 's'}, ${Math.round(spent)} s`;
  const why = budget === undefined ? '' : `, its budget of ${budget} s is spent`;
  return [`${trials}${why}`, ...flakes].join('; ');
}

const total = (runs: readonly Run[]): number => runs.reduce((sum, { seconds }) => sum + seconds, 0);
