import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { describeError, RigError } from '../../base/errors.ts';
import type { Finding } from '../../console/finding.ts';
import { type ConsoleReader, createConsoleReader } from '../../console/reader.ts';
import type { DirectedSchedule } from '../../director/schedule.ts';
import { qemuMachine } from '../../machine/qemu/machine.ts';
import type { Running } from '../../machine/types.ts';
import type { PreparedKernel } from '../kernel.ts';
import { type Conclusion, conclude } from './conclude.ts';
import { type Judged, judgeHistory } from './judge.ts';
import type { KernelLookup } from './lookup.ts';
import { type Played, playOnce } from './try.ts';

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
  readonly history: Judged;
}

/** A boot that serves tries, of schedules with so many actors, until one of them has harmed it. */
export class Theatre {
  readonly #actors: number;
  readonly #kernel: PreparedKernel;
  readonly #lookup: KernelLookup;
  readonly #directory: string;
  readonly #ctx: Context;
  #open: { running: Running; reader: ConsoleReader; read: Promise<void>; alarm: AbortSignal } | undefined;

  constructor(actors: number, kernel: PreparedKernel, lookup: KernelLookup, directory: string, ctx: Context) {
    this.#actors = actors;
    this.#kernel = kernel;
    this.#lookup = lookup;
    this.#directory = directory;
    this.#ctx = ctx;
  }

  async play(schedule: DirectedSchedule, number: number): Promise<Try> {
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
      const { running, alarm } = this.#open;
      played = await playOnce(running, schedule, this.#lookup, this.#kernel.plan.arch, alarm);
      // The kernel's last words are on their way while it answers.
      const taint = await running.taint().catch(() => 1);
      if (taint !== 0 || alarm.aborted || played.trouble !== null) findings = await this.close();
    } catch (error) {
      if (!(error instanceof RigError)) throw error;
      trouble = describeError(error);
      findings = await this.close();
    }
    const history = judgeHistory(schedule, played);
    const broken = 'broken' in history ? history.broken : [];
    const told = conclude(schedule, played, findings, broken, trouble);
    return { number, ...told, seconds: since() - bootSeconds, bootSeconds, played, findings, history };
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
    const running = await qemuMachine(this.#ctx).boot(this.#kernel.image, {
      ...{
        arch: this.#kernel.plan.arch,
        cpus: this.#actors + 1,
        memoryMiB: 2048,
        directory,
        debugStub: true,
      },
      // With it the kernel is mapped in user mode, too, and its entry does not flush the TLB.
      append: ['mitigations=off', 'kasan_multi_shot'],
      signal: this.#ctx.signal,
    });
    const alarm = new AbortController();
    const reader = createConsoleReader({ onFinding: () => alarm.abort() });
    const read = (async () => {
      for await (const chunk of running.console) reader.push(chunk);
    })();
    return { running, reader, read, alarm: alarm.signal };
  }
}
