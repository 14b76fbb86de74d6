import { detectorsIn } from '../verdict/index.ts';
import type { KernelRecord } from '../store/record.ts';
import type { BuiltKernel } from './kernel-types.ts';

/** What a build does not know of itself: where its tree came from. */
export type KernelOrigin = Pick<KernelRecord, 'id' | 'base' | 'series' | 'rules' | 'patches'>;

/** The kernel's part of the run record. */
export function kernelRecord(built: BuiltKernel, origin: KernelOrigin): KernelRecord {
  const { asked, got, dropped } = built.symbols;
  return {
    ...origin,
    arch: built.arch,
    profile: built.profile,
    release: built.release,
    configHash: built.configHash,
    compiler: built.compiler,
    symbols: {
      asked,
      got,
      dropped: dropped.map(({ symbol, asked, reason }) => ({ symbol, asked, reason })),
    },
    detectors: detectorsIn(built.settings),
    warnings: built.addedWarnings?.map(({ file, line, text }) => ({ file, line, text })) ?? null,
    buildSeconds: built.seconds,
    cached: built.cached,
    files: { image: built.image, vmlinux: built.vmlinux, config: built.config },
  };
}
