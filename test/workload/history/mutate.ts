import { CHUNK_HEADER_BYTES, HEADER_BYTES } from '../../../harness/workload/history/layout.ts';

/** Where the chunks of a well-formed history stand, headers included. */
export function chunkSpans(bytes: Uint8Array, little = true): { from: number; to: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const spans = [];
  for (let from = HEADER_BYTES; from < bytes.length;) {
    const to = from + CHUNK_HEADER_BYTES + view.getUint32(from + 8, little);
    spans.push({ from, to });
    from = to;
  }
  return spans;
}

/** Ways to spoil the bytes of `whole`; `other` is another history. Null where there is nothing to spoil that way. */
export type Mutation = (whole: Uint8Array, other: Uint8Array, chance: () => number) => Uint8Array | null;

const below = (chance: () => number, most: number): number => Math.floor(chance() * most);
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

function changed(whole: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const bytes = Uint8Array.from(whole);
  bytes[at] = change(bytes[at]!);
  return bytes;
}

/** Two different chunks, the earlier one first. */
function twoChunks(whole: Uint8Array, chance: () => number) {
  const spans = chunkSpans(whole);
  if (spans.length < 3) return null;
  const [a, b] = [below(chance, spans.length), below(chance, spans.length)].sort((x, y) => x - y);
  return a === b ? null : { a: spans[a!]!, b: spans[b!]! };
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'cut inside the header': (whole, _, chance) => whole.subarray(0, below(chance, HEADER_BYTES)),
  'cut behind the header': (whole) => whole.subarray(0, HEADER_BYTES),
  'cut inside a chunk': (whole, _, chance) => {
    const { from, to } = chunkSpans(whole)[below(chance, chunkSpans(whole).length)]!;
    return whole.subarray(0, from + 1 + below(chance, to - from - 1));
  },
  'a bit flipped': (whole, _, chance) =>
    changed(whole, below(chance, whole.length), (byte) => byte ^ (1 << below(chance, 8))),
  'a bit of the header flipped': (whole, _, chance) =>
    changed(whole, below(chance, HEADER_BYTES), (byte) => byte ^ (1 << below(chance, 8))),
  'a bit of a chunk header flipped': (whole, _, chance) => {
    const { from } = chunkSpans(whole)[below(chance, chunkSpans(whole).length)]!;
    return changed(whole, from + below(chance, 16), (byte) => byte ^ (1 << below(chance, 8)));
  },
  'bytes overwritten': (whole, _, chance) => {
    const bytes = Uint8Array.from(whole);
    const at = below(chance, bytes.length);
    for (let n = below(chance, 64); n >= 0 && at + n < bytes.length; n--) bytes[at + n] = below(chance, 256);
    return bytes;
  },
  'bytes missing': (whole, _, chance) => {
    const at = below(chance, whole.length);
    return joined(whole.subarray(0, at), whole.subarray(at + 1 + below(chance, 100)));
  },
  'bytes inserted': (whole, _, chance) => {
    const at = below(chance, whole.length);
    const more = Uint8Array.from({ length: 1 + below(chance, 100) }, () => below(chance, 256));
    return joined(whole.subarray(0, at), more, whole.subarray(at));
  },
  'bytes behind the end': (whole, _, chance) =>
    joined(
      whole,
      Uint8Array.from({ length: 1 + below(chance, 100) }, () => below(chance, 256)),
    ),
  'a chunk missing': (whole, _, chance) => {
    const spans = chunkSpans(whole);
    const { from, to } = spans[below(chance, spans.length - 1)]!;
    return joined(whole.subarray(0, from), whole.subarray(to));
  },
  'a chunk twice': (whole, _, chance) => {
    const spans = chunkSpans(whole);
    const { from, to } = spans[below(chance, spans.length)]!;
    return joined(whole.subarray(0, to), whole.subarray(from, to), whole.subarray(to));
  },
  'two chunks in each other’s place': (whole, _, chance) => {
    const two = twoChunks(whole, chance);
    if (two === null) return null;
    const { a, b } = two;
    return joined(
      whole.subarray(0, a.from),
      whole.subarray(b.from, b.to),
      whole.subarray(a.to, b.from),
      whole.subarray(a.from, a.to),
      whole.subarray(b.to),
    );
  },
  'two records in each other’s place': (whole, _, chance) => {
    const records = chunkSpans(whole).filter(({ from, to }) => whole[from] === 1 && to - from >= 16 + 128);
    const span = records[below(chance, records.length)];
    if (span === undefined) return null;
    const count = (span.to - span.from - 16) / 64;
    const first = span.from + 16 + 64 * below(chance, count - 1);
    const bytes = Uint8Array.from(whole);
    bytes.set(whole.subarray(first + 64, first + 128), first);
    bytes.set(whole.subarray(first, first + 64), first + 64);
    return bytes;
  },
  'goes on as another history': (whole, other, chance) => {
    const here = chunkSpans(whole);
    const there = chunkSpans(other);
    return joined(
      whole.subarray(0, here[below(chance, here.length)]!.to),
      other.subarray(there[below(chance, there.length)]!.from),
    );
  },
  'a chunk of another history in its place': (whole, other, chance) => {
    const here = chunkSpans(whole);
    const there = chunkSpans(other);
    const { from, to } = here[below(chance, here.length)]!;
    const with_ = there[below(chance, there.length)]!;
    return joined(whole.subarray(0, from), other.subarray(with_.from, with_.to), whole.subarray(to));
  },
  'another history’s header': (whole, other) =>
    joined(other.subarray(0, HEADER_BYTES), whole.subarray(HEADER_BYTES)),
  'the other byte order': (whole) => {
    const bytes = Buffer.from(whole.subarray(0, whole.length & ~7));
    return bytes.swap64();
  },
  text: (whole) => Buffer.from(Buffer.from(whole).toString('base64')),
  nothing: () => new Uint8Array(0),
  noise: (whole, _, chance) => whole.map(() => below(chance, 256)),
};
