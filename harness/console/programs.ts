import { withoutNumbers } from './findings/title.ts';

/** How a program that tested the kernel died, in its own words on the console. */
export interface ProgramDeath {
  readonly title: string;
  readonly alt: readonly string[];
  readonly type: string;
}

/** Go's runtime, and the fuzzer that recorded the public logs (its executor's and manager's last words). */
const rows: readonly (ProgramDeath & { readonly says: RegExp })[] = [
  { says: /\bSYZFAIL: (?<message>.+)$/m, title: 'SYZFAIL: {message}', alt: [], type: 'SYZ_FAILURE' },
  {
    says: /\bSYZFATAL: (?<message>.+)$/m,
    title: 'SYZFATAL: {message}',
    alt: ['SYZFATAL'],
    type: 'SYZ_FAILURE',
  },
  {
    says: /^fatal error: .*\n(?:.*\n){0,3}?(?:goroutine \d+|runtime stack:)/m,
    title: 'go runtime error',
    alt: [],
    type: 'DoS',
  },
];

/**
 * What a log without a kernel's complaint says about its programs. Nothing of this is the kernel's fault, so that it is no
 * finding; only comparing with other parsers wants it.
 *
 * @param log the console's text.
 */
export function findProgramDeath(log: string): ProgramDeath | undefined {
  for (const { says, title, alt, type } of rows) {
    const match = says.exec(log);
    if (match !== null)
      return {
        title: withoutNumbers(title.replace('{message}', match.groups?.['message'] ?? '')),
        alt,
        type,
      };
  }
  return undefined;
}
