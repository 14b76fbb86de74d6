import type { Context } from '../../base/context.ts';
import { type Observer, runStep } from '../../base/steps.ts';
import { createRunDirectory, createRunId } from '../../store/index.ts';
import { kernelStep, prepareOneKernel } from '../one-kernel.ts';
import type { RunRequest } from '../request.ts';
import { type ExploreOptions, explore, lookUpPlaces } from './explore.ts';
import type { Explored } from './record.ts';

export type { ExploreOptions } from './explore.ts';
export type { Explored } from './record.ts';

/** Explore one kernel, and leave a record in a directory of its own. @throws as explore() and prepareOneKernel(). */
export async function runExploration(
  request: RunRequest,
  options: ExploreOptions,
  ctx: Context,
  observer: Observer,
): Promise<{ explored: Explored; directory: string }> {
  observer.plan([kernelStep, { id: 'schedules', title: 'schedules' }]);
  const { kernel, tree } = await prepareOneKernel(request, ctx, observer);
  const directory = await createRunDirectory(request.outDir, `explored-${createRunId(new Date())}`);
  const explored = await runStep(
    'schedules',
    ctx,
    observer,
    async (step) => {
      const lookup = await lookUpPlaces(options.places, kernel, tree, step);
      return explore(kernel, lookup, options, directory, step);
    },
    ({ tries, hits }) => ({ outcome: 'ok', text: `${tries} schedules, ${hits.length} of them did harm` }),
  );
  return { explored, directory };
}
