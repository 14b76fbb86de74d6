import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { buildStep, type StepBuild, type Variant } from '../../build/step.ts';
import { diffWarnings, type Warning } from '../../build/kernel-warnings.ts';
import type { AppliedPatch } from '../../source/apply/apply.ts';
import { checkPatch, type PatchComplaint } from '../../source/checkpatch.ts';
import type { SteppingTree } from '../../source/stepping.ts';
import type { Patch } from '../../source/types.ts';
import type { EachBuild, EachStep } from '../../store/each-record.ts';
import { keptBuildSchema, keptComplaintsSchema, keptOr } from './keep.ts';

/** Changes when checkpatch is called in another way. */
const checkRecipe = 1;

/** Where the walk through the series is: all warnings of the last step, by variant. */
export type Walked = Map<string, readonly Warning[]>;

export interface StepOptions {
  readonly index: number;
  readonly commit: string;
  /** Null for the base. */
  readonly applied: AppliedPatch | null;
  /** Of the step before; the base has none. */
  readonly before: string | null;
  readonly variants: readonly Variant[];
  /** Files that alone are compiled once a kernel was built whole; null for all of vmlinux. */
  readonly only: readonly string[] | null;
  /** Directory for the logs of make. */
  readonly logs: string;
}

/** One step: check the patch, build every variant, compare the warnings with those of the step before. */
export async function takeStep(
  tree: SteppingTree,
  { index, commit, applied, before, variants, only, logs }: StepOptions,
  walked: Walked,
  ctx: Context,
): Promise<EachStep> {
  // Checked out when something needs it: a step that is kept needs nothing.
  let there = false;
  const arrive = async () => {
    if (there) return;
    ctx.notify({ task: 'source', text: 'checking out' });
    await tree.moveTo(commit);
    there = true;
  };
  const content = await tree.contentOf(commit);
  const files = before === null ? [] : sourcesAmong((await tree.changed(before, commit)) ?? []);
  const complaints = applied === null ? null : await check(tree, applied.patch, content, arrive, ctx);

  const results: (StepBuild & { variant: Variant; kept: boolean })[] = [];
  for (const variant of variants) {
    const goal = { changed: files, only: walked.has(variant.id) ? only : null };
    const inputs = [variant.recipe, content, files, ...(goal.only === null ? [] : ['only', goal.only])];
    const { value, kept } = await keptOr(inputs, keptBuildSchema, ctx, async () => {
      await arrive();
      const log = join(logs, `${String(index).padStart(2, '0')}-${variant.id}.log`);
      const source = { directory: tree.directory, commit, changed: tree.changed };
      const step = { ...ctx, notify: named(variant.id, ctx) };
      step.notify({ task: 'build', text: 'configuring' });
      return mutable(await buildStep(variant, source, goal, log, step));
    });
    results.push({ ...value, variant, kept });
  }

  const builds = results.map((result) => recordOf(result, walked, index === 0));
  for (const { variant, outcome, warnings } of results)
    if (outcome !== 'not-offered') walked.set(variant.id, warnings);
  const whole = results.every(({ outcome }) => outcome !== 'failed');
  const present = new Set(results.flatMap((result) => result.present));
  return {
    ...{ index, commit, builds, rejection: null },
    patch: applied === null ? null : patchRecord(applied),
    checkpatch: complaints === null ? null : summary(complaints),
    notCompiled: whole ? files.filter((file) => !present.has(file)) : [],
  };
}

export function patchRecord({ series, patch }: Pick<AppliedPatch, 'series' | 'patch'>) {
  const { number, title, file, sha256 } = patch;
  const of = Math.max(series.patches.length, number);
  return { series: series.name, number, of, title, file, sha256 };
}

async function check(
  tree: SteppingTree,
  patch: Patch,
  content: string,
  arrive: () => Promise<void>,
  ctx: Context,
): Promise<PatchComplaint[] | null> {
  const inputs = ['checkpatch', checkRecipe, patch.sha256, content];
  const { value } = await keptOr(inputs, keptComplaintsSchema, ctx, async () => {
    await arrive();
    ctx.notify({ task: 'checkpatch', text: 'checkpatch' });
    return checkPatch(tree.directory, patch, ctx);
  });
  return value;
}

function summary(complaints: readonly PatchComplaint[]) {
  const number = (wanted: PatchComplaint['kind']) => complaints.filter(({ kind }) => kind === wanted).length;
  return { errors: number('error'), warnings: number('warning'), complaints: [...complaints] };
}

/** A kernel with the symbol on that is the first of its kind is compared with the one that had it off a step before. */
function recordOf(
  {
    variant,
    outcome,
    words,
    warnings,
    compiled,
    seconds,
    kept,
  }: StepBuild & { variant: Variant; kept: boolean },
  walked: Walked,
  isBase: boolean,
): EachBuild {
  const before = walked.get(variant.id) ?? walked.get(variant.id.replace(/-on$/, '-off')) ?? [];
  const added = isBase ? null : outcome === 'not-offered' ? [] : diffWarnings(before, warnings);
  return {
    ...{ variant: variant.id, outcome, compiled, seconds, kept },
    words: [...words],
    warnings: warnings.length,
    newWarnings: added,
  };
}

/** C and assembler files. */
export const sourcesAmong = (paths: readonly string[]): string[] =>
  paths.filter((path) => /\.[cS]$/.test(path));

const named =
  (id: string, { notify }: Context): Context['notify'] =>
  (progress) =>
    notify({ ...progress, text: `${id}: ${progress.text ?? progress.task}` });

const mutable = ({ words, warnings, present, ...rest }: StepBuild) => ({
  ...rest,
  words: [...words],
  warnings: [...warnings],
  present: [...present],
});
