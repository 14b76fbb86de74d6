import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError, describeError, RigError, UsageError } from '../../base/errors.ts';
import { type Observer, runStep, type Step } from '../../base/steps.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { buildGuest } from '../../build/guest.ts';
import { type ConsoleReader, createConsoleReader } from '../../console/reader.ts';
import type { Finding } from '../../console/finding.ts';
import { type DirectedSchedule, pointsOf } from '../../director/schedule.ts';
import { qemuMachine } from '../../machine/qemu/machine.ts';
import type { Running } from '../../machine/types.ts';
import { createRunDirectory, createRunId } from '../../store/index.ts';
import { prepareBuilt, type PreparedKernel } from '../kernel.ts';
import type { RunRequest } from '../request.ts';
import { madeOf, prepareSource } from '../source.ts';
import { type KernelLookup, lookUp } from './lookup.ts';
import { type Played, playOnce } from './try.ts';

/**
 * What one try came to: `reproduced` has what the schedule expects; `harmed` a finding that it does not expect; `clean` was
 * played to its end and nothing came of it; `left` and `infeasible` as in Outcome; `rig` could not be judged.
 */
export type Conclusion = 'reproduced' | 'harmed' | 'clean' | 'left' | 'infeasible' | 'rig';

export interface Try {
  readonly number: number;
  readonly conclusion: Conclusion;
  /** One sentence. */
  readonly text: string;
  /** Of the try itself, and of the boot when it had one of its own. */
  readonly seconds: number;
  readonly bootSeconds: number;
  readonly played: Played | null;
  readonly findings: readonly Finding[];
}

export interface Directed {
  readonly release: string;
  /** Points that the build does not have: then nothing was tried. */
  readonly missing: readonly string[];
  readonly tries: readonly Try[];
  readonly directory: string;
}

/**
 * Play a schedule on one kernel, again and again. A boot serves one try after the other until there is a finding.
 *
 * @throws UsageError when the request is of several kernels; what building throws; CancelledError.
 */
