import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import type { Observer } from '../../base/steps.ts';
import { loadPublishedFigures } from '../../plan/published-figures.ts';
import { benchMarkdown } from '../../report/bench/markdown.ts';
import { type BenchRecord, writeBenchRecord } from '../../store/bench-record.ts';
import { createRunDirectory, createRunId } from '../../store/index.ts';
import { compare } from '../../verdict/bench/compare.ts';
import { conclude, problems } from '../../verdict/bench/conclude.ts';
import { SCENES } from '../../verdict/bench/scenes.ts';
import { evaluateRun } from '../../verdict/index.ts';
import { describeHost, harnessCommit, harnessVersion } from '../host.ts';
import type { PreparedKernel } from '../kernel.ts';
import { bootAll, bootSteps } from './boots.ts';
import type { BenchRequest } from './request.ts';
import { type BenchVariant, comparedVariant, prepareVariant, variantSteps } from './variants.ts';

export interface FinishedBench {
  readonly record: BenchRecord;
  /** Absolute path. */
  readonly directory: string;
}

/**
 * Prepare every variant, boot them in turn, compare. A boot in which the kernel or the rig went wrong is in the record,
 * and not counted; a bench that is cancelled compares what it has.
 *
 * @throws what prepare() throws: without all its kernels there is nothing to compare.
 */
export async function runBench(
  request: BenchRequest,
  ctx: Context,
  observer: Observer,
): Promise<FinishedBench> {
  const { variants, rounds, duration, seed } = request;
  const startedAt = new Date();
  const { plan, planFile, planSha256, outDir } = variants[0]!.request;
  const runId = createRunId(startedAt);
  const directory = await createRunDirectory(outDir, `bench-${runId}`);
  observer.plan([...variants.flatMap(variantSteps), ...bootSteps(request)]);

  const kernels = await prepareAll(variants, directory, ctx, observer);
  const boots = await bootAll(request, kernels, directory, ctx, observer);
  const jobs = boots.map(({ job }) => job);
  const compared = variants.map((variant) => comparedVariant(variant, kernels.get(variant.id)!));
  const counted = boots.filter((boot) => boot.counted).map(({ job, ...boot }) => ({ ...boot, ...job }));
  const rows = compare(compared, counted);
  const records = [...kernels.values()].map(({ record }) => record);
  const verdict = evaluateRun({ kernels: records, jobs, cancelled: ctx.signal.aborted });
  const names = new Set(variants.flatMap(({ series }) => series));
  const record: BenchRecord = {
    schema: 'spf-harness/bench/1',
    runId,
    plan: { name: plan.name, file: planFile, sha256: planSha256 },
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    harness: {
      version: await harnessVersion(ctx.projectDir),
      commit: await harnessCommit(ctx.projectDir),
    },
    host: await describeHost(kernels.get(variants[0]!.id)!.plan.arch.qemu.binary, jobs),
    ...{ seed, rounds, duration, guestCpus: plan.machine.cpus },
    variants: variants.map(({ id, series }) => ({
      ...{ id, series: [...series] },
      kernel: kernels.get(id)!.record,
    })),
    scenes: SCENES.map((scene) => ({ ...scene })),
    ...{ boots, rows },
    published: loadPublishedFigures(ctx.projectDir).filter(({ series }) => names.has(series)),
    verdict: conclude(verdict, boots.length, counted.length, problems(compared, counted, rows)),
  };
  await writeBenchRecord(directory, record);
  await writeFileAtomic(join(directory, 'bench.md'), benchMarkdown(record));
  return { record, directory };
}

async function prepareAll(
  variants: readonly BenchVariant[],
  directory: string,
  ctx: Context,
  observer: Observer,
): Promise<Map<string, PreparedKernel>> {
  const kernels = new Map<string, PreparedKernel>();
  try {
    for (const variant of variants) kernels.set(variant.id, await prepareVariant(variant, ctx, observer));
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return kernels;
}
