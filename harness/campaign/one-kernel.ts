import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import { type Observer, runStep, type Step } from '../base/steps.ts';
import { buildGuest } from '../build/guest.ts';
import { type PreparedKernel, prepareBuilt } from './kernel.ts';
import type { RunRequest } from './request.ts';
import { madeOf, prepareSource } from './source.ts';

/** A kernel, and the tree that it was built from, for those who look up places in it. */
export interface KernelAndTree {
  readonly kernel: PreparedKernel;
  readonly tree: string;
}

export const kernelStep: Step = { id: 'kernel', title: 'kernel' };

/** As the step `kernel`. @throws UsageError when the request is of several kernels; what building throws. */
export async function prepareOneKernel(
  request: RunRequest,
  ctx: Context,
  observer: Observer,
): Promise<KernelAndTree> {
  const [plan, another] = request.schedule.kernels;
  if (plan === undefined || another !== undefined)
    throw new UsageError('a schedule is played on one kernel: choose one architecture, kernel and profile');
  return runStep(
    kernelStep.id,
    ctx,
    observer,
    async (step) => {
      const source = await prepareSource(request, step);
      const kernel = await prepareBuilt(plan, source, await buildGuest(plan.arch, step), step);
      return { kernel, tree: source.worktrees[madeOf(plan.choice)]?.directory ?? '' };
    },
    () => ({ outcome: 'ok', text: 'ready' }),
  );
}
