import type { Arch } from '../arch/index.ts';
import type { Context } from '../base/context.ts';
import { runStep, type Observer, type Step, type StepEnd } from '../base/steps.ts';
import { buildGuest, type Guest } from '../build/guest.ts';
import type { KernelPlan } from '../plan/schedule.ts';
import { prepareBuilt, preparePrebuilt, PREBUILT, type PreparedKernel } from './kernel.ts';
import type { RunRequest } from './request.ts';
import { prepareSource, type Source } from './source.ts';

/** The kernels of a schedule by their ids, in its order. */
export type Prepared = ReadonlyMap<string, PreparedKernel>;

export function preparationSteps({ plan, schedule }: RunRequest): Step[] {
  const kernels = schedule.kernels.map(({ id }) => ({ id: `kernel:${id}`, title: `kernel ${id}` }));
  if (plan.base === PREBUILT) return kernels;
  return [
    { id: 'source', title: 'kernel source and series' },
    ...archesOf(schedule.kernels).map(({ id }) => ({ id: `guest:${id}`, title: `guest programs for ${id}` })),
    ...kernels,
  ];
}

/** Source, guest and kernels, one after the other: a kernel build has every CPU of the machine anyway. */
export async function prepare(request: RunRequest, ctx: Context, observer: Observer): Promise<Prepared> {
  const { kernels } = request.schedule;
  const prepareOne =
    request.plan.base === PREBUILT ? preparePrebuilt : await builder(request, kernels, ctx, observer);
  const prepared = new Map<string, PreparedKernel>();
  for (const plan of kernels) {
    const work = (step: Context) => prepareOne(plan, step);
    prepared.set(plan.id, await runStep(`kernel:${plan.id}`, ctx, observer, work, describeKernel));
  }
  return prepared;
}

/** What turns a kernel's plan into the kernel, once source and guests are there. */
async function builder(
  request: RunRequest,
  kernels: readonly KernelPlan[],
  ctx: Context,
  observer: Observer,
): Promise<typeof preparePrebuilt> {
  const take = (step: Context) => prepareSource(request, step);
  const source = await runStep('source', ctx, observer, take, describeSource);
  const guests = new Map<Arch, Guest>();
  for (const arch of archesOf(kernels)) {
    const work = (step: Context) => buildGuest(arch, step);
    guests.set(arch, await runStep(`guest:${arch.id}`, ctx, observer, work, () => ready));
  }
  return (plan, step) => {
    const guest = guests.get(plan.arch);
    if (guest === undefined) throw new Error(`no guest was built for ${plan.id}`);
    return prepareBuilt(plan, source, guest, step);
  };
}

const ready: StepEnd = { outcome: 'ok', text: 'ready' };

function describeKernel({ record }: PreparedKernel): StepEnd {
  const { release, cached, buildSeconds, symbols } = record;
  const dropped = symbols.dropped.length > 0 ? `, ${symbols.dropped.length} symbols dropped` : '';
  const how = cached ? 'from the cache' : `built in ${Math.round(buildSeconds)} s`;
  return { outcome: 'ok', text: `${release}, ${how}${dropped}` };
}

function describeSource({ tree, series }: Source): StepEnd {
  const patches = series.reduce((sum, one) => sum + one.patches.length, 0);
  const names = series.map(({ name }) => name).join(' + ');
  const applied = series.length > 0 ? `, ${patches} patches of ${names}` : '';
  return { outcome: 'ok', text: `${tree.spec} is ${tree.version}${applied}` };
}

const archesOf = (kernels: readonly KernelPlan[]): Arch[] => [...new Set(kernels.map(({ arch }) => arch))];
