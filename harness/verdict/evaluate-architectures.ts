import type { JudgedJob, JudgedKernel } from './blame.ts';
import { evaluateRun } from './evaluate-run.ts';
import { sightOf, type SeeingKernel, type Sight } from './sight.ts';
import type { Verdict } from './words.ts';

interface ArchitectureObservation {
  readonly kernels: readonly (JudgedKernel & SeeingKernel)[];
  readonly jobs: readonly (JudgedJob & {
    readonly arch: string;
    readonly acceleration: { readonly kind: string } | null;
  })[];
  readonly cancelled: boolean;
}

/** What a run means for one architecture alone. */
export interface ArchitectureVerdict extends Sight {
  readonly arch: string;
  readonly verdict: Verdict;
}

/** One verdict for each architecture of a run, in the order of its jobs; the run's own verdict is over all of them. */
export function evaluateArchitectures(run: ArchitectureObservation): ArchitectureVerdict[] {
  return [...new Set(run.jobs.map(({ arch }) => arch))].map((arch) => {
    const kernels = run.kernels.filter((kernel) => kernel.arch === arch);
    const jobs = run.jobs.filter((job) => job.arch === arch);
    // A cancelled run says nothing against an architecture whose jobs had all been judged by then.
    const cancelled = run.cancelled && jobs.some(({ status }) => status === 'MISS' || status === 'ERROR');
    const accelerations = jobs.flatMap(({ acceleration }) => acceleration?.kind ?? []);
    return {
      arch,
      verdict: evaluateRun({ kernels, jobs, cancelled }),
      ...sightOf(arch, kernels, accelerations),
    };
  });
}
