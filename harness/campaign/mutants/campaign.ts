import { join } from 'node:path';
import pMap from 'p-map';
import type { Context } from '../../base/context.ts';
import { CancelledError, describeError, RigError } from '../../base/errors.ts';
import { withLock } from '../../base/lock.ts';
import { contextOf, type Observer } from '../../base/steps.ts';
import type { Mutant } from '../../mutation/row.ts';
import type { MutantState } from '../../mutation/run.ts';
import { learn, orderTrials } from '../../mutation/order.ts';
import { hunt } from './hunt.ts';
import { type Campaign, readCampaign, readState, readStates, writeCampaign } from './states.ts';
import type { Quarry, Rig } from './types.ts';

export interface CampaignRequest {
  readonly mutants: readonly Mutant[];
  readonly arch: readonly string[];
  /** Undefined: of the campaign that is gone on with, else 1. */
  readonly seed: number | undefined;
  /** Seconds of trials for each mutant. */
  readonly budget: number;
  readonly kills: number;
  /** Mutants at a time. */
  readonly jobs: number;
  /** Absolute. */
  readonly directory: string;
}

export interface CampaignResult {
  readonly states: readonly MutantState[];
  /** Mutants that the rig could do nothing about, with its words; they wait for the next campaign. */
  readonly unfinished: readonly { readonly quarry: Quarry; readonly why: string }[];
}

const FIRST_SEED = 1;

/**
 * Hunt every mutant that is asked for and not done with. One that does not apply or build, and one that the rig fails
 * on, does not stop the rest; a cancelled campaign keeps what it has.
 *
 * @throws UsageError for a directory that holds something else; RigError when nothing can be written there.
 */
export async function runCampaign(
  request: CampaignRequest,
  rig: Rig,
  ctx: Context,
  observer: Observer,
): Promise<CampaignResult> {
  return withLock(join(request.directory, '.lock'), ctx, async () => {
    const campaign = await openCampaign(request);
    const quarries = request.arch.flatMap((arch) =>
      request.mutants.filter((mutant) => mutant.arch.includes(arch)).map((mutant) => ({ mutant, arch })),
    );
    observer.plan(quarries.map((quarry) => ({ id: stepOf(quarry), title: nameOf(quarry) })));
    const unfinished: { quarry: Quarry; why: string }[] = [];
    const states = await pMap(
      quarries,
      async (quarry) => {
        try {
          return await huntOne(request, campaign, quarry, rig, ctx, observer);
        } catch (error) {
          if (!(error instanceof RigError) && !(error instanceof CancelledError)) throw error;
          unfinished.push({ quarry, why: describeError(error) });
          observer.end(stepOf(quarry), { outcome: 'skipped', text: describeError(error) });
          return undefined;
        }
      },
      { concurrency: request.jobs },
    );
    if (unfinished.length === 0)
      await writeCampaign(request.directory, { ...campaign, finishedAt: new Date().toISOString() });
    return { states: states.filter((state) => state !== undefined), unfinished };
  });
}

/** The one that was not finished, with what it knew at its start; else a new one that knows what has happened since. */
async function openCampaign({ directory, seed }: CampaignRequest): Promise<Campaign> {
  const before = await readCampaign(directory);
  if (before?.finishedAt === null && (seed === undefined || seed === before.seed)) return before;
  const campaign: Campaign = {
    schema: 'spf-harness/mutants/1',
    seed: seed ?? FIRST_SEED,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    lessons: learn(await readStates(directory)),
  };
  await writeCampaign(directory, campaign);
  return campaign;
}

async function huntOne(
  request: CampaignRequest,
  { seed, lessons }: Campaign,
  quarry: Quarry,
  rig: Rig,
  ctx: Context,
  observer: Observer,
): Promise<MutantState> {
  if (ctx.signal.aborted) throw new CancelledError('cancelled before it began');
  const step = stepOf(quarry);
  const { mutant } = quarry;
  observer.begin(step);
  const mine = rig.trialsOn(quarry).filter(({ profile }) => mutant.profile.includes(profile));
  const byProfile = mutant.profile.flatMap((name) => mine.filter(({ profile }) => profile === name));
  const trials = orderTrials(byProfile, lessons, ({ guess }) => guess);
  const key = `${await rig.keyOf(quarry)}-${seed}`;
  const state = goOnWith(await readState(request.directory, quarry), quarry, key);
  const { budget, kills, directory } = request;
  const plan = { trials, seed, budget, kills, directory };
  const done = await hunt(rig, quarry, plan, state, contextOf(step, ctx, observer));
  const { outcome, reason } = done.end ?? { outcome: 'unjudged', reason: 'no end' };
  const fit = outcome === 'killed' || outcome === 'survived';
  observer.end(step, { outcome: fit ? 'ok' : 'failed', text: `${outcome}, ${reason}` });
  return done;
}

/**
 * What was found out before counts as long as it is of the same patch on the same series. A kill stays one. A survivor is
 * asked again, because the budget may have grown; its runs stay. What could not be judged gets another chance.
 */
function goOnWith(before: MutantState | undefined, { mutant, arch }: Quarry, key: string): MutantState {
  const fresh = { schema: 'spf-harness/mutant/1', id: mutant.id, arch, key } as const;
  if (before?.key !== key) return { ...fresh, builds: [], runs: [], end: null };
  const outcome = before.end?.outcome;
  if (outcome === 'survived') return { ...before, end: null };
  if (outcome !== 'unjudged') return before;
  const judged = before.runs.filter(({ status }) => status !== 'ERROR' && status !== 'MISS');
  return { ...before, runs: judged, end: null };
}

const nameOf = ({ mutant, arch }: Quarry): string => `${mutant.id} on ${arch}`;
const stepOf = ({ mutant, arch }: Quarry): string => `mutant:${mutant.id}:${arch}`;
