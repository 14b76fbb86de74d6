import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { CancelledError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { layerOf } from '../../mutation/layer.ts';
import type { JobPlan } from '../../plan/schedule.ts';
import type { JobRecord } from '../../store/record.ts';
import { scanHistory } from '../../workload/history/scan.ts';
import { runJob } from '../job.ts';
import type { PreparedKernel } from '../kernel.ts';
import type { RunRequest } from '../request.ts';
import type { Outcome } from './types.ts';

/**
 * A trial that is a job of the plan, as any other run of it.
 *
 * @param run directory that keeps the records of one kernel.
 * @throws RigError, CancelledError.
 */
export async function jobTrial(
  request: RunRequest,
  job: JobPlan,
  kernel: PreparedKernel,
  seed: number,
  run: string,
  ctx: Context,
): Promise<Outcome> {
  const named: JobPlan = { ...job, id: `${job.id}-${seed}`, seed };
  const place = join(run, 'jobs', named.id);
  // Of a run that was killed with us, or that nobody could judge.
  await rm(place, { recursive: true, force: true });
  await mkdir(run, { recursive: true });
  const record = await runJob(request, named, new Map([[job.kernel.id, kernel]]), run, ctx);
  if (ctx.signal.aborted) throw new CancelledError('cancelled during a run');
  const file = join(place, 'job.json');
  await writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
  const layer = layerOf(record);
  const operations = await operationsOf(record, place);
  // Histories are long, and one without anything in it is of no use to anybody.
  if (layer === null) await rm(join(place, 'history.bin'), { force: true });
  const { status, reason } = record;
  return { status, layer, reason, operations, record: file };
}

/** What the guest did until the end: as the workload counted, or as far as its history came. */
async function operationsOf({ counters }: JobRecord, place: string): Promise<number | null> {
  const calls = Object.entries(counters).filter(([name]) => name.startsWith('calls.'));
  const accesses = counters['accesses'];
  if (accesses !== undefined) return calls.reduce((sum, [, count]) => sum + count, accesses);
  const history = join(place, 'history.bin');
  if (!existsSync(history)) return null;
  // A history that is no longer readable was judged so already.
  return scanHistory(history).then(
    ({ survey }) => survey.operations,
    () => null,
  );
}
