import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffWarnings, parseWarnings, type Warning } from '../../harness/build/kernel-warnings.ts';

const log = `  CC      mm/memory.o
/cache/src/mm/memory.c: In function 'do_wp_page':
/cache/src/mm/memory.c:3127:20: warning: unused variable 'vma' [-Wunused-variable]
 3127 |         struct vm_area_struct *vma = vmf->vma;
      |                                ^~~
In file included from /cache/src/include/linux/mm.h:29,
                 from /cache/src/mm/mmap.c:14:
/cache/src/include/linux/mm_types.h:52:7: warning: "FOO" is not defined, evaluates to 0 [-Wundef]
  CC      mm/mmap.o
/cache/src/include/linux/mm_types.h:52:7: warning: "FOO" is not defined, evaluates to 0 [-Wundef]
mm/memory.o: warning: objtool: handle_mm_fault()+0x1c4: call without frame pointer save/setup
ld: warning: vmlinux has a LOAD segment with RWX permissions
/cache/src/mm/memory.c:99:1: error: expected ';'
./include/generated/foo.h:3: warning: "BAR" redefined
`;

test('gcc and objtool, each once, paths within the tree', () => {
  expect(parseWarnings(log, '/cache/src')).toEqual([
    { file: 'mm/memory.c', line: 3127, text: "unused variable 'vma'", flag: '-Wunused-variable' },
    {
      file: 'include/linux/mm_types.h',
      line: 52,
      text: '"FOO" is not defined, evaluates to 0',
      flag: '-Wundef',
    },
    {
      file: 'mm/memory.o',
      line: 0,
      text: 'objtool: handle_mm_fault()+0x1c4: call without frame pointer save/setup',
      flag: null,
    },
    { file: './include/generated/foo.h', line: 3, text: '"BAR" redefined', flag: null },
  ]);
});

const warning: fc.Arbitrary<Warning> = fc.record({
  file: fc.constantFrom('mm/memory.c', 'mm/mmap.c'),
  line: fc.nat(5000),
  text: fc.constantFrom("unused variable 'vma'", 'objtool: f()+0x10: bad', "'ret' may be used uninitialized"),
  flag: fc.constantFrom('-Wunused-variable', null),
});
const shift = (all: readonly Warning[], by: number): Warning[] =>
  all.map((one) => ({
    ...one,
    line: one.line + by,
    text: one.text.replace('+0x10', `+0x${by.toString(16)}`),
  }));

test('what only moved is not added', () => {
  fc.assert(
    fc.property(fc.array(warning), fc.nat(100), (base, by) => {
      expect(diffWarnings(base, shift(base, by))).toEqual([]);
    }),
  );
});

test('what is added is counted, among equals too', () => {
  fc.assert(
    fc.property(fc.array(warning), fc.array(warning), fc.nat(100), (base, added, by) => {
      const found = diffWarnings(base, [...shift(base, by), ...added]);
      expect(found).toHaveLength(added.length);
      expect(diffWarnings([...base, ...added], base)).toEqual([]);
    }),
  );
});
