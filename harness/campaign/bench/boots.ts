import { loadavg } from 'node:os';
import type { Context } from '../../base/context.ts';
import { contextOf, type Observer, type Step } from '../../base/steps.ts';
import { interleave } from '../../plan/interleave.ts';
import type { JobPlan } from '../../plan/schedule.ts';
import type { BenchRecord } from '../../store/bench-record.ts';
import { SCENES } from '../../verdict/bench/scenes.ts';
import { runJob } from '../job.ts';
import { missedJob } from '../job-record.ts';
import type { PreparedKernel } from '../kernel.ts';
import type { BenchRequest } from './request.ts';
import type { BenchVariant } from './variants.ts';

type Boot = BenchRecord['boots'][number];

interface PlannedBoot {
  readonly variant: BenchVariant;
  readonly round: number;
  readonly job: JobPlan;
}

/** Of what a scene runs, this part warms up (the default of guest/workloads/fault-rate.c is 17 percent). */
const WARM_UP = 0.17;

/** All boots of a round have the round's seed, which also decides the order of the scenes in it. */
function planBoots({ variants, rounds, duration, seed }: BenchRequest): PlannedBoot[] {
  const whole = Number(((SCENES.length * duration) / (1 - WARM_UP)).toFixed(2));
  return interleave(variants, rounds, seed).flatMap((order, round) =>
    order.map((variant) => {
      const [job] = variant.request.schedule.jobs;
      if (job === undefined) throw new Error(`${variant.id} has no job`);
      const id = `${variant.id}-${round + 1}`;
      return { variant, round, job: { ...job, id, seed: seed + round, duration: whole } };
    }),
  );
}

export const bootSteps = (request: BenchRequest): Step[] =>
  planBoots(request).map(({ job: { id } }) => ({ id: stepOf(id), title: `boot ${id}` }));

const stepOf = (id: string): string => `boot:${id}`;

/** One boot after the other, never two at a time: they would measure each other. */
export async function bootAll(
  request: BenchRequest,
  kernels: ReadonlyMap<string, PreparedKernel>,
  directory: string,
  ctx: Context,
  observer: Observer,
): Promise<Boot[]> {
  const boots: Boot[] = [];
  for (const { variant, round, job } of planBoots(request)) {
    const step = stepOf(job.id);
    const kernel = kernels.get(variant.id)!;
    const load = loadavg()[0] ?? 0;
    if (ctx.signal.aborted) {
      observer.end(step, { outcome: 'skipped', text: 'cancelled' });
      const missed = missedJob(variant.request, job, 'the benchmark was cancelled before it began', true);
      boots.push({ ...{ variant: variant.id, round, load, counted: false }, job: missed });
      continue;
    }
    observer.begin(step);
    const prepared = new Map([[job.kernel.id, kernel]]);
    const record = await runJob(variant.request, job, prepared, directory, contextOf(step, ctx, observer));
    const counted = record.status === 'DONE' || record.status === 'PASS';
    boots.push({ variant: variant.id, round, load, counted, job: record });
    observer.end(step, { outcome: counted ? 'ok' : 'failed', text: `${record.status}, ${record.reason}` });
  }
  return boots;
}
