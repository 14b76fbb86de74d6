import type { Arch } from '../../arch/index.ts';
import type { Plan } from '../../plan/schema.ts';
import type { EachRecord } from '../../store/each-record.ts';

/** The small configuration that is made for this: kernel-config/profiles/each.config. */
export const EACH_PROFILE = 'each';

/** A series that is to be built patch by patch, with every option filled in. */
export interface EachRequest {
  readonly plan: Plan;
  readonly planSha256: string;
  /** How the plan was named on the command line, and what overruled it. */
  readonly planArgument: string;
  readonly overrides: readonly string[];
  readonly arches: readonly Arch[];
  readonly profile: string;
  readonly scope: EachRecord['scope'];
  /** Patches on top of the plan's series, as specs. */
  readonly extraSeries: readonly string[];
  /** Absolute path of the directory that gets a directory per run. */
  readonly outDir: string;
}

/** The command that does it again; arguments, not a shell string. */
export function repeatArguments({ planArgument, overrides, arches, profile, scope }: EachRequest): string[] {
  return [
    ...[
      'npx',
      'spf',
      'build',
      planArgument,
      '--each',
      ...(scope === 'touched' ? ['--touched'] : []),
      ...overrides,
    ],
    ...['--arch', ...arches.map(({ id }) => id)],
    ...(profile === EACH_PROFILE ? [] : ['--profile', profile]),
  ];
}
