import type { ConsoleLog } from '../console-log.ts';

const telling = [/Kernel panic - not syncing: .*/, /spf-init: .*/];

/** The line near the console's end that says why the guest ended, without its time stamp. */
export async function lastWords(console: ConsoleLog): Promise<string | undefined> {
  const tail = await console.tail(64 * 1024);
  return telling.map((pattern) => pattern.exec(tail)?.[0].trim()).find((line) => line !== undefined);
}
