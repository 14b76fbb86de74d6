import { z } from 'zod';

const line = z.string().trim().min(1);

/**
 * What is known already and must not hide what is new. An issue excuses findings and mismatches by their signature, on
 * kernels that carry its series and not its fix, until it expires. It excuses nothing else: a panic, a taint or a lost
 * counter stays.
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
  series: line,
  /** Name of the series that mends it: a stack with both has no excuse. */
  fixedBy: line.optional(),
  /** Architectures that have it; all when left out. */
  arch: z.array(line).min(1).optional(),
  /** What is wrong and why, from the code. */
  reason: z.string().min(20),
  /** What a user of such a kernel suffers. */
  effect: z.string().min(20),
  /** What shows it. */
  shownBy: z.strictObject({
    workload: line,
    /** Of a workload of many programs: those that show it. */
    programs: z.array(line).min(1).optional(),
    /** How often, as it was measured: `3 of 3 tries`. */
    times: line,
    /** It shows whenever these run: a job without it is reported. */
    always: z.boolean(),
  }),
  /** Last day (UTC) on which it excuses anything, `2027-06-30`. */
  expires: z.iso.date(),
});
export type KnownIssue = z.output<typeof knownIssueSchema>;

/** Where something was seen. `series` is a stack (`spf-v12+spf-v12-fixes`), null for a base; `today` is as `expires`. */
export interface Scene {
  readonly series: string | null;
  /** Null when nobody knows: every issue of the series counts. */
  readonly arch: string | null;
  readonly workload: string;
  /** Of a workload of many programs: those that ran. */
  readonly programs: readonly string[];
  readonly today: string;
}

export interface Excused {
  readonly id: string;
  readonly reason: string;
  readonly count: number;
}

interface Signed {
  readonly signature: string;
}

/** Takes out what is known. */
export function excuse<T extends Signed>(
  seen: readonly T[],
  issues: readonly KnownIssue[],
  scene: Scene,
): { readonly fresh: T[]; readonly excused: Excused[] } {
  const mine = issues.filter((issue) => applies(issue, scene));
  const issueOf = ({ signature }: Signed) => mine.find((issue) => issue.signature.test(signature));
  const fresh = seen.filter((one) => issueOf(one) === undefined);
  const excused = mine.flatMap((issue) => {
    const count = seen.filter((one) => issueOf(one) === issue).length;
    return count === 0 ? [] : [{ id: issue.id, reason: issue.reason, count }];
  });
  return { fresh, excused };
}

/** Issues that every job of this kind shows and this one did not: mended unnoticed, or no longer looked for. */
export function unseenIssues(
  issues: readonly KnownIssue[],
  scene: Scene,
  excused: readonly Excused[],
): string[] {
  return issues
    .filter((issue) => applies(issue, scene))
    .filter(({ shownBy }) => shownBy.always && shownBy.workload === scene.workload)
    .filter(({ shownBy }) => shownBy.programs?.some((one) => scene.programs.includes(one)) ?? true)
    .map(({ id }) => id)
    .filter((id) => !excused.some((one) => one.id === id));
}

const applies = (issue: KnownIssue, scene: Scene): boolean =>
  concerns(issue, scene) && scene.today <= issue.expires;

/** Does such a kernel have the issue, expired or not? */
function concerns({ series, fixedBy, arch }: KnownIssue, scene: Scene): boolean {
  const stack = scene.series?.split('+') ?? [];
  const mended = fixedBy !== undefined && stack.includes(fixedBy);
  return stack.includes(series) && !mended && (scene.arch === null || (arch?.includes(scene.arch) ?? true));
}

/** An issue that no longer excuses anything. */
export interface SilentIssue {
  readonly id: string;
  readonly why: string;
}

/**
 * Issues of such a kernel that nothing matched, and those that have expired: what is fixed must leave the list, or it hides
 * its own return.
 *
 * @param seen everything that was found by all jobs; only a run that could have met an issue says something about it.
 */
export function silentIssues(
  seen: readonly Signed[],
  issues: readonly KnownIssue[],
  scene: Scene,
): SilentIssue[] {
  return issues
    .filter((issue) => concerns(issue, scene))
    .flatMap((issue): SilentIssue[] => {
      const count = seen.filter(({ signature }) => issue.signature.test(signature)).length;
      if (scene.today > issue.expires) {
        const still = count === 0 ? 'and matched nothing' : `and would have excused ${count}`;
        return [{ id: issue.id, why: `expired on ${issue.expires} ${still}` }];
      }
      return count === 0 ? [{ id: issue.id, why: 'matched nothing' }] : [];
    });
}
