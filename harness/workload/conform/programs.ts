import {
  operationNames,
  signatures,
  type Operation,
  type Program,
} from '../../model/address-space/operation.ts';
import { putVarint, VarintReader } from './varint.ts';

/** The binary form of programs (docs/address-space-model.md). */

/** First byte of a program: it maps files, which are made for it. */
const FILES = 1;

/** One program with its length before it, as the guest program reads it. */
export function encodeProgram(program: Program): Uint8Array {
  const bytes: number[] = [usesFiles(program) ? FILES : 0];
  for (const { name, args } of program) {
    bytes.push(operationNames.indexOf(name));
    for (const value of args) putVarint(bytes, value);
  }
  const framed = new Uint8Array(4 + bytes.length);
  new DataView(framed.buffer).setUint32(0, bytes.length, true);
  framed.set(bytes, 4);
  return framed;
}

export function encodePrograms(programs: readonly Program[]): Uint8Array {
  return Buffer.concat(programs.map(encodeProgram));
}

const FILE_ARGUMENT = 4;
const usesFiles = (program: Program): boolean =>
  program.some(({ name, args }) => name === 'mmap' && (args[FILE_ARGUMENT] ?? -1) >= 0);

/** The inverse of encodeProgram(). @throws RangeError for what is no program. */
export function decodeProgram(framed: Uint8Array): Program {
  const reader = new VarintReader(framed, 5);
  const program: Operation[] = [];
  while (!reader.done) {
    const name = operationNames[framed[reader.at++] ?? -1];
    if (name === undefined) throw new RangeError(`no operation at byte ${reader.at - 1}`);
    program.push({ name, args: signatures[name].map(() => reader.number()) });
  }
  return program;
}