export async function runDirected(
  schedule: DirectedSchedule,
  request: RunRequest,
  tries: number,
  ctx: Context,
  observer: Observer,
): Promise<Directed> {
  const { kernels } = request.schedule;
  const [plan, another] = kernels;
  if (plan === undefined || another !== undefined)
    throw new UsageError('a schedule is played on one kernel: choose one architecture, kernel and profile');
  observer.plan(steps);
  const { kernel, tree } = await runStep(
    'kernel',
    ctx,
    observer,
    async (step) => {
      const source = await prepareSource(request, step);
      const kernel = await prepareBuilt(plan, source, await buildGuest(plan.arch, step), step);
      return { kernel, tree: source.worktrees[madeOf(plan.choice)]?.directory ?? '' };
    },
    () => ready,
  );
  const lookup = await runStep(
    'points',
    ctx,
    observer,
    (step) => lookUp(pointsOf(schedule), kernel.record, tree, plan.arch, step),
    () => ready,
  );
  const { release } = kernel.record;
  const directory = await createRunDirectory(request.outDir, `directed-${createRunId(new Date())}`);
  const done: Try[] = [];
  if (lookup.missing.length === 0) {
    observer.begin('tries');
    const notify = (text: string) => observer.progress('tries', { task: 'tries', text });
    const theatre = new Theatre(schedule, kernel, lookup, directory, ctx);
    try {
      while (done.length < tries) {
        if (ctx.signal.aborted) throw new CancelledError('cancelled between two tries');
        done.push(await theatre.play(done.length + 1));
        notify(`${done.length} of ${tries}: ${done.at(-1)?.conclusion ?? ''}`);
      }
    } finally {
      await theatre.close();
    }
    observer.end('tries', { outcome: 'ok', text: `${done.length} tries` });
  } else observer.end('tries', { outcome: 'skipped', text: 'this kernel does not have every point' });
  const result = { release, missing: lookup.missing, tries: done, directory };
  await writeFileAtomic(join(directory, 'directed.json'), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

const steps: Step[] = [
  { id: 'kernel', title: 'kernel' },
  { id: 'points', title: 'points of the schedule' },
  { id: 'tries', title: 'tries' },
];
const ready = { outcome: 'ok', text: 'ready' } as const;

/** A boot that serves tries until one of them has harmed it. */
class Theatre {
  readonly #schedule: DirectedSchedule;
  readonly #kernel: PreparedKernel;
  readonly #lookup: KernelLookup;
  readonly #directory: string;
  readonly #ctx: Context;
  #open: { running: Running; reader: ConsoleReader; read: Promise<void>; seen: Finding[] } | undefined;

  constructor(
    schedule: DirectedSchedule,
    kernel: PreparedKernel,
    lookup: KernelLookup,
    directory: string,
    ctx: Context,
  ) {
    this.#schedule = schedule;
    this.#kernel = kernel;
    this.#lookup = lookup;
    this.#directory = directory;
    this.#ctx = ctx;
  }

  async play(number: number): Promise<Try> {
    const began = performance.now();
    const since = () => Math.round(performance.now() - began) / 1000;
    let bootSeconds = 0;
    let played: Played | null = null;
    let trouble: string | null = null;
    let findings: readonly Finding[] = [];
    try {
      if (this.#open === undefined) {
        this.#open = await this.#boot(number);
        bootSeconds = since();
      }
      const { running, seen } = this.#open;
      played = await playOnce(running, this.#schedule, this.#lookup, this.#kernel.plan.arch);
      // The kernel's last words are on their way while it answers.
      const taint = await running.taint().catch(() => 1);
      if (taint !== 0 || seen.length > 0 || played.trouble !== null) findings = await this.close();
    } catch (error) {
      if (!(error instanceof RigError)) throw error;
      trouble = describeError(error);
      findings = await this.close();
    }
    const told = conclude(this.#schedule, played, findings, trouble);
    return { number, ...told, seconds: since() - bootSeconds, bootSeconds, played, findings };
  }

  /** @returns everything that the kernel said. */
  async close(): Promise<readonly Finding[]> {
    if (this.#open === undefined) return [];
    const { running, reader, read } = this.#open;
    this.#open = undefined;
    await running.stop('cancelled', 'the try is over');
    await read;
    return reader.end().findings;
  }

  async #boot(number: number) {
    const directory = join(this.#directory, `boot-${number}`);
    await mkdir(directory, { recursive: true });
    const cpus = Object.keys(this.#schedule.actors).length + 1;
    const running = await qemuMachine(this.#ctx).boot(this.#kernel.image, {
      ...{ arch: this.#kernel.plan.arch, cpus, memoryMiB: 2048, directory, debugStub: true },
      // With it the kernel is mapped in user mode, too, and its entry does not flush the TLB.
      append: ['mitigations=off', 'kasan_multi_shot'],
      signal: this.#ctx.signal,
    });
    const seen: Finding[] = [];
    const reader = createConsoleReader({ onFinding: (finding) => seen.push(finding) });
    const read = (async () => {
      for await (const chunk of running.console) reader.push(chunk);
    })();
    return { running, reader, read, seen };
  }
}

function conclude(
  { expect }: DirectedSchedule,
  played: Played | null,
  findings: readonly Finding[],
  trouble: string | null,
): { conclusion: Conclusion; text: string } {
  const wanted = expect.finding;
  const found = findings.find(({ title }) => wanted !== undefined && title.includes(wanted));
  if (found !== undefined) return { conclusion: 'reproduced', text: found.title };
  const { result } = expect;
  if (result !== undefined && played?.outcome.kind === 'played') {
    const got = played.results[result.actor]?.[result.operation - 1];
    if (got === result.is)
      return {
        conclusion: 'reproduced',
        text: `operation ${result.operation} of ${result.actor} gave ${got}`,
      };
  }
  const [other] = findings;
  if (other !== undefined) return { conclusion: 'harmed', text: other.title };
  if (trouble !== null || played === null)
    return { conclusion: 'rig', text: trouble ?? 'nothing was played' };
  if (played.outcome.kind !== 'played')
    return { conclusion: played.outcome.kind, text: `step ${played.outcome.step}: ${played.outcome.text}` };
  if (played.trouble !== null) return { conclusion: 'rig', text: played.trouble };
  return { conclusion: 'clean', text: 'played to its end, and nothing came of it' };
}
