import { findArch } from '../arch/index.ts';
import { detectors, type Detector } from './detectors.ts';

/** Of a kernel record, what decides which bugs it could have noticed. */
export interface SeeingKernel {
  readonly arch: string;
  readonly profile: string;
  /** Undefined where the configuration is not known (a prebuilt kernel, a record of before). */
  readonly detectors?: readonly string[] | undefined;
  readonly symbols: { readonly dropped: readonly { readonly symbol: string; readonly reason: string }[] };
}

/** What runs on one architecture could have seen and what not, in sentences without a full stop. */
export interface Sight {
  readonly watched: string[];
  readonly blind: string[];
}

const emulated =
  "weak memory was not looked at: under TCG the host's stronger order holds, so none of this architecture's reorderings happened; the protocol model's weak-memory mode is what covers them";
const unknown = 'what this kernel has to notice bugs with is not known: its configuration is not ours';

/**
 * @param kernels those of one architecture.
 * @param accelerations how its guests ran: `tcg`, `kvm`.
 */
export function sightOf(
  arch: string,
  kernels: readonly SeeingKernel[],
  accelerations: readonly string[],
): Sight {
  const row = findArch(arch);
  const blind: string[] = [];
  const watched: string[] = [];
  const off: string[] = [];
  if (kernels.some((kernel) => kernel.detectors === undefined)) blind.push(unknown);
  const known = kernels.filter((kernel) => kernel.detectors !== undefined);
  for (const detector of known.length === 0 ? [] : detectors) {
    const without = row?.ineffective?.[detector.symbol];
    const profiles = known
      .filter((kernel) => kernel.detectors?.includes(detector.symbol) === true)
      .map(({ profile }) => profile);
    if (profiles.length > 0 && without === undefined) watched.push(seen(detector, profiles));
    else {
      const why = profiles.length > 0 ? without : reasonOf(detector, known);
      if (why === undefined) off.push(`${detector.watches} (${detector.title})`);
      else blind.push(`${detector.watches}: ${detector.title} ${why}`);
    }
  }
  if (off.length > 0) blind.push(`switched off in these kernels: ${off.join(', ')}`);
  if (row?.weaklyOrdered === true && accelerations.includes('tcg')) blind.push(emulated);
  return { watched, blind };
}

const seen = ({ title, watches }: Detector, profiles: readonly string[]): string =>
  `${watches}: ${title} (${[...new Set(profiles)].join(', ')})`;

function reasonOf({ symbol }: Detector, kernels: readonly SeeingKernel[]): string | undefined {
  const dropped = kernels
    .flatMap((kernel) => kernel.symbols.dropped)
    .find((entry) => entry.symbol.replace(/^CONFIG_/, '') === symbol);
  return dropped && `is not available on this base (${dropped.reason})`;
}
