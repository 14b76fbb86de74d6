import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { badness } from '../../harness/verdict/judgement.ts';
import { evaluateJob, evaluateRun } from '../../harness/verdict/index.ts';
import type { JobObservation } from '../../harness/verdict/index.ts';
import type { JudgedJob } from '../../harness/verdict/blame.ts';
import { accusing, anyObservation, end, excusable, observe, panic, rigOnly } from './observations.ts';

const kernels = [{ id: 'k', series: { name: 'spf-v12' } }];

function exitCodeOf(jobs: readonly JobObservation[], cancelled = false): number {
  const judged = jobs.map((job, index): JudgedJob => {
    const { findings } = job;
    return { id: `job-${index}`, kernel: 'k', findings, mismatches: [], ...evaluateJob(job) };
  });
  return evaluateRun({ kernels, jobs: judged, cancelled }).exitCode;
}

const everything = { numRuns: 1000 };

describe('laws of the verdict', () => {
  test('a panic never ends as a pass, by the machine or by its words', () => {
    const panicking = fc
      .tuple(anyObservation, fc.constantFrom('end', 'words', 'both'))
      .map(([job, how]): JobObservation => ({
        ...job,
        ...(how !== 'words' && { end: end('panic') }),
        ...(how !== 'end' && { findings: [...job.findings, panic()] }),
      }));
    fc.assert(
      fc.property(panicking, fc.array(anyObservation, { maxLength: 2 }), (job, others) => {
        expect(['FAIL', 'ERROR', 'MISS']).toContain(evaluateJob(job).status);
        expect(exitCodeOf([...others, job])).not.toBe(0);
      }),
      everything,
    );
  });

  test('what only the rig did never ends as the fault of the kernel', () => {
    fc.assert(
      fc.property(fc.array(rigOnly, { minLength: 1, maxLength: 3 }), fc.boolean(), (jobs, cancelled) => {
        for (const job of jobs) {
          expect(evaluateJob(job).status).not.toBe('FAIL');
          expect(evaluateJob(job).culprit).not.toBe('code');
        }
        expect(exitCodeOf(jobs, cancelled)).not.toBe(1);
      }),
      everything,
    );
  });

  test('one more finding against the kernel never makes the status better', () => {
    fc.assert(
      fc.property(anyObservation, accusing, (job, finding) => {
        const more = evaluateJob({ ...job, findings: [...job.findings, finding] });
        expect(badness(more.status)).toBeGreaterThanOrEqual(badness(evaluateJob(job).status));
      }),
      everything,
    );
  });

  test('no finding at all turns trouble into a pass', () => {
    fc.assert(
      fc.property(anyObservation, excusable, (job, finding) => {
        const more = evaluateJob({ ...job, findings: [...job.findings, finding] });
        expect(badness(more.status)).toBeGreaterThan(badness('PASS'));
      }),
      everything,
    );
  });

  test('one more failed job never makes the exit code anything but 1', () => {
    const failing = anyObservation.filter((job) => evaluateJob(job).status === 'FAIL');
    fc.assert(
      fc.property(
        fc.array(anyObservation, { maxLength: 3 }),
        failing,
        fc.boolean(),
        (jobs, job, cancelled) => {
          expect(exitCodeOf([...jobs, job], cancelled)).toBe(1);
        },
      ),
    );
  });

  test('FAIL blames the code, and only FAIL does', () => {
    fc.assert(
      fc.property(anyObservation, (job) => {
        const { status, culprit, confidence, reason } = evaluateJob(job);
        expect(culprit === 'code').toBe(status === 'FAIL');
        expect(confidence !== 'none').toBe(status === 'FAIL');
        expect(reason).not.toBe('');
      }),
      everything,
    );
  });

  test('a pass needs a machine that came up, ended clean, and a workload that completed', () => {
    // Random in every field is hardly ever well: take a job that is well and change a few fields.
    const nearlyWell = fc
      .tuple(anyObservation, fc.subarray(fields, { maxLength: 2 }))
      .map(([odd, some]) => observe(Object.fromEntries(some.map((field) => [field, odd[field]]))));
    let passes = 0;
    fc.assert(
      fc.property(nearlyWell, (job) => {
        const { status } = evaluateJob(job);
        if (status !== 'PASS' && status !== 'DONE') return;
        passes += 1;
        expect(job.release).not.toBeNull();
        expect(job.end?.reason).toBe('clean');
        expect(job.fault).toBeNull();
        expect(job.findings).toEqual([]);
        if (job.workload !== null)
          expect(job.exec).toMatchObject({ exitCode: 0, signal: null, timedOut: false, lost: false });
      }),
      everything,
    );
    expect(passes).toBeGreaterThan(100);
  });
});

const fields = Object.keys(observe()) as (keyof JobObservation)[];
