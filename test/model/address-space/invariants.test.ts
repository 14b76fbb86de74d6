import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCESS, VM } from '../../../harness/model/address-space/flags.ts';
import { isPrivate } from '../../../harness/model/address-space/mm.ts';
import { runProgram } from '../../../harness/model/address-space/step.ts';
import type { AnonVma, Mm } from '../../../harness/model/address-space/types.ts';
import { anyProgram, anyRelease } from './program.ts';
import { BASE, processOn } from './world.ts';

/** What holds of every address space after every step, whatever the program. */

function afterEveryStep(check: (mm: Mm) => void): void {
  const property = fc.property(anyProgram, anyRelease, (program, release) => {
    runProgram(program, processOn(release), BASE, ({ mm }) => {
      check(mm);
      return true;
    });
  });
  fc.assert(property, { numRuns: 400 });
}

test('VMAs are ordered, disjoint and not empty', () => {
  afterEveryStep(({ vmas }) => {
    let last = -Infinity;
    for (const { start, end } of vmas) {
      expect(start).toBeGreaterThanOrEqual(last);
      expect(end).toBeGreaterThan(start);
      last = end;
    }
  });
});

test('locked pages are counted as the VMAs say, unless MREMAP_DONTUNMAP was at it', () => {
  const property = fc.property(anyProgram, (program) => {
    const kept = program.some(({ name, args }) => name === 'mremap' && (args[3] ?? 0) & 4);
    runProgram(program, processOn(), BASE, ({ mm }) => {
      const locked = mm.vmas.reduce(
        (sum, { flags, start, end }) => sum + (flags & VM.LOCKED ? end - start : 0),
        0,
      );
      if (!kept) expect(mm.lockedVm).toBe(locked);
      return true;
    });
  });
  fc.assert(property, { numRuns: 400 });
});

test('private copies lie in private VMAs that have an anon_vma', () => {
  afterEveryStep(({ vmas, anonymous }) => {
    for (const page of anonymous.keys()) {
      const vma = vmas.find(({ start, end }) => start <= page && page < end);
      if (vma === undefined) expect.fail(`page ${page} is in no VMA`);
      expect(isPrivate(vma)).toBe(true);
      expect(vma.anon).not.toBeNull();
    }
  });
});

test('rights never go beyond what the mapping may have', () => {
  afterEveryStep(({ vmas }) => {
    for (const { flags } of vmas) expect(flags & ACCESS & ~(flags >> 4)).toBe(0);
  });
});

test('anon_vmas count their VMAs and links exactly', () => {
  const property = fc.property(anyProgram, anyRelease, (program, release) => {
    const noForks = program.filter(({ name }) => name !== 'fork');
    runProgram(noForks, processOn(release), BASE, ({ mm }) => {
      const [active, links] = [new Map<AnonVma, number>(), new Map<AnonVma, number>()];
      const add = (counts: Map<AnonVma, number>, anon: AnonVma) =>
        counts.set(anon, (counts.get(anon) ?? 0) + 1);
      for (const vma of mm.vmas) {
        if (vma.anon) add(active, vma.anon);
        vma.chain.forEach((anon) => add(links, anon));
        expect(vma.anon === null || vma.chain.includes(vma.anon)).toBe(true);
      }
      for (const [anon, count] of active) expect(anon.active).toBe(count);
      for (const [anon, count] of links) expect(anon.links).toBe(count);
      return true;
    });
  });
  fc.assert(property, { numRuns: 400 });
});

test('an unfaulted neighbour that could merge has been merged when a mapping is new', () => {
  const property = fc.property(anyProgram, (program) => {
    runProgram(program, processOn(), BASE, ({ mm, operation, result }) => {
      if (operation.name !== 'mmap' || result < 0) return true;
      const at = mm.vmas.findIndex(({ start, end }) => start * 4096 <= result && result < end * 4096);
      const [before, vma] = [mm.vmas[at - 1], mm.vmas[at]];
      const alike =
        before !== undefined &&
        vma !== undefined &&
        vma.start * 4096 === result &&
        before.end === vma.start &&
        before.flags === vma.flags &&
        before.file === vma.file &&
        before.pgoff + (before.end - before.start) === vma.pgoff &&
        before.anon === null &&
        vma.anon === null;
      expect(alike).toBe(false);
      return true;
    });
  });
  fc.assert(property, { numRuns: 400 });
});
