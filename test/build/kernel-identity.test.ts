import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arches } from '../../harness/arch/index.ts';
import { identify } from '../../harness/build/kernel-identity.ts';

const arch = arches.x86_64;
const asks = [{ symbol: 'SMP', value: 'y', must: true, origin: 'base.config:1' }];
const request = { tree: { directory: '/a', key: 'tree' }, arch, profile: 'kasan', label: 'spf-v12' };
const identity = identify(request, asks, 'gcc 12');

test('the key follows everything that changes the kernel', () => {
  const others = [
    identify({ ...request, tree: { directory: '/a', key: 'other' } }, asks, 'gcc 12'),
    identify(request, [{ ...asks[0]!, value: 'n' }], 'gcc 12'),
    identify(request, asks, 'gcc 13'),
    identify({ ...request, profile: 'race' }, asks, 'gcc 12'),
    identify({ ...request, arch: arches.ppc64 }, asks, 'gcc 12'),
  ];
  expect(new Set([identity, ...others].map(({ key }) => key)).size).toBe(6);
});

test('and nothing else: not where the tree lies, not where a symbol was asked', () => {
  const moved = { ...request, tree: { directory: '/b', key: 'tree' } };
  expect(identify(moved, [{ ...asks[0]!, origin: 'x', must: false }], 'gcc 12')).toEqual(identity);
});

test('a variant that only boots differently has the same kernel, one with other pages has not', () => {
  const [plain, hash, small] = ([arches.ppc64, arches['ppc64-hash'], arches['ppc64-4k']] as const).map(
    (variant) => identify({ ...request, arch: variant }, asks, 'gcc 12'),
  );
  expect(hash).toEqual(plain);
  expect(small?.key).not.toBe(plain?.key);
});

test('the localversion tells series, profile and key', () => {
  expect(identity.localversion).toMatch(/^-spf-v12-kasan-[0-9a-f]{8}$/);
  expect(identify({ ...request, label: 'base' }, asks, 'gcc').localversion).toMatch(/^-spf-base-kasan-/);
});

test('any label makes a release that the kernel takes', () => {
  fc.assert(
    fc.property(fc.string(), (label) => {
      const { localversion, name } = identify({ ...request, label }, asks, 'gcc');
      expect(localversion).toMatch(/^-spf[A-Za-z0-9.-]*-[0-9a-f]{8}$/);
      expect(`5.10.223${localversion}`.length).toBeLessThanOrEqual(64);
      expect(name).not.toMatch(/[^A-Za-z0-9_.-]/);
    }),
  );
});
