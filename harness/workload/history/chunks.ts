import { crc32 } from 'node:zlib';
import { CHUNK_BYTES_MOST, CHUNK_HEADER_BYTES } from './layout.ts';

export interface Chunk {
  readonly kind: number;
  readonly thread: number;
  readonly payload: DataView;
}

/**
 * Cuts a byte stream into chunks, however the bytes arrive. Damage ends it: after the first chunk whose length or CRC
 * is wrong, `doubt` says so and nothing more is cut.
 */
export class ChunkCutter {
  readonly #little: boolean;
  /** Pieces not yet cut, and their total length: joined only when a whole chunk is there. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  #wanted = CHUNK_HEADER_BYTES;
  /** Bytes of the stream before the pieces, for messages. */
  #offset: number;
  doubt: string | undefined;

  constructor(little: boolean, offset: number) {
    this.#little = little;
    this.#offset = offset;
  }

  /** The chunks that these bytes complete. */
  *push(bytes: Uint8Array): Generator<Chunk> {
    if (this.doubt !== undefined || bytes.byteLength === 0) return;
    this.#pieces.push(bytes);
    this.#held += bytes.byteLength;
    if (this.#held < this.#wanted) return;
    yield* this.#cut(join(this.#pieces, this.#held));
  }

  /** Bytes of a chunk that was never completed. */
  get left(): number {
    return this.#held;
  }

  *#cut(bytes: Uint8Array): Generator<Chunk> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    this.#wanted = CHUNK_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= bytes.byteLength) {
      const length = view.getUint32(at + 8, this.#little);
      if (length % 8 !== 0 || length > CHUNK_BYTES_MOST)
        return this.#stop(at, `a chunk claims ${length} bytes`);
      const body = at + CHUNK_HEADER_BYTES;
      if (body + length > bytes.byteLength) {
        this.#wanted = CHUNK_HEADER_BYTES + length;
        break;
      }
      const payload = bytes.subarray(body, body + length);
      if (crc32(payload) !== view.getUint32(at + 12, this.#little))
        return this.#stop(at, 'a chunk has a wrong CRC');
      yield {
        kind: view.getUint32(at, this.#little),
        thread: view.getUint32(at + 4, this.#little),
        payload: new DataView(bytes.buffer, bytes.byteOffset + body, length),
      };
      at = body + length;
    }
    this.#offset += at;
    this.#held = bytes.byteLength - at;
    this.#pieces = this.#held > 0 ? [bytes.subarray(at)] : [];
  }

  #stop(at: number, what: string): void {
    this.doubt = `${what} at byte ${this.#offset + at}: nothing after it counts`;
    this.#pieces = [];
    this.#held = 0;
  }
}

function join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces, bytes);
}
