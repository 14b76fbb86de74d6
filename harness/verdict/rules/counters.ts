import { kernelFails, pass, rigError, skip, type Judgement } from '../judgement.ts';
import type { JobObservation } from '../observation.ts';
import { speculationCounts, speculativeShare } from '../speculation.ts';
import { booted, interruption, wasInterrupted, type Rule } from './rule.ts';

/** Below this number of faults a share says nothing. */
const FEWEST_FAULTS = 1000;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The series does what it is for: enough faults were handled speculatively. */
export const speculativeShareReached: Rule = {
  name: 'counters.speculative-share',
  judge(job) {
    const least = job.expectations.minSpeculativeShare;
    if (least === undefined || !booted(job) || job.kernel.series === null) return null;
    const counts = speculationCounts(job.counters, job.kernel.series.counter);
    const share = speculativeShare(counts);
    if (share === undefined) return missing(job, 'no counter told how many faults were speculative');
    const count = counts.find(({ all }) => all > 0);
    const of = `${percent(share)} of ${count?.all} faults were speculative (${count?.source})`;
    if (share >= least) return pass(`${of}, at least ${percent(least)} expected`);
    if (wasInterrupted(job)) return skip(`${of} when ${interruption(job)}`);
    if ((count?.all ?? 0) < FEWEST_FAULTS) return rigError('harness', `${of}: too few faults to judge`);
    return kernelFails(`${of}, at least ${percent(least)} expected`, 'likely');
  },
};

/** With speculation off not one fault may be speculative, by any counter there is. */
export const zeroWhenOff: Rule = {
  name: 'counters.zero-when-off',
  judge(job) {
    if (job.expectations.speculation !== 'off' || !booted(job) || job.kernel.series === null) return null;
    const counts = speculationCounts(job.counters, job.kernel.series.counter);
    const busy = counts.find(({ speculative }) => speculative > 0);
    if (busy !== undefined) {
      return kernelFails(
        `${busy.speculative} faults were speculative (${busy.source}), none expected`,
        'certain',
      );
    }
    if (!counts.some(({ all }) => all > 0)) return missing(job, 'no counter saw any fault');
    return pass(`none of ${counts.find(({ all }) => all > 0)?.all} faults was speculative`);
  },
};

/** Built with its symbol off, a series leaves nothing to be seen. */
export const absentWhenOff: Rule = {
  name: 'counters.absent-when-off',
  judge(job) {
    const { absentCounter } = job.kernel;
    if (absentCounter === null || !booted(job) || Object.keys(job.counters).length === 0) return null;
    const field = `vmstat.${absentCounter}`;
    if (job.counters[field] === undefined) return pass(`there is no ${absentCounter}`);
    return kernelFails(
      `/proc/vmstat has ${absentCounter}, though the symbol of the series is off`,
      'certain',
    );
  },
};

/** A plan's own bounds, one check for all of them. */
export const countersInBounds: Rule = {
  name: 'counters.in-bounds',
  judge(job) {
    const bounds = Object.entries(job.expectations.counters ?? {});
    if (bounds.length === 0 || !booted(job)) return null;
    const absent = bounds.filter(([name]) => job.counters[name] === undefined).map(([name]) => name);
    const broken = bounds.flatMap(([name, { min = -Infinity, max = Infinity }]) => {
      const value = job.counters[name];
      return value === undefined || (value >= min && value <= max)
        ? []
        : [`${name} is ${value}, ${range(min, max)} expected`];
    });
    if (broken.length > 0 && !wasInterrupted(job)) return kernelFails(broken.join('; '), 'likely');
    if (broken.length > 0) return skip(`${broken.join('; ')} when ${interruption(job)}`);
    if (absent.length > 0) return missing(job, `not counted: ${absent.join(', ')}`);
    return pass(bounds.map(([name]) => `${name} is ${job.counters[name]}`).join(', '));
  },
};

function range(min: number, max: number): string {
  if (min === -Infinity) return `at most ${max}`;
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`;
}

function missing(job: JobObservation, what: string): Judgement {
  return wasInterrupted(job) ? skip(`${what}: ${interruption(job)}`) : rigError('harness', what);
}
