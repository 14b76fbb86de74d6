import type { HistoryHeader, HistoryRecord } from '../../model/history/types.ts';
import { Admission } from './admit.ts';
import type { Chunk } from './chunks.ts';
import { Fields } from './fields.ts';
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
  readonly #pending: HistoryRecord[][];
  readonly roles: string[] = [];
  complete = false;
  /** The last progress mark, 0 before the first. */
  completeUntil = 0n;
  /** The first record's start: stamps are counted from there. */
  base: bigint | undefined;
  #fields: Fields | undefined;
  readonly #found: (record: Fields) => void;
  #chunks = 0;

  /** @param found is told of every record that is taken; it is one object, which changes. */
  constructor(header: HistoryHeader, found: (record: Fields) => void) {
    this.#found = found;
    this.#header = header;
    this.#little = header.byteOrder === 'little';
    this.#admission = new Admission(header);
    this.#pending = Array.from({ length: header.threads }, () => []);
  }

  /** Chunks so far. */
  get chunks(): number {
    return this.#chunks;
  }

  /**
   * Calls whose own records did not come. A thread may have two: the drainer writes what it is in before it empties its
   * ring, and where the guest dies between the two, the call that the round before told of has ended unseen.
   */
  get pending(): HistoryRecord[] {
    return this.#pending.flatMap((_, thread) => this.#open(thread));
  }

  #open(thread: number): HistoryRecord[] {
    return this.#pending[thread]!.filter(({ sequence }) => this.#admission.count(thread) <= sequence);
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
        return this.#takeProgress(chunk.payload.getBigUint64(0, this.#little));
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

  #takeProgress(tick: bigint): string | null {
    const before = this.completeUntil;
    if (tick < before) return `progress goes back from ${before} to ${tick}`;
    this.completeUntil = tick;
    if (this.base !== undefined) this.#admission.progress(Number(tick - this.base));
    return null;
  }

  #takeRecords({ kind, thread, payload }: Chunk): string | null {
    if (thread >= this.#header.threads)
      return `it is of thread ${thread}, but there are ${this.#header.threads} threads`;
    if (payload.byteLength % RECORD_BYTES !== 0) return `${payload.byteLength} bytes are no whole records`;
    if (payload.byteLength === 0) return null;
    const fields = (this.#fields ??= this.#fieldsFrom(payload));
    const finished = kind === CHUNK.records;
    for (let at = 0; at < payload.byteLength; at += RECORD_BYTES) {
      fields.decode(payload, at);
      const odd = finished ? this.#admission.record(fields, thread) : this.#admission.pending(fields, thread);
      if (odd !== null)
        return finished
          ? `record ${this.#admission.count(thread)} of thread ${thread}: ${odd}`
          : `a pending record of thread ${thread}: ${odd}`;
      if (finished) this.#found(fields);
    }
    if (!finished) this.#suspend(decodeRecord(payload, payload.byteLength - RECORD_BYTES, this.#little));
    return null;
  }

  /** A call is told of in every round that finds it under way. */
  #suspend(call: HistoryRecord): void {
    const others = this.#open(call.thread).filter(({ sequence }) => sequence !== call.sequence);
    this.#pending[call.thread] = [...others, call];
  }

  /** Stamps are counted from the first record that is there. */
  #fieldsFrom(payload: DataView): Fields {
    this.base = decodeRecord(payload, 0, this.#little).start;
    if (this.completeUntil !== 0n) this.#admission.progress(Number(this.completeUntil - this.base));
    return new Fields(this.#little, this.base);
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
