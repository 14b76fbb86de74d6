import { watchSilence } from './silence.ts';

/** die() of every architecture numbers what it says: `Oops: … [#1]`, `invalid opcode: 0000 [#1]`. */
const oops = /\[#\d+\]/;

/** Longer than what `oops` matches, so that it is seen across two pieces of a console. */
const overlap = 32;

export interface StrickenOptions {
  /** Seconds of silence after the oops. */
  readonly limit: number;
  /** A number that grows with every sign of life that is none of the console's. */
  readonly life?: () => number;
}

/**
 * Call `silent` once when a kernel has oopsed and then, for `limit` seconds, neither it nor what it runs has said
 * anything: it has killed what holds a lock that the rest waits for, and will not get further. No need to wait for it as
 * long as for one that is merely slow.
 *
 * @param console from its start; read until it ends or the watch does.
 * @returns stops watching.
 */
export function watchStricken(
  console: AsyncIterable<Uint8Array>,
  { limit, life = () => 0 }: StrickenOptions,
  silent: () => void,
): () => void {
  let stopped = false;
  let stopSilence = () => undefined as void;
  const watch = async () => {
    let said = 0;
    let recent = '';
    let stricken = false;
    for await (const chunk of console) {
      if (stopped) return;
      said += chunk.length;
      if (stricken) continue;
      const text = recent + Buffer.from(chunk).toString('latin1');
      recent = text.slice(-overlap);
      stricken = oops.test(text);
      if (stricken) stopSilence = watchSilence(limit, () => said + life(), silent);
    }
    stopSilence();
  };
  void watch();
  return () => {
    stopped = true;
    stopSilence();
  };
}
