import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError } from '../../base/errors.ts';
import { type Observer, runStep, type Step } from '../../base/steps.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { type DirectedSchedule, pointsOf } from '../../director/schedule.ts';
import { createRunDirectory, createRunId } from '../../store/index.ts';
import { kernelStep, prepareOneKernel } from '../one-kernel.ts';
import type { RunRequest } from '../request.ts';
import { lookUp } from './lookup.ts';
import { Theatre, type Try } from './theatre.ts';

export type { Try } from './theatre.ts';

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
  observer.plan(steps);
  const { kernel, tree } = await prepareOneKernel(request, ctx, observer);
  const lookup = await runStep(
    'points',
    ctx,
    observer,
    (step) => lookUp(pointsOf(schedule), kernel.record, tree, kernel.plan.arch, step),
    () => ready,
  );
  const { release } = kernel.record;
  const directory = await createRunDirectory(request.outDir, `directed-${createRunId(new Date())}`);
  const done: Try[] = [];
  if (lookup.missing.length === 0) {
    observer.begin('tries');
    const notify = (text: string) => observer.progress('tries', { task: 'tries', text });
    const theatre = new Theatre(Object.keys(schedule.actors).length, kernel, lookup, directory, ctx);
    try {
      while (done.length < tries) {
        if (ctx.signal.aborted) throw new CancelledError('cancelled between two tries');
        done.push(await theatre.play(schedule, done.length + 1));
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
  kernelStep,
  { id: 'points', title: 'points of the schedule' },
  { id: 'tries', title: 'tries' },
];
const ready = { outcome: 'ok', text: 'ready' } as const;
