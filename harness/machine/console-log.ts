import { EventEmitter, once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * A machine's console: every byte goes to a file at once and to any number of readers, each of which gets it all from
 * the start. Nothing is kept in memory, and a crash of the harness loses nothing that it was given.
 */
export interface ConsoleLog extends AsyncIterable<Uint8Array> {
  readonly path: string;
  /** Bytes so far. */
  readonly length: number;
  /** @throws what write(2) says, a full disk among others. */
  append(chunk: Uint8Array): void;
  /** No more will come: readers end after the last byte. */
  end(): void;
  /** The last bytes as text, for messages. */
  tail(bytes?: number): Promise<string>;
}

const readSize = 64 * 1024;

export function createConsoleLog(path: string): ConsoleLog {
  const file = openSync(path, 'w');
  const news = new EventEmitter().setMaxListeners(0);
  let length = 0;
  let ended = false;

  async function* follow(): AsyncGenerator<Uint8Array> {
    const reader = await open(path);
    try {
      for (let position = 0; ;) {
        const { bytesRead, buffer } = await reader.read(new Uint8Array(readSize), 0, readSize, position);
        position += bytesRead;
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
        else if (position >= length && ended) return;
        else if (position >= length) await once(news, 'more');
      }
    } finally {
      await reader.close();
    }
  }

  return {
    path,
    get length() {
      return length;
    },
    append: (chunk) => {
      for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
      length += chunk.length;
      news.emit('more');
    },
    end: () => {
      if (ended) return;
      ended = true;
      closeSync(file);
      news.emit('more');
    },
    tail: async (bytes = 4096) => {
      const reader = await open(path);
      try {
        const from = Math.max(0, length - bytes);
        const { bytesRead, buffer } = await reader.read(Buffer.alloc(bytes), 0, bytes, from);
        return buffer.subarray(0, bytesRead).toString('utf8');
      } finally {
        await reader.close();
      }
    },
    [Symbol.asyncIterator]: follow,
  };
}
