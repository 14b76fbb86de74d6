import { UsageError, EXIT, type ExitCode } from '../base/errors.ts';
import { type Directed, runDirected, type Try } from '../campaign/direct/index.ts';
import type { RunRequest } from '../campaign/request.ts';
import type { DirectedSchedule } from '../director/schedule.ts';
import { loadSchedule, scheduleNames } from '../plan/schedule-file.ts';
import { commandContext, projectDir } from './context.ts';
import { createObserver } from './progress.ts';
import { requestRun } from './request.ts';

/** On which kernel. */
export interface KernelOptions {
  readonly plan: string;
  readonly arch: string;
  readonly kernel: string;
  readonly profile?: string;
  readonly series?: string;
  readonly with?: string[];
  readonly out: string;
}

/** And how often. */
export interface PlayOptions extends KernelOptions {
  readonly tries: number;
}

export interface DirectOptions extends PlayOptions {
  readonly list?: boolean;
  readonly json?: boolean;
}

/** `spf direct SCHEDULE`: 1 the kernel was harmed, 0 it was not, 2 no such schedule or point, 3 no try could be judged. */
export async function direct(name: string | undefined, options: DirectOptions): Promise<ExitCode> {
  if (options.list) {
    for (const each of scheduleNames(projectDir))
      console.log(`${each.padEnd(28)} ${loadSchedule(each, projectDir).title}`);
    return EXIT.clean;
  }
  if (name === undefined) throw new UsageError('which schedule? `spf direct --list` shows them');
  const schedule = loadSchedule(name, projectDir);
  const directed = await play(schedule, options);
  console.log(options.json ? JSON.stringify(directed, null, 2) : directedText(schedule, directed));
  return exitCodeOf(directed);
}

export async function play(schedule: DirectedSchedule, options: PlayOptions): Promise<Directed> {
  const request = requestOfKernel({ ...options, profile: options.profile ?? schedule.profile });
  return runDirected(schedule, request, options.tries, commandContext(), createObserver());
}

/** A request of one kernel. @throws UsageError. */
export function requestOfKernel({
  plan,
  arch,
  kernel,
  profile,
  series,
  out,
  ...more
}: KernelOptions): RunRequest {
  return requestRun(
    plan,
    {
      arch: [arch],
      kernel: [kernel],
      ...(profile !== undefined && { profile: [profile] }),
      out,
      ...(series !== undefined && { series }),
      ...(more.with !== undefined && { with: more.with }),
    },
    projectDir,
  );
}

export function exitCodeOf({ missing, tries }: Directed): ExitCode {
  if (missing.length > 0) return EXIT.usage;
  if (tries.some(({ conclusion }) => conclusion === 'reproduced' || conclusion === 'harmed'))
    return EXIT.kernelAtFault;
  return tries.every(({ conclusion }) => conclusion === 'rig') ? EXIT.rig : EXIT.clean;
}

export function directedText(
  { title }: DirectedSchedule,
  { release, missing, tries, directory }: Directed,
): string {
  const lines = [`${title}, on ${release}`];
  for (const one of missing) lines.push(`  not in this kernel: ${one}`);
  const [first] = tries;
  for (const { seconds, text } of first?.played?.events ?? [])
    lines.push(`  ${seconds.toFixed(2).padStart(7)} s  ${text}`);
  for (const one of tries) lines.push(`  try ${one.number}: ${tryText(one)}`);
  if (tries.length > 0) {
    const counts = new Map<string, number>();
    for (const { conclusion } of tries) counts.set(conclusion, (counts.get(conclusion) ?? 0) + 1);
    const all = [...counts].map(([conclusion, count]) => `${conclusion} ${count} of ${tries.length}`);
    lines.push(all.join(', '), `Record: ${directory}/directed.json`);
  }
  return lines.join('\n');
}

const tryText = ({ conclusion, text, seconds, bootSeconds }: Try): string => {
  const boot = bootSeconds > 0 ? `, and ${bootSeconds.toFixed(0)} s to boot` : '';
  return `${conclusion}, ${seconds.toFixed(1)} s${boot}: ${text}`;
};
