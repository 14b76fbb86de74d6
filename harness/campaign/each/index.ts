import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError, describeError, RigError, UsageError } from '../../base/errors.ts';
import { withLock } from '../../base/lock.ts';
import { runStep, type Observer, type Step, type StepEnd } from '../../base/steps.ts';
import { makeVariant, type Variant } from '../../build/step.ts';
import { applyPatches, type AppliedPatch } from '../../source/apply/apply.ts';
import { layout } from '../../source/layout.ts';
import { provideTree } from '../../source/provide.ts';
import { insistOnBase } from '../../source/series/base.ts';
import { openSteppingTree } from '../../source/stepping.ts';
import type { Patch, Series, Tree } from '../../source/types.ts';
import type { EachRecord, EachStep } from '../../store/each-record.ts';
import { createRunDirectory, createRunId, writeEachRecord } from '../../store/index.ts';
import { PREBUILT } from '../kernel.ts';
import { takeSeries } from '../source.ts';
import { exitCodeOf, judgeStep, judgeSteps } from './judge.ts';
import { repeatArguments, type EachRequest } from './request.ts';
import { patchRecord, sourcesAmong, takeStep, type StepOptions, type Walked } from './step.ts';

/** Where in a run's directory the logs of make are. */
const LOGS = 'logs';

export interface FinishedEach {
  readonly record: EachRecord;
  /** Absolute path of the run's directory. */
  readonly directory: string;
}

/**
 * Builds a series patch by patch: each patch checked by the tree's own checkpatch and built for every architecture with
 * the symbol off and on, its warnings compared with those of the step before. Finished steps are kept in the cache;
 * what was broken off goes on there.
 *
 * @throws UsageError when there is no series, or when the base itself does not build.
 */
