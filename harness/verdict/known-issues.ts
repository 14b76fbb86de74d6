import { z } from 'zod';

/**
 * What is known already and must not hide what is new. An issue excuses findings and mismatches by their signature, on
 * kernels that carry its series, until it expires. It excuses nothing else: a panic, a taint or a lost counter stays.
 */
export const knownIssueSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** Regular expression over a finding's or mismatch's signature. */
  signature: z.string().transform((source, ctx) => {
    try {
      return new RegExp(source);
    } catch {
      ctx.addIssue({ code: 'custom', message: `"${source}" is no regular expression` });
      return z.NEVER;
    }
  }),
  /** Name of the series that has it (the first name of a stack counts too). */
  series: z.string(),
  reason: z.string().min(20),
  /** Last day (UTC) on which it excuses anything, `2027-06-30`. */
  expires: z.iso.date(),
});
export type KnownIssue = z.output<typeof knownIssueSchema>;

export interface Excused {
  readonly id: string;
  readonly reason: string;
  readonly count: number;
}

interface Signed {
  readonly signature: string;
}

/** Takes out what is known. `today` is a date as `expires` has it. */
export function excuse<T extends Signed>(
  seen: readonly T[],
  issues: readonly KnownIssue[],
  series: string | null,
  today: string,
): { readonly fresh: T[]; readonly excused: Excused[] } {
  const mine = issues.filter(
    (issue) => series !== null && series.split('+').includes(issue.series) && today <= issue.expires,
  );
  const issueOf = ({ signature }: Signed) => mine.find((issue) => issue.signature.test(signature));
  const fresh = seen.filter((one) => issueOf(one) === undefined);
  const excused = mine.flatMap((issue) => {
    const count = seen.filter((one) => issueOf(one) === issue).length;
    return count === 0 ? [] : [{ id: issue.id, reason: issue.reason, count }];
  });
  return { fresh, excused };
}

/** An issue that no longer excuses anything. */
export interface SilentIssue {
  readonly id: string;
  readonly why: string;
}

/**
 * Issues of this series that nothing matched, and those that have expired: what is fixed must leave the list, or it hides
 * its own return.
 *
 * @param seen everything that was found by all jobs; only a run that could have met an issue says something about it.
 */
export function silentIssues(
  seen: readonly Signed[],
  issues: readonly KnownIssue[],
  series: string | null,
  today: string,
): SilentIssue[] {
  return issues
    .filter((issue) => series !== null && series.split('+').includes(issue.series))
    .flatMap((issue): SilentIssue[] => {
      const count = seen.filter(({ signature }) => issue.signature.test(signature)).length;
      if (today > issue.expires) {
        const still = count === 0 ? 'and matched nothing' : `and would have excused ${count}`;
        return [{ id: issue.id, why: `expired on ${issue.expires} ${still}` }];
      }
      return count === 0 ? [{ id: issue.id, why: 'matched nothing' }] : [];
    });
}
