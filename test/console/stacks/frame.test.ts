import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFrame, parseProgramCounter, plainName } from '../../../harness/console/stacks/frame.ts';

const place = { offset: 0x1c, size: 0x90 };

test.each([
  ['x86 and arm64', ' find_vma+0x1c/0x90', { function: 'find_vma', ...place }],
  ['unreliable', ' ? find_vma+0x1c/0x90', { function: 'find_vma', ...place, unreliable: true }],
  ['module', ' usb_probe+0x1c/0x90 [usbcore]', { function: 'usb_probe', ...place, module: 'usbcore' }],
  [
    'with address',
    ' [<ffffffff81ca45ed>] ? find_vma+0x1c/0x90',
    { function: 'find_vma', ...place, unreliable: true },
  ],
  [
    'powerpc',
    '[c00000000ffe3a10] [c0000000001f2a3c] find_vma+0x1c/0x90 (unreliable)',
    { function: 'find_vma', ...place, unreliable: true },
  ],
  [
    'arm',
    '[<8010e300>] (show_stack) from [<8018de80>] (find_vma+0x1c/0x90)',
    { function: 'find_vma', ...place },
  ],
  [
    'symbolized',
    ' find_vma+0x1c/0x90 mm/mmap.c:2345',
    { function: 'find_vma', ...place, file: 'mm/mmap.c', line: 2345 },
  ],
  ['inlined', ' vma_start mm/mmap.c:12 [inline]', { function: 'vma_start', file: 'mm/mmap.c', line: 12 }],
  [
    'split by the compiler',
    ' find_vma.part.3.cold+0x1c/0x90',
    { function: 'find_vma', symbol: 'find_vma.part.3.cold', ...place },
  ],
])('%s', (_, text, frame) => {
  expect(parseFrame(text)).toEqual(frame);
});

test.each([
  ['RIP: 0010:find_vma+0x1c/0x90'],
  ['RIP: 0010:[<ffffffff8268adb6>]  [<ffffffff8268adb6>] find_vma+0x1c/0x90'],
  ['IP: find_vma+0x1c/0x90'],
  ['pc : find_vma+0x1c/0x90'],
  ['epc : find_vma+0x1c/0x90'],
  ['PC is at find_vma+0x1c/0x90'],
  ['NIP [c0000000001f2a3c] find_vma+0x1c/0x90'],
])('program counter: %s', (text) => {
  expect(parseProgramCounter(text)).toEqual({ function: 'find_vma', ...place, counter: true });
});

test.each([
  'RIP: 0033:0x7f0a2b902f89',
  'RSP: 002b:00007fff8e742228 EFLAGS: 00000246',
  'Call Trace:',
  'x+0x1',
  '',
])('no frame: %s', (text) => {
  expect(parseFrame(text)).toBeUndefined();
  expect(parseProgramCounter(text)).toBeUndefined();
});

test('a name loses all that the compiler added, and nothing else', () => {
  const suffix = fc.constantFrom('.isra.0', '.constprop.12', '.part.3', '.cold', '.cold.7', '.llvm.123');
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/);
  fc.assert(
    fc.property(name, fc.array(suffix, { maxLength: 3 }), (plain, added) => {
      expect(plainName(plain + added.join(''))).toBe(plain);
    }),
  );
});
