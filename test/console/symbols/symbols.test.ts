import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../harness/console/finding.ts';
import { parseAddr2line } from '../../../harness/console/symbols/addr2line.ts';
import { parseNm } from '../../../harness/console/symbols/nm.ts';
import { applyPlaces, locateFrame, mismatchOf } from '../../../harness/console/symbols/resolve.ts';
import { readText } from '../support.ts';

/** As binutils 2.40 prints them. */
const nm = `0000000000000000 D __per_cpu_start
ffffffff81000000 T _text
ffffffff81001000 t find_vma
ffffffff81001000 T find_vma_alias
ffffffff81001050 t twin
ffffffff81001090 t twin
ffffffff81001100 t find_vma.cold
ffffffff81001120 D end_of_text
                 U undefined
`;
const addr2line = `0xffffffff8100100f
vma_lookup
/build/linux/include/linux/mm.h:2688
find_vma
/build/linux/mm/mmap.c:2345 (discriminator 3)
0xffffffff81001055
twin
??:0
0xffffffff81001095
twin
/build/linux/mm/twin.c:?
`;
const table = parseNm(nm);
const frame = (name: string, offset: number, size: number, more: Partial<Frame> = {}): Frame => ({
  function: name,
  offset,
  size,
  ...more,
});

describe('nm', () => {
  test('sizes reach to the next address, data included; aliases and twins are kept', () => {
    expect(table.get('find_vma')).toEqual([{ address: 0xffffffff81001000n, size: 0x50 }]);
    expect(table.get('find_vma_alias')).toEqual([{ address: 0xffffffff81001000n, size: 0x50 }]);
    expect(
      table
        .get('twin')
        ?.map(({ size }) => size)
        .sort((a, b) => a - b),
    ).toEqual([0x40, 0x70]);
    expect(table.get('find_vma.cold')).toEqual([{ address: 0xffffffff81001100n, size: 0x20 }]);
    expect(table.has('end_of_text')).toBe(false);
  });
});

describe('addr2line', () => {
  test('inlined functions come first; unknown places have none', () => {
    expect(parseAddr2line(addr2line).get(0xffffffff8100100fn)).toEqual([
      { function: 'vma_lookup', file: '/build/linux/include/linux/mm.h', line: 2688 },
      { function: 'find_vma', file: '/build/linux/mm/mmap.c', line: 2345 },
    ]);
    expect(parseAddr2line(addr2line).get(0xffffffff81001055n)).toEqual([{ function: 'twin' }]);
    expect(parseAddr2line(addr2line).get(0xffffffff81001095n)).toEqual([
      { function: 'twin', file: '/build/linux/mm/twin.c' },
    ]);
  });
});

describe('frames', () => {
  test('a return address is looked up at its call, the program counter at itself', () => {
    expect(locateFrame(frame('find_vma', 0x10, 0x50), table)).toEqual({
      address: 0xffffffff8100100fn,
      sizeFits: true,
    });
    expect(locateFrame(frame('find_vma', 0x10, 0x50, { counter: true }), table)?.address).toBe(
      0xffffffff81001010n,
    );
    expect(locateFrame(frame('find_vma', 0, 0x50), table)?.address).toBe(0xffffffff81001000n);
  });
  test('of functions with one name the one of the size is meant', () => {
    expect(locateFrame(frame('twin', 5, 0x40, { counter: true }), table)?.address).toBe(0xffffffff81001055n);
    expect(locateFrame(frame('twin', 5, 0x70, { counter: true }), table)?.address).toBe(0xffffffff81001095n);
  });
  test('a split function is looked up by its own name', () => {
    expect(locateFrame(frame('find_vma', 2, 0x20, { symbol: 'find_vma.cold' }), table)?.address).toBe(
      0xffffffff81001101n,
    );
  });
  test('modules and strangers are not in vmlinux', () => {
    expect(locateFrame(frame('find_vma', 1, 0x50, { module: 'x' }), table)).toBeUndefined();
    expect(locateFrame(frame('stranger', 1, 0x50), table)).toBeUndefined();
  });
  test('another build is noticed, a stranger among fitting ones is not', () => {
    const fits = frame('find_vma', 1, 0x50);
    expect(mismatchOf([fits, fits, frame('stranger', 1, 2)], table)).toBeUndefined();
    expect(mismatchOf([fits, frame('find_vma', 1, 0x60), frame('stranger', 1, 2)], table)).toMatch(
      /^2 of 3 functions/,
    );
    expect(mismatchOf([frame('stranger', 1, 2, { module: 'x' })], table)).toBeUndefined();
  });
});

test('places reach the findings, with the tree taken off the file names', () => {
  const { findings } = readText(
    'BUG: scheduling while atomic: a/1/0x2',
    'Call Trace:',
    ' find_vma+0x10/0x50',
    ' find_vma+0x10/0x60',
  );
  const [found] = applyPlaces(findings, table, parseAddr2line(addr2line), '/build/linux/');
  expect(found?.stack).toEqual([
    {
      ...frame('find_vma', 0x10, 0x50),
      file: 'mm/mmap.c',
      line: 2345,
      inlined: [{ function: 'vma_lookup', file: 'include/linux/mm.h', line: 2688 }],
    },
    frame('find_vma', 0x10, 0x60),
  ]);
});
