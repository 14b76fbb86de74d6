import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RigError } from '../../../harness/base/errors.ts';
import { cProgram } from '../../../harness/workload/conform/c-program.ts';
import { programs, samplePrograms } from '../../../harness/workload/conform/generator.ts';
import { decodeProgram, encodeProgram } from '../../../harness/workload/conform/programs.ts';
import { ResultReader } from '../../../harness/workload/conform/results.ts';
import { putVarint, VarintReader } from '../../../harness/workload/conform/varint.ts';

describe('numbers', () => {
  test('come back as they went', () => {
    const exact = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
    const property = fc.property(fc.array(exact), (values) => {
      const bytes: number[] = [];
      for (const value of values) putVarint(bytes, value);
      const reader = new VarintReader(Uint8Array.from(bytes));
      expect(values.map(() => reader.number())).toEqual(values);
      expect(reader.done).toBe(true);
    });
    fc.assert(property);
  });

  test('as guest/lib/varint.c writes them', () => {
    const bytes: number[] = [];
    for (const value of [0, -1, 1, 64, 2 ** 40]) putVarint(bytes, value);
    expect(bytes).toEqual([0, 1, 2, 0x80, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);
  });

  test('that are cut are no numbers', () => {
    expect(() => new VarintReader(Uint8Array.of(0x80)).number()).toThrow(RangeError);
  });
});

describe('programs', () => {
  test('come back as they went', () => {
    const property = fc.property(programs(20), (program) => {
      expect(decodeProgram(encodeProgram(program))).toEqual(program);
    });
    fc.assert(property);
  });

  test('say whether they want files', () => {
    const map = (file: number) => encodeProgram([{ name: 'mmap', args: [0, 4096, 1, 0x22, file, 0] }])[4];
    expect([map(-1), map(0)]).toEqual([0, 1]);
  });

  test('are the same for the same seed', () => {
    expect(samplePrograms(5, 3, 20)).toEqual(samplePrograms(5, 3, 20));
    expect(samplePrograms(6, 3, 20)).not.toEqual(samplePrograms(5, 3, 20));
  });
});

describe('results', () => {
  const start = `${JSON.stringify({ release: 'x', pageSize: 4096, base: 0, startBrk: 0, heapStart: 0, memlock: 0, stack: 0, ksm: true, thp: true, pkeys: false, zeroPage: true })}\n`;
  /** A program of one step: result -22, then the two digests. */
  const one = Buffer.from([11, 0, 0, 0, 0, 0, 43, 1, 0, 0, 0, 2, 0, 0, 0]);

  test('are read however the bytes come', () => {
    const bytes = Buffer.concat([Buffer.from(start), one, one]);
    const whole = new ResultReader(false).push(bytes);
    expect(whole).toEqual(
      Array(2).fill({ ending: 'done', signal: 0, steps: [{ result: -22, maps: 1, contents: 2 }] }),
    );
    const reader = new ResultReader(false);
    const split = [...bytes].flatMap((byte) => reader.push(Uint8Array.of(byte)));
    expect(split).toEqual(whole);
  });

  test('of a program that died within a step end with the step before', () => {
    const died = Buffer.from([4, 0, 0, 0, 1, 11, 43, 1]);
    const [program] = new ResultReader(false).push(Buffer.concat([Buffer.from(start), died]));
    expect(program).toEqual({ ending: 'died', signal: 11, steps: [] });
  });

  test('that nobody can have said are the rig’s fault', () => {
    expect(() => new ResultReader(false).push(Buffer.from('hello\n'))).toThrow(RigError);
    const wrong = Buffer.from([4, 0, 0, 0, 9, 0, 43, 1]);
    expect(() => new ResultReader(false).push(Buffer.concat([Buffer.from(start), wrong]))).toThrow(RigError);
    const cut = Buffer.from([4, 0, 0, 0, 0, 0, 43, 1]);
    expect(() => new ResultReader(false).push(Buffer.concat([Buffer.from(start), cut]))).toThrow(RigError);
  });
});

test('a program in C', () => {
  const source = cProgram(
    [
      { name: 'mmap', args: [4096, 8192, 3, 0x32, -1, 0] },
      { name: 'fork', args: [1] },
      { name: 'write', args: [4096, 5] },
      { name: 'mremap', args: [4096, 8192, -1, 3, 0] },
    ],
    ['why'],
  );
  expect(source).toContain('/* why */');
  expect(source).toContain(
    'CALL(SYS_mmap, PAGE(1), 2 * 4096ul, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0ul);',
  );
  expect(source).toContain('\t\t*(volatile unsigned long *)PAGE(1) = 5;');
  expect(source).toContain('-1ul, MREMAP_MAYMOVE | MREMAP_FIXED');
});
