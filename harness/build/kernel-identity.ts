import { digestOf } from '../base/digest.ts';
import { countingFlags } from './kernel-notes.ts';
import { renderAsks, type Ask } from '../kconfig/fragment.ts';
import type { KernelRequest } from './kernel-types.ts';

export interface KernelIdentity {
  readonly key: string;
  /** Name of the directory in the cache; begins with what a person looks for. */
  readonly name: string;
  /** What `uname -r` ends with; unique to the key, so that a machine proves which kernel answers. */
  readonly localversion: string;
}

/** Changes when what we make of the same input changes: older builds are then not taken for it. */
const recipe = 1;

/** `uname -r` holds 64 characters (__NEW_UTS_LEN, include/uapi/linux/utsname.h) and begins with the version. */
const labelLength = 20;

/** Two builds of one identity are the same kernel; everything that can change the outcome goes in. */
export function identify(
  {
    tree,
    arch,
    profile,
    label,
    counted = [],
  }: Pick<KernelRequest, 'tree' | 'arch' | 'profile' | 'label' | 'counted'>,
  asks: readonly Ask[],
  toolchain: string,
): KernelIdentity {
  const name = safeLabel(label);
  const input = [
    recipe,
    tree.key,
    arch.kernel,
    arch.kernelTarget,
    profile,
    name,
    renderAsks(asks),
    toolchain,
    ...(counted.length === 0 ? [] : [counted.join(), ...countingFlags]),
  ];
  const key = digestOf(input);
  const prefix = name.startsWith('spf') ? '' : 'spf-';
  return {
    key,
    name: `${arch.kernel}-${profile}-${name}-${key.slice(0, 12)}`,
    localversion: `-${prefix}${name}-${profile}-${key.slice(0, 8)}`,
  };
}

function safeLabel(label: string): string {
  const safe = label.replaceAll(/[^A-Za-z0-9.]+/g, '-').slice(0, labelLength);
  return safe.replaceAll(/^[-.]+|[-.]+$/g, '') || 'kernel';
}
