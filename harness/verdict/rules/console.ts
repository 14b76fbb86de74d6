import type { Finding } from '../../console/finding.ts';
import { kernelFails, pass, rigError } from '../judgement.ts';
import { weigh } from '../weight.ts';
import type { Rule } from './rule.ts';

/** What the kernel said. Findings that blame the kernel decide, the surest first. */
export const consoleClean: Rule = {
  name: 'console.clean',
  judge({ findings, end }) {
    if (findings.length === 0) return end === null ? null : pass('the kernel complained of nothing');
    const weighed = findings.map((finding) => ({ finding, weight: weigh(finding) }));
    const against = weighed.filter(({ weight }) => weight.blame === 'code');
    const worst = against.find(({ weight }) => weight.certain) ?? against[0];
    if (worst !== undefined) {
      const doubt = worst.weight.because === undefined ? '' : ` (${worst.weight.because})`;
      const detail = `${worst.finding.title}${doubt}${others(against.map(({ finding }) => finding))}`;
      return kernelFails(detail, worst.weight.certain ? 'certain' : 'likely');
    }
    const first = weighed[0];
    return rigError('harness', `${first?.finding.title}: ${first?.weight.because ?? 'not the kernel'}`);
  },
};

function others(findings: readonly Finding[]): string {
  const more = findings.length - 1;
  return more === 0 ? '' : `, and ${more} other finding${more === 1 ? '' : 's'}`;
}
