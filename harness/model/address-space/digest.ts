import { pageProblem, readPage } from './content.ts';
import { VM } from './flags.ts';
import { nameOf } from './maps.ts';
import type { Mm, Vma } from './types.ts';

/**
 * What the guest says of its arena after each step, in 32 bits each (guest/workloads/conform.c has the twin). A
 * difference shows here; what it is, a second run with everything in full tells.
 */

const SEED = 0x811c9dc5;

/** One round of murmur3's mixing. */
function mix(hash: number, word: number): number {
  let scrambled = Math.imul(word, 0xcc9e2d51);
  scrambled = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  const mixed = hash ^ scrambled;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** The lines of /proc/self/maps between `first` and `last` (pages). */
export function hashMaps(mm: Mm, first: number, last: number): number {
  let hash = SEED;
  for (const vma of mm.vmas) {
    if (vma.end <= first || vma.start >= last) continue;
    hash = mix(hash, vma.start - first);
    hash = mix(hash, vma.end - first);
    hash = mix(hash, (vma.flags & 7) | (vma.flags & VM.MAYSHARE ? 8 : 0));
    hash = mix(hash, vma.file === null ? 0 : vma.pgoff);
    hash = mix(hash, nameCode(mm, vma));
  }
  return hash >>> 0;
}

/** The name's place in a list that both sides know. */
function nameCode(mm: Mm, vma: Vma): number {
  const name = nameOf(mm, vma);
  if (name === '') return 0;
  if (name === '[heap]') return 1;
  if (name === '/dev/zero (deleted)') return 2;
  return 3 + Number(name.charAt('/memfd:conform-'.length));
}

/** The first words of all pages that show `r`, which the guest reads one after the other. */
export function hashContents(mm: Mm, first: number, last: number): number {
  let hash = SEED;
  for (const vma of mm.vmas) {
    if (vma.start < first || vma.start >= last || !(vma.flags & VM.READ)) continue;
    hash = hashVma(mm, vma, first, hash);
  }
  return hash >>> 0;
}

function hashVma(mm: Mm, vma: Vma, first: number, begun: number): number {
  let hash = begun;
  if (vma.file === null) {
    // Most pages are zero, and those are not worth a word.
    for (let page = vma.start; page < vma.end; page++) {
      const value = mm.anonymous.get(page);
      if (value) hash = mixPage(hash, page - first, value);
    }
    return hash;
  }
  for (let page = vma.start; page < vma.end; page++) {
    const value = pageProblem(mm, vma, page) === undefined ? readPage(mm, vma, page) : BEYOND_END;
    if (value) hash = mixPage(hash, page - first, value);
  }
  return hash;
}

/** Stands for the word of a page that ends in SIGBUS. */
const BEYOND_END = 0xb05;

function mixPage(hash: number, page: number, value: number): number {
  return mix(mix(mix(hash, page), value | 0), Math.floor(value / 2 ** 32));
}

/** In full, for people: page (from `first`) and word of every page that is not zero. */
export function listContents(mm: Mm, first: number, last: number): string[] {
  const lines: string[] = [];
  for (const vma of mm.vmas) {
    if (vma.start < first || vma.start >= last || !(vma.flags & VM.READ)) continue;
    for (let page = vma.start; page < vma.end; page++) {
      const value = pageProblem(mm, vma, page) === undefined ? readPage(mm, vma, page) : BEYOND_END;
      if (value) lines.push(`${page - first}=${value.toString(16)}`);
    }
  }
  return lines;
}
