import { resolve } from 'node:path';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/disk.ts';
import { type CampaignResult, runCampaign } from '../campaign/mutants/campaign.ts';
import { loadMutants, selectMutants } from '../campaign/mutants/rows.ts';
import { readStates } from '../campaign/mutants/states.ts';
import { MUTANTS } from '../model/protocol/mutants.ts';
import type { Schedule } from '../plan/schedule.ts';
import type { Mutant } from '../mutation/row.ts';
import { detectionPage } from '../mutation/table.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { requestRun } from './request.ts';

export interface MutantsOptions {
  readonly arch: string[];
  readonly profile?: string[];
  readonly budget: number;
  readonly kills: number;
  readonly jobs: number;
  readonly seed?: number;
  readonly out: string;
  readonly list?: boolean;
  readonly report?: string | true;
  readonly json?: boolean;
}

/** `spf mutants [ID…]`: 0 every mutant was hunted to an end, survivors or not; 2 one does not apply or build; 3 the rig. */
export async function mutants(ids: string[], options: MutantsOptions): Promise<ExitCode> {
  const chosen = selectMutants(loadMutants(projectDir), ids);
  const directory = resolve(options.out);
  if (options.list) return list(chosen, options);
  if (options.report !== undefined) return report(chosen, directory, options.report);
  if (options.kills < 2) throw new UsageError('--kills: two at least, since one kill may be a flake');

  const request = requestRun(
    PLAN,
    {
      arch: options.arch,
      seed: options.seed ?? 1,
      out: directory,
      ...(options.profile && { profile: options.profile }),
    },
    projectDir,
  );
  const ctx = commandContext();
  const { guestRig } = await import('../campaign/mutants/guest-rig.ts');
  const rig = await guestRig(request, directory, ctx);
  const { arch, budget, kills, jobs, seed } = options;
  const campaign = {
    mutants: onProfiles(chosen, request.schedule),
    arch,
    budget,
    kills,
    jobs: Math.max(1, jobs),
    seed,
    directory,
  };
  const result = await runCampaign(campaign, rig, ctx, createObserver());
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else print(result);
  return exitCodeOf(result);
}

const PLAN = 'mutants';

/** Each mutant with those of its profiles that are wanted, and without those that none of them could show. */
function onProfiles(chosen: readonly Mutant[], { kernels }: Schedule): Mutant[] {
  const profiles = new Set(kernels.map(({ profile }) => profile));
  const narrowed = chosen.map((one) => ({
    ...one,
    profile: one.profile.filter((name) => profiles.has(name)),
  }));
  const left = narrowed.filter(({ profile }) => profile.length > 0);
  if (left.length === 0) throw new UsageError('no mutant that was asked for could show on these profiles');
  return left;
}

function list(chosen: readonly Mutant[], { json }: MutantsOptions): ExitCode {
  if (json) console.log(JSON.stringify(chosen, null, 2));
  else for (const one of chosen) console.log(describe(one));
  return EXIT.clean;
}

const describe = ({ id, mechanism, breaks, equivalent }: Mutant): string =>
  `${id.padEnd(34)} ${mechanism.padEnd(13)} ${breaks}${equivalent === undefined ? '' : ' (believed equivalent)'}`;

async function report(chosen: readonly Mutant[], directory: string, to: string | true): Promise<ExitCode> {
  const page = detectionPage(chosen, await readStates(directory), MUTANTS);
  if (to === true) console.log(page);
  else await writeFileAtomic(resolve(to), `${page.trimEnd()}\n`);
  return EXIT.clean;
}

function print({ states, unfinished }: CampaignResult): void {
  for (const { id, arch, end } of states)
    console.log(`${id} on ${arch}: ${end?.outcome ?? 'unfinished'}, ${end?.reason ?? ''}`);
  for (const { quarry, why } of unfinished)
    console.log(`${quarry.mutant.id} on ${quarry.arch}: unfinished, ${why}`);
  const count = (outcome: string) => states.filter(({ end }) => end?.outcome === outcome).length;
  console.log(
    `${count('killed')} killed, ${count('survived')} survived, ${states.length + unfinished.length} in all`,
  );
}

/** A mutant nobody could judge weighs more than one that is broken: it says that the machine is at fault. */
function exitCodeOf({ states, unfinished }: CampaignResult): ExitCode {
  const ended = (...outcomes: string[]) => states.some(({ end }) => outcomes.includes(end?.outcome ?? ''));
  if (unfinished.length > 0 || ended('unjudged')) return EXIT.rig;
  return ended('does-not-apply', 'does-not-build') ? EXIT.usage : EXIT.clean;
}
