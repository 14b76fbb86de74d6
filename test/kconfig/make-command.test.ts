import { expect, test } from 'vitest';
import { arches } from '../../harness/arch/index.ts';
import { makeCommand, makeEnvironment, sourceArch } from '../../harness/kconfig/make-command.ts';

const make = {
  source: '/cache/src',
  buildDir: '/cache/obj',
  arch: arches.x86_64,
  ccacheDir: '/cache/ccache',
  localversion: '-spf-base-race-0123abcd',
};

test('an outer make, a cross compiling shell and a locale do not reach the build', () => {
  const outer = {
    PATH: '/bin',
    MAKEFLAGS: '-j --jobserver-auth=3,4',
    MAKELEVEL: '1',
    KBUILD_OUTPUT: '/elsewhere',
    ARCH: 'arm64',
    CROSS_COMPILE: 'aarch64-',
    KCFLAGS: '-O0',
    LANG: 'de_DE.UTF-8',
    CCACHE_DISABLE: '1',
  };
  expect(makeEnvironment(make, outer)).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
    KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
    KBUILD_BUILD_USER: 'spf',
    KBUILD_BUILD_HOST: 'harness',
    CCACHE_DIR: '/cache/ccache',
    CCACHE_DEPEND: '1',
  });
});

test('ccache is used where it is, and the compiler is of the architecture', () => {
  const cross = { ...make, arch: { ...make.arch, crossCompile: 'powerpc64-linux-gnu-' } };
  expect(makeCommand(cross, ['bzImage'])).toContain('CC=ccache powerpc64-linux-gnu-gcc');
  const plain = makeCommand({ ...cross, ccacheDir: null }, ['bzImage']);
  expect(plain.join(' ')).not.toContain('ccache');
  expect(plain).toContain('CROSS_COMPILE=powerpc64-linux-gnu-');
});

test('SRCARCH is the directory under arch/', () => {
  expect(['x86_64', 'powerpc', 'arm64'].map(sourceArch)).toEqual(['x86', 'powerpc', 'arm64']);
});
