import { describe, expect, it } from 'vitest';
import { isStore, parseDisassembly } from '../../harness/director/disassembly.ts';
import { parsePoint, type Point } from '../../harness/director/point.ts';
import { type Body, resolvePoint } from '../../harness/director/resolve.ts';

const listing = `
ffffffff8142ec70 <reader>:
ffffffff8142ec70:\tpush   %rbp
ffffffff8142ec71:\tcall   ffffffff8142f000 <callee>
ffffffff8142ec76:\tje     ffffffff8142ecd4 <reader+0x64>
ffffffff8142ec78:\tmov    %rsi,0x8(%rdx)
ffffffff8142ec7b:\tcall   ffffffff8142f000 <callee>
ffffffff8142ec80:\tret
`;
const instructions = parseDisassembly(listing);
const place = (line: number, ...inlined: string[]) =>
  [...inlined, 'reader'].map((name) => ({ function: name, file: './mm/r.c', line }));
const body: Body = {
  instructions,
  places: new Map([
    [0xffffffff8142ec70n, place(1)],
    [0xffffffff8142ec71n, place(2)],
    [0xffffffff8142ec76n, place(3, 'within')],
    [0xffffffff8142ec78n, place(3, 'within')],
    [0xffffffff8142ec7bn, place(2)],
    [0xffffffff8142ec80n, place(4)],
  ]),
  sources: new Map([['./mm/r.c', ['{', '  callee(vmas[idx]);', '  within();', '}']]]),
};
const at = (text: string, bodies = [body]): string[] | string => {
  const found = resolvePoint(parsePoint(text) as Point, bodies);
  return typeof found === 'string' ? found : found.map((one) => one.toString(16).slice(-2));
};

describe('a point of the kernel', () => {
  it.each([
    ['reader', ['70']],
    ['reader: return', ['80']],
    ['reader: call callee', ['71', '7b']],
    ['reader: call callee #2', ['7b']],
    ['reader: after call callee', ['76', '80']],
    ['reader: in within', ['76']],
    ['reader: line vmas[idx]', ['71', '7b']],
    ['reader: store within()', ['78']],
  ])('%s', (text, addresses) => {
    expect(at(text)).toEqual(addresses);
  });

  it.each([
    ['reader: call other', /does not call other/],
    ['reader: in other', /not inlined/],
    ['reader: line nowhere', /no code of reader/],
    ['reader: call callee #3', /there are 2/],
    ['reader: store vmas[idx]', /writes memory/],
  ])('%s is not there, and it says why', (text, why) => {
    expect(at(text)).toMatch(why);
  });

  it('of a function that the kernel does not have', () => {
    expect(at('reader', [])).toMatch(/no function reader/);
  });

  it('has others that stand in for it, in their order', () => {
    const point = parsePoint('a: call b #2 | c | d: return');
    expect(point).toMatchObject({ function: 'a', nth: 2, otherwise: { function: 'c' } });
    expect(point).toMatchObject({ otherwise: { otherwise: { function: 'd', at: { kind: 'return' } } } });
  });

  it.each([
    'a | ',
    'f | g: jump',
    '',
    'a b',
    'f: call',
    'f: call 1x',
    'f: return x',
    'f: line',
    'f #0',
    'f: jump g',
  ])('"%s" is none', (text) => {
    expect(parsePoint(text)).toBeTypeOf('string');
  });
});

describe('an instruction that writes memory', () => {
  it.each([
    ['addl   $0x1,0xa0(%rdi)', true],
    ['mov    %rax,(%rdi)', true],
    ['mov    0x8(%rdi),%rax', false],
    ['cmp    %rax,0x8(%rdi)', false],
    ['lea    0x8(%rdi),%rax', false],
    ['call   *0x8(%rax)', false],
    ['jmp    *0x8(%rax)', false],
    ['stw     r9,160(r31)', true],
    ['lwz     r9,160(r31)', false],
    ['stdu    r1,-128(r1)', true],
    ['addi    r9,r9,1', false],
  ])('%s: %s', (text, writes) => {
    const [one] = parseDisassembly(`ffffffff8142ec70:\t${text}`);
    expect(isStore(one!)).toBe(writes);
  });
});
