import { crc32 } from 'node:zlib';
import { CHUNK_BYTES_MOST, CHUNK_HEADER_BYTES } from './layout.ts';

export interface Chunk {
  readonly kind: number;
  readonly thread: number;
  readonly payload: DataView;
  /** Where the payload begins in the stream. */
  readonly offset: number;
}

/** Bytes of a chunk's header that its CRC covers: all but the CRC. */
export const COVERED = CHUNK_HEADER_BYTES - 4;

/** The CRC that a chunk carries, from that of the chunk before it (of the first: of the history's header). */
export const chained = (before: number, head: Uint8Array, payload: Uint8Array): number =>
  crc32(payload, crc32(head.subarray(0, COVERED), before));

/**
 * Cuts a byte stream into chunks, however the bytes arrive. Each chunk's CRC goes on from the one before, so a chunk
 * that is changed, missing, moved or of another history is noticed there: `fault` then says so and nothing more is cut.
 */
export class ChunkCutter {
  readonly #little: boolean;
  #crc: number;
  /** Pieces not yet cut, and their total length: joined only when a whole chunk is there. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  #wanted = CHUNK_HEADER_BYTES;
  /** Bytes of the stream before the pieces. */
  #offset: number;
  fault: string | undefined;

  /** @param header the history's first bytes, up to the first chunk. */
  constructor(header: Uint8Array, little: boolean) {
    this.#little = little;
    this.#offset = header.byteLength;
    this.#crc = crc32(header);
  }

  /** The chunks that these bytes complete; what is left of them is kept. */
  *push(bytes: Uint8Array): Generator<Chunk> {
    if (this.fault !== undefined || bytes.byteLength === 0) return;
    this.#pieces.push(bytes);
    this.#held += bytes.byteLength;
    if (this.#held < this.#wanted) return;
    const all = join(this.#pieces, this.#held);
    const before = this.#offset;
    yield* this.cut(all);
    if (this.fault !== undefined) return;
    this.#held = all.byteLength - (this.#offset - before);
    this.#pieces = this.#held > 0 ? [all.subarray(all.byteLength - this.#held)] : [];
  }

  /** Bytes of a chunk that was never completed. */
  get left(): number {
    return this.#held;
  }

  /** Where the first chunk begins that is not complete. */
  get offset(): number {
    return this.#offset;
  }

  /** The whole chunks at the beginning of `bytes`; nothing is kept, `offset` says how far they went. */
  *cut(bytes: Uint8Array): Generator<Chunk> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#wanted = CHUNK_HEADER_BYTES;
    for (let at = 0; at + CHUNK_HEADER_BYTES <= bytes.byteLength;) {
      const length = view.getUint32(at + 8, this.#little);
      if (length % 8 !== 0 || length > CHUNK_BYTES_MOST)
        return this.#stop(this.#offset, `a chunk claims ${length} bytes`);
      const body = at + CHUNK_HEADER_BYTES;
      if (body + length > bytes.byteLength) {
        this.#wanted = CHUNK_HEADER_BYTES + length;
        return;
      }
      const crc = chained(this.#crc, bytes.subarray(at, body), bytes.subarray(body, body + length));
      if (crc !== view.getUint32(at + 12, this.#little))
        return this.#stop(this.#offset, 'a chunk is damaged, missing, moved or of another history');
      this.#crc = crc;
      const offset = this.#offset + CHUNK_HEADER_BYTES;
      at = body + length;
      this.#offset = offset + length;
      yield {
        kind: view.getUint32(body - CHUNK_HEADER_BYTES, this.#little),
        thread: view.getUint32(body - CHUNK_HEADER_BYTES + 4, this.#little),
        payload: new DataView(bytes.buffer, bytes.byteOffset + body, length),
        offset,
      };
    }
  }

  #stop(at: number, what: string): void {
    this.fault = `${what} at byte ${at}`;
    this.#pieces = [];
    this.#held = 0;
  }
}

function join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces, bytes);
}
