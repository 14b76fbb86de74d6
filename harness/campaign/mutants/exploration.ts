import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError } from '../../base/errors.ts';
import type { Places } from '../../director/explore/points.ts';
import type { KernelLookup } from '../direct/lookup.ts';
import { explore } from '../explore/explore.ts';
import type { Explored } from '../explore/record.ts';
import type { PreparedKernel } from '../kernel.ts';
import type { CostedTrial, Outcome } from './types.ts';

/** Seconds of schedules, boots included. */
const BUDGET = 120;

const NAME = 'explore';

/** The trial of each profile in which schedules that a seed makes are played, until one does harm. */
export const explorationOn = (profile: string): CostedTrial => ({
  id: `${profile}/${NAME}`,
  profile,
  guess: BUDGET,
});

export const isExploration = ({ id, profile }: Pick<CostedTrial, 'id' | 'profile'>): boolean =>
  id === explorationOn(profile).id;

/**
 * A trial that is an exploration (docs/director.md).
 *
 * @param run directory that keeps the records of one kernel.
 * @throws CancelledError.
 */
export async function explorationTrial(
  places: Places,
  { kernel, lookup }: { kernel: PreparedKernel; lookup: KernelLookup },
  seed: number,
  run: string,
  ctx: Context,
): Promise<Outcome> {
  const directory = join(run, 'explored', `${kernel.plan.profile}-${seed}`);
  // Of one that was killed with us, or that nobody could judge.
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const options = { places, seed, tries: Infinity, budget: BUDGET, untilHit: true, jobs: 1 };
  const explored = await explore(kernel, lookup, options, directory, ctx);
  if (ctx.signal.aborted) throw new CancelledError('cancelled during an exploration');
  // Who plays schedules counts no operations.
  return { ...outcomeOf(explored), operations: null, record: join(directory, 'explored.json') };
}

/** What an exploration says of a mutant. */
export function outcomeOf({
  tries,
  hits,
  conclusions,
}: Pick<Explored, 'tries' | 'hits' | 'conclusions'>): Pick<Outcome, 'status' | 'layer' | 'reason'> {
  const [hit] = hits;
  if (hit !== undefined)
    return { status: 'FAIL', layer: 'director', reason: `schedule ${hit.number}: ${hit.text}` };
  const judged = tries - (conclusions.rig ?? 0);
  if (judged === 0)
    return { status: 'ERROR', layer: null, reason: `none of ${tries} schedules could be judged` };
  return { status: 'PASS', layer: null, reason: `${judged} schedules did no harm` };
}
