import { closeSync, openSync, writeSync } from 'node:fs';
import { RigError } from '../base/errors.ts';

/**
 * A history that is written as it comes in, so that what the guest sent outlives the guest and us. Writes are
 * synchronous: a chunk that was received is in the kernel's hands before the next one is.
 */
export class HistoryFile {
  readonly file: string;
  readonly #descriptor: number;
  #failure: unknown;
  /** Bytes written. */
  size = 0;

  /** @throws RigError when it cannot be created. */
  constructor(file: string) {
    this.file = file;
    try {
      this.#descriptor = openSync(file, 'w');
    } catch (cause) {
      throw new RigError(`cannot create ${file}`, { cause });
    }
  }

  /** Never throws: it is called from a stream's callback. @returns false when the disk does not take it any more. */
  write(chunk: Uint8Array): boolean {
    if (this.#failure !== undefined) return false;
    try {
      for (let at = 0; at < chunk.byteLength;) at += writeSync(this.#descriptor, chunk, at);
      this.size += chunk.byteLength;
      return true;
    } catch (error) {
      this.#failure = error;
      return false;
    }
  }

  /** @throws RigError when a write failed: a history with a hole must not be judged as if it were whole. */
  close(): void {
    closeSync(this.#descriptor);
    if (this.#failure !== undefined)
      throw new RigError(`cannot write ${this.file}`, { cause: this.#failure });
  }
}
