import type { End, EndReason } from './types.ts';

/** Why a machine ended: the first reason is kept, and told when the machine is really gone. */
export interface Ending {
  /** Record a reason; without effect when there is one already. */
  because(reason: EndReason, detail: string): void;
  readonly known: End | undefined;
  /** The machine is gone: tell the reason, with a better sentence when its last words give one. */
  gone(words?: (end: End) => string): void;
  readonly promise: Promise<End>;
}

export function createEnding(): Ending {
  const { promise, resolve } = Promise.withResolvers<End>();
  let known: End | undefined;
  return {
    because: (reason, detail) => void (known ??= { reason, detail }),
    get known() {
      return known;
    },
    gone: (words = ({ detail }) => detail) => {
      const end = (known ??= { reason: 'lost', detail: 'the machine went away' });
      resolve((known = { reason: end.reason, detail: words(end) }));
    },
    promise,
  };
}
