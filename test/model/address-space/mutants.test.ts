import { describe, expect, test } from 'vitest';
import { compareProgram } from '../../../harness/model/address-space/compare.ts';
import { differences, type DifferenceName } from '../../../harness/model/address-space/kernel.ts';
import { PAGE } from '../../../harness/model/address-space/u64.ts';
import { samplePrograms } from '../../../harness/workload/conform/generator.ts';
import { BASE } from './world.ts';
import { observe, start, turnedOver, type Wrong } from './wrong-kernel.ts';

/**
 * A kernel that is wrong in one thing must be noticed by programs as the workload generates them. The wrong kernel is
 * the model itself with one rule turned over, or one effect spoilt.
 */

const sample = samplePrograms(7, 1500, 40);

const noticed = (release: string, wrong: Wrong): boolean =>
  sample.some(
    (program) =>
      compareProgram(program, { ...start, release }, observe(program, release, wrong)) !== undefined,
  );

test('the right kernel is not accused', () => {
  for (const release of ['5.10.223', '6.1.0', '6.18.0']) expect(noticed(release, {})).toBe(false);
});

describe('every difference between kernels, turned over', () => {
  const names = Object.keys(differences) as DifferenceName[];
  test.each(names)('%s', (turned) => {
    const release = differences[turned].since.join('.');
    expect(noticed(release, turnedOver(turned))).toBe(true);
  });
});

describe('a fault of the kernel', () => {
  const wrongs: Readonly<Record<string, Wrong>> = {
    'a store is lost in an mremap': {
      spoil: (mm, { name }) => {
        if (name === 'mremap') mm.anonymous.delete(Math.max(...mm.anonymous.keys()));
      },
    },
    'munmap leaves a page behind': {
      spoil: (mm, { name }) => {
        const vma = mm.vmas.at(-1);
        if (name === 'munmap' && vma && vma.start > BASE / PAGE) vma.start -= 1;
      },
    },
    'a VMA keeps the wrong offset': {
      spoil: (mm, { name }) => {
        if (name === 'mprotect') for (const vma of mm.vmas) if (vma.file) vma.pgoff += 1;
      },
    },
    'the child sees what the parent wrote last but one': {
      spoil: (mm, { name }) => {
        if (name === 'fork') for (const page of mm.anonymous.keys()) mm.anonymous.set(page, 0xc3);
      },
    },
    'an error is swallowed': { result: (result) => (result === -12 ? 0 : result) },
    'the wrong code of a signal': { result: (result) => (result < -0x100000 ? result - 1 : result) },
    'every split forgets its anon_vma': {
      spoil: (mm) => {
        if (mm.trail.includes('split')) for (const vma of mm.vmas) vma.anon = null;
      },
    },
  };
  test.each(Object.entries(wrongs))('%s', (_, wrong) => expect(noticed('5.10.223', wrong)).toBe(true));
});
