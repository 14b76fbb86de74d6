import type { Property } from '../../model/protocol/properties.ts';

/**
 * How a broken property of the model shows in a kernel: as a finding; as a store that goes well afterwards, a store that is refused, or a
 * store that is gone.
 */
export type Symptom =
  | { readonly kind: 'finding'; readonly words: string }
  | { readonly kind: 'still-writable' | 'refused' | 'lost' };

/** Properties that are not here show in nothing that a program or a detector sees at once. */
export const SYMPTOMS: Readonly<Partial<Record<Property, Symptom>>> = {
  P1: { kind: 'finding', words: 'use-after-free' },
  P2: { kind: 'finding', words: 'any' },
  P3: { kind: 'finding', words: 'any' },
  P4: { kind: 'finding', words: 'any' },
  P9: { kind: 'finding', words: 'any' },
  P11: { kind: 'still-writable' },
  P12: { kind: 'refused' },
  P15: { kind: 'lost' },
  P16: { kind: 'finding', words: 'any' },
};

/** The profile that sees it. */
export const profileFor = ({ kind }: Symptom): string => (kind === 'finding' ? 'kasan' : 'race');
