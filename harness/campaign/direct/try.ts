import { setTimeout as sleep } from 'node:timers/promises';
import type { Arch } from '../../arch/index.ts';
import { describeError, RigError } from '../../base/errors.ts';
import { createCast } from '../../director/cast.ts';
import { Director } from '../../director/director.ts';
import { House } from '../../director/house.ts';
import type { Span } from '../../director/history.ts';
import type { Event, Outcome, Reached } from '../../director/outcome.ts';
import { processorOf } from '../../director/processor.ts';
import type { DirectedSchedule } from '../../director/schedule.ts';
import { connectStub } from '../../machine/qemu/stub/client.ts';
import type { ExecResult, Running } from '../../machine/types.ts';
import type { KernelLookup } from './lookup.ts';

/** Seconds for the program to start, and to end when nobody is kept any more; a guest under KASAN and emulation is slow. */
const START = 60;
const END = 60;

export interface Played {
  readonly outcome: Outcome;
  readonly events: readonly Event[];
  readonly reached: readonly Reached[];
  /** What each operation returned, by actor; shorter where the program did not live to say. */
  readonly results: Readonly<Record<string, readonly number[]>>;
  /** When each operation was seen to begin and to end, by actor. */
  readonly spans: Readonly<Record<string, readonly Span[]>>;
  /** How the program ended; null when it ended as it should. */
  readonly trouble: string | null;
}

/** One performance of a schedule on a machine that is up. Leaves it running. @throws RigError. */
export async function playOnce(
  running: Running,
  schedule: DirectedSchedule,
  kernel: KernelLookup,
  arch: Arch,
): Promise<Played> {
  if (running.debugStub === undefined) throw new RigError('this machine has no debugger port');
  const began = performance.now();
  const cast = createCast(schedule.actors);
  const stub = await connectStub(running.debugStub.socket);
  const director = new Director({
    ...{ cast, ...kernel },
    house: new House(stub, processorOf(arch), arch.byteOrder),
    sleeperStack: (tid) => sleeperStack(running, tid),
    clock: () => performance.now() - began,
  });
  const actors = Object.entries(schedule.actors).map(([name, operations]) => `${name}=${operations}`);
  const program = running.exec([`${running.programs}/stage`, schedule.setup, ...actors], { timeout: 600 });
  let outcome: Outcome;
  const within = (seconds: number) =>
    Promise.race([
      program,
      running.ended.then(() => undefined),
      sleep(seconds * 1000, undefined, { ref: false }),
    ]);
  try {
    await director.gather(START);
    outcome = await director.play(schedule);
  } catch (error) {
    // It may have had something to say before its actors were there.
    const trouble = troubleOf(await within(1));
    if (error instanceof RigError && trouble !== null) throw new RigError(`${error.message}: ${trouble}`);
    throw error;
  } finally {
    await director.leave();
  }
  const ended = await within(END);
  const trouble = troubleOf(ended);
  const { events, reached } = director;
  const spans = Object.fromEntries(
    cast.map(({ name, spans: all, operations }) => [name, all.slice(0, operations)]),
  );
  return { outcome, events, reached, results: parseResults(ended?.stdout ?? ''), spans, trouble };
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

function parseResults(stdout: string): Record<string, number[]> {
  const rows = stdout.split('\n').filter((line) => line.startsWith('{'));
  return Object.fromEntries(
    rows.map((line) => {
      const { actor, results } = JSON.parse(line) as { actor: string; results: Record<string, number> };
      return [actor, Object.values(results)];
    }),
  );
}
