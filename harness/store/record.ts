import { z } from 'zod';
import { findingSchema } from '../console/finding.ts';
import { mismatchSchema } from '../verdict/mismatch.ts';
import {
  checkSchema,
  confidenceSchema,
  culpritSchema,
  statusSchema,
  verdictSchema,
} from '../verdict/words.ts';

export * from '../verdict/words.ts';
export * from '../verdict/mismatch.ts';

const seconds = z.number().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const droppedSymbolSchema = z.object({ symbol: z.string(), asked: z.string(), reason: z.string() });

export const kernelRecordSchema = z.object({
  id: z.string(),
  arch: z.string(),
  profile: z.string(),
  /** What the source was: spec, where it came from, the commit or version that it is. */
  base: z.object({ spec: z.string(), version: z.string(), servedBy: z.string() }),
  series: z.object({ name: z.string(), hash: sha256 }).nullable(),
  /** Rules of harness/model/eligibility/table.ts that the series brings; absent in records of before. */
  rules: z.array(z.string()).exactOptional(),
  patches: z.array(z.object({ number: z.number().int(), title: z.string(), file: z.string(), sha256 })),
  /** `uname -r` the build will answer with. */
  release: z.string(),
  configHash: sha256.nullable(),
  compiler: z.string(),
  symbols: z.object({
    asked: z.number().int(),
    got: z.number().int(),
    dropped: z.array(droppedSymbolSchema),
  }),
  /** Configuration symbols of the detectors that are at work in it; absent where its configuration is not known. */
  detectors: z.array(z.string()).exactOptional(),
  /** Compiler warnings that the series adds over its base; null when the base was not built to compare with. */
  warnings: z.array(z.object({ file: z.string(), line: z.number().int(), text: z.string() })).nullable(),
  buildSeconds: seconds,
  cached: z.boolean(),
  files: z.object({ image: z.string(), vmlinux: z.string().nullable(), config: z.string().nullable() }),
});
export type KernelRecord = z.infer<typeof kernelRecordSchema>;

export const jobRecordSchema = z.object({
  id: z.string(),
  arch: z.string(),
  kernel: z.string(),
  profile: z.string(),
  workload: z.string(),
  args: z.array(z.string()),
  seed: z.number().int().nonnegative(),
  /** Seconds of hammering that were asked for; absent when the workload's own default held. */
  duration: seconds.optional(),
  status: statusSchema,
  culprit: culpritSchema.nullable(),
  /** One sentence: why the status is what it is. */
  reason: z.string(),
  /** How sure a FAIL is; `none` for anything else. */
  confidence: confidenceSchema,
  /** Why the machine ended, null when the job never started one. */
  end: z
    .object({ reason: z.enum(['clean', 'panic', 'hang', 'limit', 'cancelled', 'lost']), detail: z.string() })
    .nullable(),
  bootSeconds: seconds.nullable(),
  runSeconds: seconds.nullable(),
  /** `uname -r` of the kernel that answered. */
  release: z.string().nullable(),
  acceleration: z.object({ kind: z.enum(['kvm', 'tcg', 'none']), reason: z.string() }).nullable(),
  taint: z.object({ before: z.number().int(), after: z.number().int().nullable() }).nullable(),
  /** Numbers by dotted name: what the workload reported and /proc/vmstat's differences (`vmstat.speculative_pgfault`). */
  counters: z.record(z.string(), z.number()),
  checks: z.array(checkSchema),
  findings: z.array(findingSchema),
  mismatches: z.array(mismatchSchema),
  /** The command that repeats this job alone. */
  reproduce: z.string(),
  /** Files of this job, relative to the run's directory. */
  files: z.record(z.string(), z.string()),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

/**
 * The run record: everything that a run learnt, and the only thing reports read. `run.json` is this, checked when
 * written.
 */
export const runRecordSchema = z.object({
  schema: z.literal('spf-harness/run/1'),
  runId: z.string(),
  plan: z.object({ name: z.string(), file: z.string().nullable(), sha256 }),
  startedAt: z.iso.datetime(),
  seconds,
  harness: z.object({ version: z.string(), commit: z.string().nullable() }),
  host: z.object({
    cpus: z.number().int(),
    memoryMiB: z.number().int(),
    release: z.string(),
    qemu: z.string().nullable(),
    acceleration: z.enum(['kvm', 'tcg', 'none']),
    accelerationReason: z.string(),
  }),
  kernels: z.array(kernelRecordSchema),
  jobs: z.array(jobRecordSchema),
  verdict: verdictSchema,
  /** The verdict on each architecture alone, and what its kernels could have noticed; absent in records of before. */
  architectures: z
    .array(
      z.object({
        arch: z.string(),
        verdict: verdictSchema,
        watched: z.array(z.string()),
        blind: z.array(z.string()),
      }),
    )
    .exactOptional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
