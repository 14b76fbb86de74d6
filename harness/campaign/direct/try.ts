import { setTimeout as sleep } from 'node:timers/promises';
import type { Arch } from '../../arch/index.ts';
import { describeError, RigError } from '../../base/errors.ts';
import { createCast } from '../../director/cast.ts';
import { Director } from '../../director/director.ts';
import { House } from '../../director/house.ts';
import type { Span } from '../../director/history.ts';
import type { Event, Outcome, Reached } from '../../director/outcome.ts';
import type { Player } from '../../director/player.ts';
import { processorOf } from '../../director/processor.ts';
import { Prompter } from '../../director/prompter.ts';
import type { DirectedSchedule } from '../../director/schedule.ts';
import { turnsOf, turnsText } from '../../director/turns.ts';
import { connectStub } from '../../machine/qemu/stub/client.ts';
import type { ExecResult, Running } from '../../machine/types.ts';
import type { KernelLookup } from './lookup.ts';

/** Seconds for the program to start, and to end when nobody is kept any more; a guest under KASAN and emulation is slow. */
const START = 60;
const END = 60;
/** After the kernel has complained. */
const LAST_WORDS = 3;

export interface Played {
  readonly outcome: Outcome;
  readonly events: readonly Event[];
  readonly reached: readonly Reached[];
  /** What each operation returned, by actor; shorter where the program did not live to say. */
  readonly results: Readonly<Record<string, readonly number[]>>;
  /** When each operation began and ended, by actor, in the order of the stage's tickets. */
  readonly spans: Readonly<Record<string, readonly Span[]>>;
  /** How the program ended; null when it ended as it should. */
  readonly trouble: string | null;
}

/**
 * One performance of a schedule on a machine that is up. Leaves it running.
 *
 * @param alarm aborts when the kernel has complained: there is nothing to wait for then.
 * @throws RigError.
 */
export async function playOnce(
  running: Running,
  schedule: DirectedSchedule,
  kernel: KernelLookup,
  arch: Arch,
  alarm: AbortSignal,
): Promise<Played> {
  if (running.debugStub === undefined) throw new RigError('this machine has no debugger port');
  const began = performance.now();
  const cast = createCast(schedule.actors);
  const stub = await connectStub(running.debugStub.socket);
  const actors = Object.entries(schedule.actors).map(([name, operations]) => `${name}=${operations}`);
  const turns = schedule.prompted ? turnsOf(schedule) : undefined;
  const program = running.exec(
    [
      `${running.programs}/stage`,
      ...(turns === undefined ? [] : ['--turns', turnsText(turns)]),
      ...[schedule.setup, ...actors],
    ],
    { timeout: 600 },
  );
  let over = false;
  const ending = Promise.race([program, running.ended.then(() => undefined)]).finally(() => (over = true));
  ending.catch(() => undefined);
  const within = (seconds: number) =>
    Promise.race([ending, sleep(seconds * 1000, undefined, { ref: false })]);
  const premises = {
    ...{ cast, ...kernel },
    house: new House(stub, processorOf(arch), arch.byteOrder),
    sleeperStack: (tid: number) => sleeperStack(running, tid),
    clock: () => performance.now() - began,
    over: () => over || alarm.aborted,
  };
  const player: Player =
    turns === undefined ? new Director(schedule, premises) : new Prompter(turns, premises);
  let outcome: Outcome;
  try {
    outcome = await player.play(START);
  } catch (error) {
    // It may have had something to say before its actors were there.
    const trouble = troubleOf(await within(1));
    if (error instanceof RigError && trouble !== null) throw new RigError(`${error.message}: ${trouble}`);
    throw error;
  } finally {
    await player.leave();
  }
  const ended = await within(alarm.aborted ? LAST_WORDS : END);
  const trouble = troubleOf(ended);
  const { events, reached } = player.journal;
  return { outcome, events, reached, ...parseOutput(ended?.stdout ?? ''), trouble };
}

function troubleOf(ended: ExecResult | undefined): string | null {
  if (ended === undefined) return 'the program did not end';
  if (ended.exitCode === 0) return null;
  return `the program ended with ${ended.signal ?? ended.exitCode}: ${ended.stderr.trim()}`;
}

async function sleeperStack(running: Running, tid: number): Promise<string[]> {
  const { stdout } = await running
    .exec(['cat', `/proc/${tid}/stack`], { timeout: 20 })
    .catch((error: unknown) => ({ stdout: `(${describeError(error)})` }));
  return [...stdout.matchAll(/([A-Za-z_][\w.]*)\+0x/g)].map(([, name = '']) => name);
}

/** A line for each operation, from guest/workloads/stage.c. */
interface StageLine {
  readonly actor: string;
  readonly operation: number;
  readonly result: number;
  readonly began: number;
  readonly ended: number;
}

function parseOutput(stdout: string): Pick<Played, 'results' | 'spans'> {
  const results: Record<string, number[]> = {};
  const spans: Record<string, Span[]> = {};
  for (const line of stdout.split('\n').filter((one) => one.startsWith('{'))) {
    const { actor, operation, result, began, ended } = JSON.parse(line) as StageLine;
    (results[actor] ??= [])[operation] = result;
    (spans[actor] ??= [])[operation] = { start: began, end: ended };
  }
  return { results, spans };
}
