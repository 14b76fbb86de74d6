import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { digestOf } from '../base/digest.ts';
import { UsageError } from '../base/errors.ts';
import { configure } from '../kconfig/configure.ts';
import { renderAsks, type Ask } from '../kconfig/fragment.ts';
import { collectAsks } from '../kconfig/fragments.ts';
import type { KernelMake } from '../kconfig/make-command.ts';
import { tryMake } from './kernel-make.ts';
import { parseStep } from './kernel-progress.ts';
import { insistOnRoom } from './kernel-room.ts';
import { findKernelToolchain, type KernelToolchain } from './kernel-toolchain.ts';
import { everyTool, parseWarnings, type Warning } from './kernel-warnings.ts';
import { putState, takeState } from './step-state.ts';
import { allWarnings, renewWarnings, type WarningsByTarget } from './warnings-by-target.ts';

/** Whether the series' symbol is asked for or refused; `none` for a series that has none. */
export type SymbolChoice = 'off' | 'on' | 'none';

/** A kernel that is built again at every step of a series. */
export interface Variant {
  /** `x86_64-on`; path-safe. */
  readonly id: string;
  readonly arch: Arch;
  readonly profile: string;
  readonly choice: SymbolChoice;
  readonly symbol: string | null;
  readonly asks: readonly Ask[];
  readonly toolchain: KernelToolchain;
  /** Names all that goes into a build but the tree. */
  readonly recipe: string;
}

/** Changes when what we make of the same input changes: what older versions kept is then not taken for it. */
const recipeVersion = 1;

/** Stands in no file, and so does not change with the step. */
const localversion = '-spf-each';

/** @throws UsageError for an unknown profile or a missing toolchain. */
export async function makeVariant(
  { arch, profile, choice, symbol }: Pick<Variant, 'arch' | 'profile' | 'choice' | 'symbol'>,
  ctx: Context,
): Promise<Variant> {
  const toolchain = await findKernelToolchain(arch, ctx);
  const off = choice === 'off' && symbol !== null ? [symbol] : [];
  const fragments = await collectAsks({ arch, profile, symbolsOff: off }, ctx);
  // No must-have: the tree before the patch that offers the symbol does not have it, which is no error.
  const on = { symbol: symbol ?? '', value: 'y', must: false, origin: 'the series' };
  const asks = choice === 'on' && symbol !== null ? [...fragments, on] : fragments;
  const input = [recipeVersion, arch.kernel, profile, renderAsks(asks), toolchain.fingerprint];
  return {
    ...{ id: `${arch.kernel}-${choice}`, arch, profile, choice, symbol, asks, toolchain },
    recipe: digestOf(input),
  };
}

export interface StepSource {
  readonly directory: string;
  /** What is checked out there. */
  readonly commit: string;
  /** Paths that differ between two commits; null where that is not known. */
  readonly changed: (from: string, to: string) => Promise<string[] | null>;
}

export interface StepBuild {
  readonly outcome: 'built' | 'failed' | 'not-offered';
  /** Why it is not `built`: the first words of the compiler, or the unmet dependency. */
  readonly words: readonly string[];
  /** All warnings of the tree as it is, those of files included that this step did not compile. */
  readonly warnings: readonly Warning[];
  /** How many files this step compiled. */
  readonly compiled: number;
  /** C and assembler files among the asked ones that are in this kernel. */
  readonly present: readonly string[];
  readonly seconds: number;
}

export interface StepGoal {
  /** Paths that the step's patch changes: which of them does this kernel have? */
  readonly changed: readonly string[];
  /** Files that alone are to be compiled, as far as the kernel has them; null for all of vmlinux. */
  readonly only: readonly string[] | null;
}

/**
 * Builds vmlinux of a variant, or some files of it, of the objects of the step before as far as they are still good. The caller holds the
 * lock of the source.
 * What was never built whole is built whole: which files a kernel has is known by its objects.
 *
 * @throws RigError for a full disk or a killed tool; CancelledError.
 */
