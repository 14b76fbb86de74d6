import { expect, test } from 'vitest';
import { detectorsIn } from '../../harness/verdict/detectors.ts';
import { evaluateArchitectures } from '../../harness/verdict/evaluate-architectures.ts';
import { sightOf } from '../../harness/verdict/sight.ts';
import { job, kernel } from '../report/records/build.ts';

const ppc = { arch: 'ppc64', kernel: 'ppc64-series-race', id: 'ppc64-series-race-hammer' };
const kernels = [kernel(), kernel({ id: ppc.kernel, arch: 'ppc64' })];
const failed = { status: 'FAIL', culprit: 'code', confidence: 'certain', reason: 'it broke' } as const;

test('a failure on one architecture is no failure of the other', () => {
  const jobs = [job(), job({ ...ppc, ...failed })];
  const verdicts = evaluateArchitectures({ kernels, jobs, cancelled: false });
  expect(verdicts.map(({ arch, verdict }) => [arch, verdict.status, verdict.exitCode])).toEqual([
    ['x86_64', 'PASS', 0],
    ['ppc64', 'FAIL', 1],
  ]);
});

test('a cancelled run is a doubt only where something was left to do', () => {
  const jobs = [job(), job({ ...ppc, status: 'MISS', reason: 'cancelled before it began' })];
  const verdicts = evaluateArchitectures({ kernels, jobs, cancelled: true });
  expect(verdicts.map(({ verdict }) => verdict.status)).toEqual(['PASS', 'MISS']);
});

test('what was dropped is named with its reason, what is there with its profile', () => {
  const dropped = [{ symbol: 'KASAN', asked: 'y', reason: 'depends on HAVE_ARCH_KASAN, which is n' }];
  const { watched, blind } = sightOf(
    'ppc64',
    [
      { arch: 'ppc64', profile: 'race', detectors: ['DEBUG_VM'], symbols: { dropped: [] } },
      { arch: 'ppc64', profile: 'kasan', detectors: ['DEBUG_VM', 'PROVE_LOCKING'], symbols: { dropped } },
    ],
    ['tcg'],
  );
  expect(watched).toEqual(['VM_BUG_ON assertions: DEBUG_VM (race, kasan)', 'lock order: lockdep (kasan)']);
  expect(blind[0]).toBe(
    'use after free and out-of-bounds accesses: KASAN is not available on this base (depends on HAVE_ARCH_KASAN, which is n)',
  );
  expect(blind[1]).toMatch(/^switched off in these kernels: data races \(KCSAN\), .*use of freed pages/);
});

test('DEBUG_PAGEALLOC counts under the hashed page table and not under Radix', () => {
  const seeing = { profile: 'kasan', detectors: ['DEBUG_PAGEALLOC'], symbols: { dropped: [] } };
  const under = (arch: string) => sightOf(arch, [{ ...seeing, arch }], ['tcg']);
  expect(under('ppc64-hash').watched).toEqual(['use of freed pages: DEBUG_PAGEALLOC (kasan)']);
  expect(under('ppc64').watched).toEqual([]);
  expect(under('ppc64').blind.join()).toContain('has no effect under the Radix MMU');
});

test('weak memory: said for emulated powerpc, not for x86_64 nor on the real machine', () => {
  const words = (arch: string, acceleration: string) => sightOf(arch, [], [acceleration]).blind.join();
  for (const arch of ['ppc64', 'ppc64-4k', 'ppc64-hash', 'ppc64le', 'ppc64le-4k', 'ppc64le-hash'])
    expect(words(arch, 'tcg')).toContain('weak memory was not looked at');
  expect(words('ppc64', 'kvm')).toBe('');
  expect(words('x86_64', 'tcg')).toBe('');
});

test('nothing is claimed of a kernel whose configuration is not ours', () => {
  const sight = sightOf('x86_64', [{ arch: 'x86_64', profile: 'debian', symbols: { dropped: [] } }], []);
  expect(sight.watched).toEqual([]);
  expect(sight.blind.join()).toContain('not known');
});

test('a detector that waits to be switched on is not at work', () => {
  const config = (lines: Record<string, string>) => detectorsIn(new Map(Object.entries(lines)));
  expect(config({ SLUB_DEBUG: 'y', DEBUG_VM: 'y' })).toEqual(['DEBUG_VM']);
  expect(config({ SLUB_DEBUG: 'y', SLUB_DEBUG_ON: 'y' })).toEqual(['SLUB_DEBUG']);
  expect(config({ DEBUG_KMEMLEAK: 'y', DEBUG_KMEMLEAK_DEFAULT_OFF: 'y' })).toEqual([]);
  expect(config({ KASAN: 'n' })).toEqual([]);
});
