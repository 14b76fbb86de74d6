import type { Arch, ArchId } from './types.ts';
import { x86_64 } from './x86_64.ts';

export type { Arch, ArchId } from './types.ts';

/** Architectures that the harness can build for and boot. */
export const arches: Partial<Record<ArchId, Arch>> = { x86_64 };

export function findArch(id: string): Arch | undefined {
  return Object.values(arches).find((arch) => arch.id === id);
}
