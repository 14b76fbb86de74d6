import { kernelFails, neverRan, pass, rigError, type Judgement } from '../judgement.ts';
import type { JobObservation, ObservedEnd } from '../observation.ts';
import { panicWords, rigPanic } from '../weight.ts';
import { booted, type Rule } from './rule.ts';

/** Commands could run in the guest. Until then only the kernel's own words speak against the kernel. */
export const machineBooted: Rule = {
  name: 'machine.booted',
  judge(job) {
    if (booted(job)) return pass(`${job.release} answered`);
    if (job.end === null) return neverRan(job.fault?.culprit ?? null, 'no machine was started');
    return atBoot(job, job.end);
  },
};

export const machineEndedClean: Rule = {
  name: 'machine.ended-clean',
  judge(job) {
    if (!booted(job)) return null;
    if (job.end === null) return rigError('harness', 'nobody recorded how the machine ended');
    return inUse(job, job.end);
  },
};

/** The rig says that it failed. Before anything was started that is a MISS, afterwards an ERROR. */
export const rigIntact: Rule = {
  name: 'rig.intact',
  judge({ fault, end }) {
    if (fault === null) return null;
    return (end === null ? neverRan : rigError)(fault.culprit, fault.message);
  },
};

function atBoot(job: JobObservation, { reason, detail }: ObservedEnd): Judgement {
  switch (reason) {
    case 'panic':
      return panicked(job, `the kernel died while booting: ${detail}`);
    case 'hang':
    case 'limit':
    case 'clean':
      // Init, SSH and the network have not been proved to work on this boot, so silence accuses nobody.
      return rigError('harness', `the guest never answered: ${detail}`);
    case 'cancelled':
      return neverRan(null, detail);
    case 'lost':
      return rigError('tool', detail);
  }
}

function inUse(job: JobObservation, { reason, detail }: ObservedEnd): Judgement {
  switch (reason) {
    case 'clean':
      return pass(detail);
    case 'panic':
      return panicked(job, detail);
    case 'hang':
      return kernelFails(detail, 'likely');
    case 'limit':
      return rigError('harness', `the job's time ran out: ${detail}`);
    case 'cancelled':
      return rigError(null, detail);
    case 'lost':
      return rigError('tool', detail);
  }
}

/** The kernel's fault until all of its last words say otherwise; certain only when there are any. */
function panicked(job: JobObservation, detail: string): Judgement {
  const words = job.findings.map(panicWords).filter((word) => word !== undefined);
  const excuses = words.map(rigPanic);
  const [excuse] = excuses;
  return excuse !== undefined && !excuses.includes(undefined)
    ? rigError('harness', `${detail} (${excuse})`)
    : kernelFails(detail, words.length > 0 ? 'certain' : 'likely');
}
