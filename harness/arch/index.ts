import { ppc64, ppc64With4kPages, ppc64WithHash } from './ppc64.ts';
import { ppc64le, ppc64leWith4kPages, ppc64leWithHash } from './ppc64le.ts';
import type { Arch, ArchId } from './types.ts';
import { x86_64 } from './x86_64.ts';

export type { Arch, ArchId, Userland } from './types.ts';

/** Architectures that the harness can build for and boot, and their variants. */
export const arches: Readonly<Record<ArchId, Arch>> = {
  x86_64,
  ppc64,
  'ppc64-4k': ppc64With4kPages,
  'ppc64-hash': ppc64WithHash,
  ppc64le,
  'ppc64le-4k': ppc64leWith4kPages,
  'ppc64le-hash': ppc64leWithHash,
};

export function findArch(id: string): Arch | undefined {
  return Object.values(arches).find((arch) => arch.id === id);
}
