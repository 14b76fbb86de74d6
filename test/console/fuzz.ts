import { readFileSync, readdirSync } from 'node:fs';
import { findingSchema } from '../../harness/console/finding.ts';
import { createConsoleReader } from '../../harness/console/reader.ts';
import { bytesOfLog, recordedLogs } from './corpus/logs.ts';
import { samples as heads } from './patterns/table-samples.ts';

/** Numbers in [0, 2^32) from a seed (xorshift32): a failure is repeated by its seed. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const directory = new URL('samples/', import.meta.url);
const seeds: readonly Buffer[] = [
  ...readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(new URL(name, directory))),
  ...(recordedLogs ?? []).map((log) => Buffer.from(bytesOfLog(log))),
];
const words = [
  ...heads.map(([head]) => head),
  ...['Call Trace:', ' f+0x1/0x2', '[    1.000000][  T1] ', '[    2.000000][  C0] ', '---[ end trace 1 ]---'],
  ...[
    'Linux version 5.10.1 (',
    '\u001b[2J',
    '\0',
    '\r\n',
    '\ufffd',
    'Allocated by task 1:',
    'RIP: 0010:f+0x',
  ],
  ...['[<', '(', ' at: ', 'Rebooting in 1 seconds..', 'x'.repeat(3000), 'at: '.repeat(400)],
].map((word) => Buffer.from(word));

type Mutation = (bytes: Buffer, random: (below: number) => number) => Buffer;
const mutations: readonly Mutation[] = [
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let times = random(16); times >= 0; times--) copy[random(copy.length)] = random(256);
    return copy;
  },
  (bytes, random) => splice(bytes, random(bytes.length), random(200), Buffer.alloc(0)),
  (bytes, random) => splice(bytes, random(bytes.length), 0, words[random(words.length)] ?? Buffer.alloc(0)),
  (bytes, random) => {
    const from = random(bytes.length);
    return splice(bytes, random(bytes.length), 0, bytes.subarray(from, from + random(400)));
  },
  (bytes, random) => splice(bytes, random(bytes.length), 1, Buffer.from('\n')),
];

/** One mutated input: a piece of a recorded console (8 KiB at most), changed in up to eight ways. */
export function mutate(random: (below: number) => number): Buffer {
  const seed = seeds[random(seeds.length)] ?? Buffer.alloc(1);
  const start = random(seed.length);
  let bytes: Buffer = Buffer.from(seed.subarray(start, start + 1 + random(8192)));
  for (let times = random(8); times >= 0 && bytes.length > 0; times--)
    bytes = mutations[random(mutations.length)]?.(bytes, random) ?? bytes;
  return bytes;
}

function splice(bytes: Buffer, at: number, remove: number, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

/** Reads an input in chunks; throws when a finding is not as its schema says. */
export function readMutated(bytes: Buffer, random: (below: number) => number): number {
  const reader = createConsoleReader();
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random(4096);
    reader.push(bytes.subarray(at, at + size));
    at += size;
  }
  const { findings } = reader.end();
  for (const finding of findings) findingSchema.parse(finding);
  return findings.length;
}
