/** How often signs of life are looked for, in milliseconds. */
const interval = 1000;

/**
 * Call `silent` once when a machine has given no sign of life for `limit` seconds.
 *
 * The harness's own absence does not count: when the process was stopped or busy, or the host asleep, a late look adds
 * no more than two intervals to the silence.
 *
 * @param life a number that grows with every sign (bytes of console and connection).
 * @returns stops watching.
 */
export function watchSilence(limit: number, life: () => number, silent: () => void): () => void {
  let seen = life();
  let quiet = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    quiet += Math.min(now - last, 2 * interval);
    last = now;
    if (life() !== seen) quiet = 0;
    seen = life();
    if (quiet < limit * 1000) return;
    clearInterval(timer);
    silent();
  }, interval);
  return () => clearInterval(timer);
}
