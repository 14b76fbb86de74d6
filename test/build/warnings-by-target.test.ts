import { expect, test } from 'vitest';
import { allWarnings, renewWarnings } from '../../harness/build/warnings-by-target.ts';

const source = '/cache/src';
const warning = (file: string, line: number, text: string, flag: string | null = null) => ({
  ...{ file, line, text, flag },
});

const first = renewWarnings(
  {},
  `mm/Kconfig:3:warning: defaults for 'A' not allowed
  CC      mm/memory.o
${source}/mm/memory.c:5:2: warning: unused variable 'vma' [-Wunused-variable]
${source}/include/linux/mm.h:9:1: warning: 'f' defined but not used [-Wunused-function]
  CC      mm/mmap.o
${source}/include/linux/mm.h:9:1: warning: 'f' defined but not used [-Wunused-function]
  CALL    scripts/checksyscalls.sh
<stdin>:1511:2: warning: #warning syscall clone3 not implemented [-Wcpp]
  LD      vmlinux.o
  MODPOST vmlinux.symvers
WARNING: modpost: vmlinux.o(.text+0x10): Section mismatch in reference
  LD      vmlinux
powerpc64-linux-gnu-ld: warning: orphan section \`.x' from \`a.o'
${source}/arch/x86/lib/a.S:7: Warning: no instruction mnemonic suffix given
`,
  source,
);

test('every tool is heard, and each belongs to the command that it was said after', () => {
  expect(first).toEqual({
    '': [warning('mm/Kconfig', 3, "defaults for 'A' not allowed")],
    'mm/memory.o': [
      warning('mm/memory.c', 5, "unused variable 'vma'", '-Wunused-variable'),
      warning('include/linux/mm.h', 9, "'f' defined but not used", '-Wunused-function'),
    ],
    'mm/mmap.o': [warning('include/linux/mm.h', 9, "'f' defined but not used", '-Wunused-function')],
    'scripts/checksyscalls.sh': [
      warning('<stdin>', 1511, '#warning syscall clone3 not implemented', '-Wcpp'),
    ],
    'vmlinux.symvers': [warning('', 0, 'modpost: vmlinux.o(.text+0x10): Section mismatch in reference')],
    vmlinux: [
      warning('', 0, "orphan section `.x' from `a.o'"),
      warning('arch/x86/lib/a.S', 7, 'no instruction mnemonic suffix given'),
    ],
  });
});

test("a header's warning is one, however many include it", () => {
  expect(allWarnings(first).filter(({ file }) => file === 'include/linux/mm.h')).toHaveLength(1);
});

test('what is made again is heard again, what is left alone keeps its warnings', () => {
  const second = renewWarnings(first, '  CC      mm/memory.o\n  LD      vmlinux\n', source);
  expect(Object.keys(second)).toEqual(['', 'mm/mmap.o', 'scripts/checksyscalls.sh', 'vmlinux.symvers']);
});

test('what does not compile keeps those that it had, and brings none', () => {
  const failed = `  CC      mm/memory.o
${source}/mm/memory.c:5:2: error: 'x' undeclared
${source}/mm/memory.c:9:1: warning: control reaches end of non-void function [-Wreturn-type]
make[1]: *** [mm/memory.o] Error 1
`;
  expect(renewWarnings(first, failed, source)).toEqual(first);
});