export async function buildStep(
  variant: Variant,
  source: StepSource,
  goal: StepGoal,
  log: string,
  ctx: Context,
): Promise<StepBuild> {
  const begin = performance.now();
  const { arch, recipe, toolchain } = variant;
  const place = join(ctx.cacheDir, 'build', 'each', `${variant.id}-${variant.profile}`);
  const objects = join(place, 'obj');
  const state = await takeState(place, recipe);
  if (state === undefined) await rm(place, { recursive: true, force: true });
  await mkdir(objects, { recursive: true });
  await insistOnRoom(objects);
  const make: KernelMake = {
    source: source.directory,
    buildDir: objects,
    arch,
    ccacheDir: toolchain.ccache ? join(ctx.cacheDir, 'ccache') : null,
    localversion,
  };

  let warnings: WarningsByTarget = state?.warnings ?? {};
  let whole = state?.whole ?? false;
  const leave = async (configuredAt: string | null, result: Omit<StepBuild, 'seconds' | 'warnings'>) => {
    await putState(place, { recipe, configuredAt, whole, warnings: mutable(warnings) });
    return { ...result, warnings: allWarnings(warnings), seconds: (performance.now() - begin) / 1000 };
  };
  const nothing = { compiled: 0, present: [] };

  if (await mustConfigure(state?.configuredAt ?? null, source)) {
    const configured = await tryConfigure(make, variant, ctx);
    if ('error' in configured) {
      return leave(null, { outcome: 'failed', words: configured.error.message.split('\n'), ...nothing });
    }
    if (configured.unmet !== undefined) {
      return leave(null, { outcome: 'not-offered', words: [configured.unmet], ...nothing });
    }
    warnings = { ...warnings, Kconfig: parseWarnings(configured.said, make.source, everyTool) };
  }

  // What one file's failure does not touch is compiled all the same: its warnings belong to this step and no later one.
  const only = whole ? goal.only : null;
  const targets = only === null ? ['vmlinux'] : only.flatMap((file) => objectOf(file, objects) ?? []);
  if (targets.length === 0) return leave(source.commit, { outcome: 'built', words: [], ...nothing });
  const { output, error } = await tryMake(make, ['--keep-going', ...targets], log, undefined, ctx);
  warnings = renewWarnings(warnings, output, make.source);
  whole ||= only === null;
  return leave(source.commit, {
    outcome: error === undefined ? 'built' : 'failed',
    words: error?.lines ?? [],
    compiled: output.split('\n').filter((line) => ['CC', 'AS'].includes(parseStep(line)?.tool ?? '')).length,
    present: goal.changed.filter((file) => objectOf(file, objects) !== undefined),
  });
}

/** Kconfig's own files, and the scripts that they run ($(success,…)); what else a patch changes cannot change the `.config`. */
const configures = /(?:^|\/)Kconfig|^scripts\/(?:kconfig\/|[^/]*\.sh$)/;

async function mustConfigure(configuredAt: string | null, { commit, changed }: StepSource): Promise<boolean> {
  if (configuredAt === null) return true;
  const paths = await changed(configuredAt, commit);
  return paths === null || paths.some((path) => configures.test(path));
}

async function tryConfigure(
  make: KernelMake,
  { asks, choice, symbol }: Variant,
  ctx: Context,
): Promise<{ said: string; unmet: string | undefined } | { error: UsageError }> {
  try {
    const { said, dropped } = await configure(make, asks, ctx);
    const missing = choice === 'on' ? dropped.find((one) => one.symbol === symbol) : undefined;
    return { said, unmet: missing?.reason };
  } catch (error) {
    if (error instanceof UsageError) return { error };
    throw error;
  }
}

/** `mm/memory.o` of `mm/memory.c`; undefined when the kernel has no such object. */
function objectOf(file: string, objects: string): string | undefined {
  const object = file.replace(/\.[cS]$/, '.o');
  return object !== file && existsSync(join(objects, object)) ? object : undefined;
}

const mutable = (warnings: WarningsByTarget) =>
  Object.fromEntries(Object.entries(warnings).map(([target, all]) => [target, [...all]]));
