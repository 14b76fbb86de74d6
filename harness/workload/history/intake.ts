import type { HistoryHeader, HistoryRecord } from '../../model/history/types.ts';
import { Admission, refused } from './admit.ts';
import type { Chunk } from './chunks.ts';
import { CHUNK, NO_THREAD, RECORD_BYTES } from './layout.ts';
import { decodeRecord } from './record.ts';

/** Roles of the `roles` chunk, by number. */
export const ROLES: Readonly<Record<number, string>> = {
  1: 'faulter',
  2: 'mapper',
  3: 'forker',
  4: 'observer',
};

/** What a history's chunks amount to besides the records, and whether they keep the rules of the format. */
export class Intake {
  readonly #header: HistoryHeader;
  readonly #little: boolean;
  readonly #admission: Admission;
  readonly #pending = new Map<number, HistoryRecord>();
  readonly roles: string[] = [];
  complete = false;
  #chunks = 0;

  constructor(header: HistoryHeader) {
    this.#header = header;
    this.#little = header.byteOrder === 'little';
    this.#admission = new Admission(header);
  }

  get completeUntil(): bigint {
    return this.#admission.completeUntil;
  }

  /** Chunks so far. */
  get chunks(): number {
    return this.#chunks;
  }

  /** A thread is in one call at a time: its latest pending record stands unless the call's own record came. */
  get pending(): HistoryRecord[] {
    return [...this.#pending.values()].filter(
      ({ thread, sequence }) => this.#admission.count(thread) <= sequence,
    );
  }

  /** @returns in words what is wrong with the chunk; null when it is taken. */
  take(chunk: Chunk): string | null {
    if (this.complete) return 'it stands after the end';
    if (this.#chunks++ > 0) return this.#takeKind(chunk);
    return chunk.kind === CHUNK.roles ? this.#takeRoles(chunk) : 'the roles are not first';
  }

  #takeKind(chunk: Chunk): string | null {
    switch (chunk.kind) {
      case CHUNK.records:
      case CHUNK.pending:
        return this.#takeRecords(chunk);
      case CHUNK.progress:
        if (chunk.thread !== NO_THREAD || chunk.payload.byteLength !== 16) return 'a misshapen progress mark';
        return this.#admission.progress(chunk.payload.getBigUint64(0, this.#little));
      case CHUNK.end:
        if (chunk.thread !== NO_THREAD || chunk.payload.byteLength !== 0) return 'a misshapen end mark';
        this.complete = true;
        return null;
      case CHUNK.roles:
        return 'the roles stand there twice';
      default:
        return `its kind ${chunk.kind} is unknown`;
    }
  }

  #takeRecords({ kind, thread, payload }: Chunk): string | null {
    if (thread >= this.#header.threads)
      return `it is of thread ${thread}, but there are ${this.#header.threads} threads`;
    const before = this.#admission.count(thread);
    const wrong = refused(payload, (at) =>
      kind === CHUNK.records
        ? this.#admission.record(payload, at, thread)
        : this.#admission.pending(payload, at, thread),
    );
    if (wrong !== null)
      return kind === CHUNK.records
        ? `record ${before + wrong.index} of thread ${thread}: ${wrong.why}`
        : `a pending record of thread ${thread}: ${wrong.why}`;
    if (kind === CHUNK.pending && payload.byteLength > 0)
      this.#pending.set(thread, decodeRecord(payload, payload.byteLength - RECORD_BYTES, this.#little));
    return null;
  }

  #takeRoles({ thread, payload }: Chunk): string | null {
    if (thread !== NO_THREAD || payload.byteLength !== this.#header.threads * 8)
      return `roles of ${this.#header.threads} threads are ${payload.byteLength} bytes`;
    for (let at = 0; at < payload.byteLength; at += 8) {
      const role = ROLES[Number(payload.getBigUint64(at, this.#little))];
      if (role === undefined) return `role ${payload.getBigUint64(at, this.#little)} is unknown`;
      this.roles.push(role);
    }
    return null;
  }
}
