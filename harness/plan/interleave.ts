/**
 * The order in which variants are booted, a list a round. Each round begins with another variant, so that none has the
 * best place always, and after each cycle the direction turns, so that none follows always the same one. The seed decides where
 * it begins.
 */
export function interleave<T>(variants: readonly T[], rounds: number, seed: number): T[][] {
  const count = variants.length;
  return Array.from({ length: rounds }, (_, n) => {
    const place = (seed % (2 * count)) + n;
    const step = Math.floor(place / count) % 2 === 0 ? 1 : count - 1;
    return variants.map((_, at) => variants[(place + at * step) % count]!);
  });
}
