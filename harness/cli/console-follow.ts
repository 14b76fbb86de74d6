import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 250;
/** A report whose end is not marked is taken as ended after this silence. */
const silenceMs = 2000;

export interface Following {
  readonly onChunk: (chunk: Uint8Array) => void;
  readonly onSilence: () => void;
  readonly signal: AbortSignal;
}

/**
 * Reads a file and what is appended to it until the signal aborts; a file that became shorter was begun anew.
 *
 * @throws when the file cannot be opened or read.
 */
export async function followFile(file: string, { onChunk, onSilence, signal }: Following): Promise<void> {
  const handle = await open(file);
  const buffer = Buffer.alloc(64 * 1024);
  let position = 0;
  let silent = 0;
  try {
    while (!signal.aborted) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead > 0) {
        position += bytesRead;
        silent = 0;
        onChunk(buffer.subarray(0, bytesRead));
        continue;
      }
      if ((await handle.stat()).size < position) position = 0;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
      silent += pollMs;
      if (silent === silenceMs) onSilence();
    }
  } finally {
    await handle.close();
  }
}
