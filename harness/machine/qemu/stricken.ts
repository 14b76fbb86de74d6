import type { ConsoleLog } from '../console-log.ts';
import { watchSilence } from '../silence.ts';

/** die() of every architecture numbers what it says: `Oops: … [#1]`, `invalid opcode: 0000 [#1]`. */
const oops = /\[#\d+\]/;

/**
 * Call `silent` when a kernel has oopsed and then said nothing for `limit` seconds. On the way up that is a kernel which
 * has killed what was to answer: no need to wait for it as long as for one that is merely slow.
 *
 * @returns stops watching.
 */
export function watchStricken(
  console: Pick<ConsoleLog, 'length' | 'tail'>,
  limit: number,
  silent: () => void,
): () => void {
  let stop = () => undefined as void;
  let stopped = false;
  const watch = () => {
    if (stopped) return;
    stop = watchSilence(
      limit,
      () => console.length,
      () => void console.tail(console.length).then((text) => (oops.test(text) ? silent() : watch())),
    );
  };
  watch();
  return () => {
    stopped = true;
    stop();
  };
}