export async function buildEach(
  request: EachRequest,
  ctx: Context,
  observer: Observer,
): Promise<FinishedEach> {
  const begun = new Date();
  const { plan, profile, scope } = request;
  if (plan.base === PREBUILT) throw new UsageError(`${PREBUILT} is not built here, so no patch can be`);
  const { series, facts } = await takeSeries(request, ctx);
  if (series.length === 0) throw new UsageError(`plan "${plan.name}" has no series that --each could build`);
  const symbol = facts?.symbol ?? null;
  const variants = await variantsOf(request, symbol, ctx);
  const runId = createRunId(begun);
  const directory = await createRunDirectory(request.outDir, runId, LOGS);

  const patches = series.flatMap((one) => one.patches.map((patch) => ({ series: one, patch })));
  observer.plan([{ id: 'source', title: 'kernel source and series' }, ...stepsOf(patches)]);
  try {
    const source = await runStep(
      'source',
      ctx,
      observer,
      (step) => prepare(request, series, step),
      describeSource,
    );
    const walk = await withLock(layout(ctx).steppingLock, ctx, () =>
      walkThrough(source, patches, { variants, scope, logs: join(directory, LOGS) }, ctx, observer),
    );
    const judged = { ...walk, symbol, complaints: judgeSteps({ ...walk, symbol }) };
    const { spec, version, servedBy, commit } = source.tree;
    const record: EachRecord = {
      schema: 'spf-harness/each/1',
      ...{ runId, begun: begun.toISOString(), seconds: (Date.now() - begun.getTime()) / 1000 },
      command: repeatArguments(request),
      plan: { name: plan.name, sha256: request.planSha256 },
      base: { spec, version, servedBy, commit },
      series: series.map((one) => ({ name: one.name, hash: one.hash, patches: one.patches.length })),
      ...{ profile, scope },
      variants: variants.map(({ id, arch, choice, toolchain }) => ({
        ...{ id, arch: arch.id, symbol: choice, compiler: toolchain.compiler },
      })),
      ...judged,
      exitCode: exitCodeOf(judged),
    };
    await writeEachRecord(directory, record);
    return { record, directory };
  } catch (error) {
    // Nothing was recorded, so there is nothing to keep but an empty directory.
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Kernels of one architecture are the same however it boots. */
async function variantsOf(
  { arches, profile }: EachRequest,
  symbol: string | null,
  ctx: Context,
): Promise<Variant[]> {
  const choices = symbol === null ? (['none'] as const) : (['off', 'on'] as const);
  const kinds = arches.filter(
    (arch, index) => arches.findIndex(({ kernel }) => kernel === arch.kernel) === index,
  );
  const variants: Variant[] = [];
  for (const arch of kinds)
    for (const choice of choices) variants.push(await makeVariant({ arch, profile, choice, symbol }, ctx));
  return variants;
}

interface EachSource {
  readonly tree: Tree;
  readonly applied: readonly AppliedPatch[];
  /** Why the next patch after `applied` could not be; null when all were. */
  readonly rejection: string | null;
}

async function prepare({ plan }: EachRequest, series: readonly Series[], ctx: Context): Promise<EachSource> {
  const tree = await provideTree(plan.base, ctx);
  insistOnBase(tree, series);
  const applied: AppliedPatch[] = [];
  try {
    for await (const one of applyPatches(tree, series, ctx)) applied.push(one);
    return { tree, applied, rejection: null };
  } catch (error) {
    if (error instanceof UsageError) return { tree, applied, rejection: error.message };
    throw error;
  }
}

type Patches = readonly { readonly series: Series; readonly patch: Patch }[];

async function walkThrough(
  { tree, applied, rejection }: EachSource,
  patches: Patches,
  { variants, scope, logs }: Pick<EachRequest, 'scope'> & Pick<StepOptions, 'variants' | 'logs'>,
  ctx: Context,
  observer: Observer,
): Promise<Pick<EachRecord, 'steps' | 'stopped'>> {
  const stepping = await openSteppingTree(tree, ctx);
  const all = (await stepping.changed(tree.commit, applied.at(-1)?.commit ?? tree.commit)) ?? [];
  const only = scope === 'touched' ? sourcesAmong(all) : null;
  const walked: Walked = new Map();
  const steps: EachStep[] = [];
  let stopped: string | null = null;
  for (let index = 0; index <= applied.length && stopped === null; index++) {
    const one = applied[index - 1] ?? null;
    const before = index === 0 ? null : (applied[index - 2]?.commit ?? tree.commit);
    const options = { index, commit: one?.commit ?? tree.commit, applied: one, before, variants, only, logs };
    try {
      const work = (step: Context) => takeStep(stepping, options, walked, step);
      const taken = await runStep(stepId(index), ctx, observer, work, describeStep);
      if (index === 0) insistOnGoodBase(taken);
      steps.push(taken);
    } catch (error) {
      if (!(error instanceof RigError || error instanceof CancelledError)) throw error;
      stopped = describeError(error);
    }
  }
  const rest = patches.slice(applied.length);
  const failed = rest[0];
  if (stopped === null && rejection !== null && failed !== undefined) {
    steps.push(rejectedStep(applied.length + 1, failed, rejection));
    observer.end(stepId(applied.length + 1), { outcome: 'failed', text: 'does not apply' });
  }
  for (let index = steps.length + (stopped === null ? 0 : 1); index <= patches.length; index++)
    observer.end(stepId(index), { outcome: 'skipped', text: 'not reached' });
  return { steps, stopped };
}

/** Without warnings of the base there is nothing to compare with; and it is not the series that is at fault. */
function insistOnGoodBase({ builds }: EachStep): void {
  const bad = builds.find(({ outcome }) => outcome === 'failed');
  if (bad === undefined) return;
  throw new UsageError(`the base itself does not build (${bad.variant}):\n${bad.words.join('\n')}`);
}

function rejectedStep(index: number, failed: Patches[number], rejection: string): EachStep {
  return {
    ...{ index, patch: patchRecord(failed), commit: null, rejection, checkpatch: null },
    ...{ builds: [], notCompiled: [] },
  };
}

const stepId = (index: number): string => `step:${index}`;

function stepsOf(patches: Patches): Step[] {
  const titles = patches.map(({ patch }, index) => `${index + 1}/${patches.length} ${patch.title}`);
  return ['the base', ...titles].map((title, index) => ({ id: stepId(index), title }));
}

function describeSource({ tree, applied, rejection }: EachSource): StepEnd {
  const patches = `${tree.spec} is ${tree.version}, ${applied.length} patches`;
  if (rejection === null) return { outcome: 'ok', text: patches };
  return { outcome: 'failed', text: `${patches}; the next one does not apply` };
}

function describeStep(step: EachStep): StepEnd {
  const complaints = judgeStep(step);
  if (complaints.length > 0)
    return {
      outcome: 'failed',
      text: complaints.map(({ kind, variant }) => `${variant ?? ''} ${kind}`.trim()).join(', '),
    };
  const compiled = step.builds.reduce((sum, build) => sum + build.compiled, 0);
  const kept = step.builds.every((build) => build.kept) ? ', kept from an earlier run' : '';
  const without = step.builds
    .filter(({ outcome }) => outcome === 'not-offered')
    .map(({ variant }) => variant);
  const missing = without.length > 0 ? `, symbol not offered yet: ${without.join(', ')}` : '';
  return { outcome: 'ok', text: `${compiled} files compiled${missing}${kept}` };
}
