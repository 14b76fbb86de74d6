import { resolve } from 'node:path';
import { writeFileAtomic } from '../base/disk.ts';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { runCoverage } from '../campaign/coverage/index.ts';
import { figuresOf } from '../coverage/measure.ts';
import { coveragePage } from '../coverage/page.ts';
import { loadExplanations } from '../plan/not-reached.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { requestRun, type RunOptions } from './request.ts';

export interface CoverageOptions extends Pick<
  RunOptions,
  'series' | 'with' | 'base' | 'workload' | 'duration' | 'seed' | 'out' | 'json'
> {
  readonly arch?: string;
  readonly report?: string;
}

/** `spf coverage [plan]`: 0 counted; 2 wrong usage; 3 no counts came, or it was broken off. */
export async function coverage(plan: string, { arch, ...options }: CoverageOptions): Promise<ExitCode> {
  const request = requestRun(
    plan,
    { ...options, seed: options.seed ?? 1, ...(arch && { arch: [arch] }) },
    projectDir,
  );
  const { files, facts, directory } = await runCoverage(request, commandContext(), createObserver());
  const figures = figuresOf(files);
  if (options.json) {
    console.log(JSON.stringify({ ...facts, figures, files }, null, 2));
    return EXIT.clean;
  }
  const command = `npx spf coverage${plan === 'coverage' ? '' : ` ${plan}`} --arch ${facts.arch} --seed ${request.seed}`;
  const page = coveragePage(files, loadExplanations(projectDir), { ...facts, command });
  const file = resolve(options.report ?? `${directory}/coverage.md`);
  await writeFileAtomic(file, `${page.trimEnd()}\n`);
  const { lines, executed, branches, taken } = figures;
  console.log(
    `${executed} of ${lines} added lines executed, ${taken} of ${branches} branches taken: ${file}`,
  );
  return EXIT.clean;
}
