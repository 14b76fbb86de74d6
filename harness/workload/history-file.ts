import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { RigError } from '../base/errors.ts';
import { ChunkWalk } from './history/walk.ts';

/**
 * A history that is written as it comes in, so that what the guest sent outlives the guest and us. Writes are
 * synchronous: what was received is in the kernel's hands before more is. A guest that dies leaves a chunk unfinished at
 * the end; it is taken off at the close, so that a file which ends inside a chunk was cut by somebody else.
 */
export class HistoryFile {
  readonly file: string;
  readonly #descriptor: number;
  readonly #walk = new ChunkWalk();
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
      this.#walk.push(chunk);
      this.size += chunk.byteLength;
      return true;
    } catch (error) {
      this.#failure = error;
      return false;
    }
  }

  /** @throws RigError when a write failed: a history with a hole must not be judged as if it were whole. */
  close(): void {
    try {
      if (this.#failure === undefined && this.#walk.whole < this.size) {
        ftruncateSync(this.#descriptor, this.#walk.whole);
        this.size = this.#walk.whole;
      }
    } catch (error) {
      this.#failure = error;
    }
    closeSync(this.#descriptor);
    if (this.#failure !== undefined)
      throw new RigError(`cannot write ${this.file}`, { cause: this.#failure });
  }
}
