import { z } from 'zod';
import { RigError } from '../../base/errors.ts';
import { VarintReader } from './varint.ts';

/** What `conform` says, in its own words. */

const startSchema = z.object({
  release: z.string(),
  pageSize: z.number(),
  base: z.number(),
  startBrk: z.number(),
  /** Address where the VMA of the C library's heap begins; 0 when it has none. */
  heapStart: z.number(),
  memlock: z.number(),
  stack: z.number(),
  ksm: z.boolean(),
  thp: z.boolean(),
  pkeys: z.boolean(),
  zeroPage: z.boolean(),
});
export type ConformStart = z.infer<typeof startSchema>;

export interface ObservedStep {
  readonly result: number;
  readonly maps: number;
  readonly contents: number;
  /** Only where it was asked for: lines of /proc/self/maps, then `page=word` of what can be read. */
  readonly text?: string;
}

const ENDINGS = ['done', 'died', 'timed-out'] as const;

export interface ObservedProgram {
  readonly ending: (typeof ENDINGS)[number];
  /** Number of the signal that it died of; 0 for none. */
  readonly signal: number;
  readonly steps: readonly ObservedStep[];
}

/** Takes the program's output as it comes and gives the results one after the other. */
export class ResultReader {
  readonly #full: boolean;
  #rest: Buffer = Buffer.alloc(0);
  start: ConformStart | undefined;
  constructor(full: boolean) {
    this.#full = full;
  }

  /** @throws RigError for what `conform` cannot have said. */
  push(chunk: Uint8Array): ObservedProgram[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.start === undefined && !this.#readStart()) return [];
    const programs: ObservedProgram[] = [];
    let at = 0;
    for (; this.#rest.length - at >= 4;) {
      const end = at + 4 + this.#rest.readUInt32LE(at);
      if (this.#rest.length < end) break;
      programs.push(this.#readProgram(this.#rest.subarray(at + 4, end)));
      at = end;
    }
    this.#rest = this.#rest.subarray(at);
    return programs;
  }

  #readStart(): boolean {
    const newline = this.#rest.indexOf('\n');
    if (newline < 0) return false;
    const line = this.#rest.subarray(0, newline).toString();
    this.#rest = this.#rest.subarray(newline + 1);
    try {
      this.start = startSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new RigError(`conform began with "${line.slice(0, 200)}"`, { cause });
    }
    return true;
  }

  #readProgram(bytes: Uint8Array): ObservedProgram {
    const ending = ENDINGS[bytes[0] ?? -1];
    if (ending === undefined) throw new RigError(`conform ended a program with ${bytes[0]}`);
    const reader = new VarintReader(bytes, 2);
    const steps: ObservedStep[] = [];
    try {
      while (!reader.done) {
        const step = { result: reader.number(), maps: reader.uint32(), contents: reader.uint32() };
        steps.push(this.#full ? { ...step, text: reader.text(reader.number()) } : step);
      }
    } catch (error) {
      // A program that died may have died while it told something.
      if (ending === 'done')
        throw new RigError('conform told of a program and did not finish', { cause: error });
    }
    return { ending, signal: bytes[1] ?? 0, steps };
  }
}
