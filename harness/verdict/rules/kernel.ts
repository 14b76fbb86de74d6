import { kernelFails, pass, rigError, skip } from '../judgement.ts';
import { newTaint, type TaintBit } from '../taint.ts';
import { booted, interruption, wasInterrupted, type Rule } from './rule.ts';

/** The kernel that answered is the one that was built. When it is not, nothing it did speaks for or against ours. */
export const kernelRelease: Rule = {
  name: 'kernel.release',
  judge({ kernel, release }) {
    if (release === null || kernel.release === null) return null;
    return kernel.release === release
      ? pass(`uname -r is ${release}`)
      : rigError('harness', `uname -r is ${release}, but ${kernel.release} was built`);
  },
};

/** A detector that needs no regular expression: the kernel sets a bit whenever it complained. */
export const taintUnchanged: Rule = {
  name: 'kernel.taint-unchanged',
  judge(job) {
    if (!booted(job)) return null;
    if (job.taint === null || job.taint.after === null) {
      return wasInterrupted(job) ? skip(`not read: ${interruption(job)}`) : skip('the taint was not read');
    }
    const { before, after } = job.taint;
    const added = newTaint(before, after);
    if (added.length === 0) return pass(before === 0 ? 'not tainted' : `still ${before}, as before`);
    const detail = `${before} became ${after}: ${added.map(describe).join(', ')}`;
    if (added.some(({ blame }) => blame === 'code')) return kernelFails(detail, 'certain');
    return rigError(added.some(({ blame }) => blame === 'tool') ? 'tool' : 'harness', detail);
  },
};

const describe = ({ letter, meaning }: TaintBit): string => `${letter} (${meaning})`;
