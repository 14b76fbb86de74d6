import { expect, test } from 'vitest';
import { judgeFailure } from '../../harness/build/kernel-failure.ts';
import { insistOnRoom } from '../../harness/build/kernel-room.ts';

const failed = (output: string, signal?: string, freeBytes = 2 ** 40) =>
  judgeFailure({
    output,
    signal,
    exitCode: signal === undefined ? 2 : undefined,
    logPath: '/cache/build.log',
    buildDir: '/tmp',
    freeBytes,
    source: '/cache/src',
  });

const compilerError = `  CC      mm/mmap.o
/cache/src/mm/mmap.c: In function 'vma_link':
/cache/src/mm/mmap.c:645:9: error: implicit declaration of function 'get_vma' [-Werror=implicit-function-declaration]
  645 |         get_vma(vma);
make[2]: *** [/cache/src/scripts/Makefile.build:286: mm/mmap.o] Error 1
make: *** [Makefile:1846: mm] Error 2`;

test('a tree that does not build is a usage error with the first compiler errors', () => {
  const error = failed(compilerError);
  expect(error).toMatchObject({ name: 'UsageError', exitCode: 2 });
  expect(error.message).toContain("  mm/mmap.c:645:9: error: implicit declaration of function 'get_vma'");
  expect(error.message).toContain('/cache/build.log');
  expect(error.message).not.toContain('make[2]');
});

test('the linker and make are heard where no compiler complained', () => {
  expect(
    failed("mm/memory.o: in function `f':\nmemory.c:(.text+0x1): undefined reference to `g'").message,
  ).toContain('undefined reference to `g');
  expect(failed("make: *** No rule to make target 'bzImage'.  Stop.").message).toContain(
    'No rule to make target',
  );
});

test.each([
  ['gcc: fatal error: Killed signal terminated program cc1', undefined],
  ['gcc: internal compiler error: Killed (program cc1)', undefined],
  ['make[1]: *** [scripts/Makefile.build:286: mm/mmap.o] Killed', undefined],
  ['  CC      mm/mmap.o', 'SIGKILL'],
])('a killed tool is the rig: %s', (output, signal) => {
  expect(failed(output, signal)).toMatchObject({ name: 'RigError', exitCode: 3 });
});

test('a full disk is the rig, whatever the compiler made of it', () => {
  const error = failed(`fatal error: error writing to mm/mmap.s: No space left on device\n${compilerError}`);
  expect(error).toMatchObject({ name: 'RigError', exitCode: 3 });
  expect(error.message).toContain('/tmp');
});

test('a full disk that no tool named is seen by the space that is left', () => {
  const silent = "make[2]: *** Deleting file 'usr/initramfs_data.cpio'";
  expect(failed(silent, undefined, 2 ** 21)).toMatchObject({ exitCode: 3 });
  expect(failed(silent)).toMatchObject({ exitCode: 2 });
});

test('no room is said before the build, not in its middle', async () => {
  // procfs has no free space, ever.
  await expect(insistOnRoom('/proc')).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('/proc has 0.0 GiB free') as string,
  });
});
