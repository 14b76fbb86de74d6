import type { Context } from '../../base/context.ts';
import { nextStep, type HuntOptions } from '../../mutation/hunt.ts';
import type { End, MutantState } from '../../mutation/run.ts';
import { writeState } from './states.ts';
import { type Quarry, type Rig, UnfitMutant } from './types.ts';

export type HuntPlan = HuntOptions & { readonly directory: string };

/**
 * Hunt one mutant to its end. The state is written after each run, so that nothing but the run under way is lost when we
 * are killed.
 *
 * @param state of before, or a fresh one.
 * @throws RigError, CancelledError; the state then waits for the next campaign.
 */
export async function hunt(
  rig: Rig,
  quarry: Quarry,
  plan: HuntPlan,
  state: MutantState,
  ctx: Context,
): Promise<MutantState> {
  let now = state;
  const save = async (change: Partial<MutantState>) => {
    now = { ...now, ...change };
    await writeState(plan.directory, quarry, now);
  };
  const built = new Set<string>();
  while (now.end === null) {
    const step = nextStep(plan, now);
    if (step.do === 'end') {
      await save({ end: step.end });
      break;
    }
    const { trial, kernel, seed } = step;
    if (kernel === 'mutant' && !built.has(trial.profile)) {
      const end = await build(rig, quarry, trial.profile, now, save, ctx);
      if (end !== null) {
        await save({ end });
        break;
      }
      built.add(trial.profile);
    }
    ctx.notify({ task: quarry.mutant.id, text: describe(trial.id, kernel, seed) });
    const result = await rig.run(quarry, kernel, trial, seed, ctx);
    await save({ runs: [...now.runs, { trial: trial.id, profile: trial.profile, kernel, seed, ...result }] });
  }
  await rig.release(quarry, ctx);
  return now;
}

/** Null when there is a kernel to boot, else what ends the hunt. A resumed hunt has its builds on record already. */
async function build(
  rig: Rig,
  quarry: Quarry,
  profile: string,
  { builds }: MutantState,
  save: (change: Partial<MutantState>) => Promise<void>,
  ctx: Context,
): Promise<End | null> {
  ctx.notify({ task: quarry.mutant.id, text: `building for ${profile}` });
  try {
    const { seconds, warnings } = await rig.build(quarry, profile, ctx);
    const known = builds.find((one) => one.profile === profile);
    if (known === undefined) await save({ builds: [...builds, { profile, seconds, warnings }] });
    const said = known?.warnings ?? warnings;
    if (said.length === 0) return null;
    return {
      outcome: 'killed',
      reason: `the compiler warns of it: ${said[0]}`,
      layer: 'compiler',
      trial: `${profile}/build`,
    };
  } catch (error) {
    if (!(error instanceof UnfitMutant)) throw error;
    return { outcome: error.outcome, reason: error.message, layer: null, trial: null };
  }
}

const describe = (trial: string, kernel: string, seed: number): string =>
  `${trial}, seed ${seed}${kernel === 'mutant' ? '' : ', without the mutant'}`;
