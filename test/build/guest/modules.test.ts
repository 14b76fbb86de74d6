import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dependenciesIn, modulesInOrder } from '../../../harness/build/debian/modules.ts';

/** As modinfo(8) finds it: NUL-separated tags in the .modinfo section. */
const module = (...needs: string[]) =>
  Buffer.from(`\x7fELF…\0license=GPL\0depends=${needs.join(',')}\0retpoline=Y\0`, 'latin1');

async function inDirectory<T>(files: Record<string, Buffer>, work: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'modules-'));
  try {
    mkdirSync(join(root, 'kernel/drivers'), { recursive: true });
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(root, 'kernel/drivers', `${name}.ko`), content);
    return await work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('modulesInOrder', () => {
  it('a module comes after everything that it needs, once, and nothing else comes', async () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(graph, fc.nat(), async (edges, wanted) => {
        // A module needs only earlier ones, so there is an order.
        const needs = edges.map((targets, at) => [...new Set(at === 0 ? [] : targets.map((to) => to % at))]);
        const name = (index: number) => `m${index}`;
        const files = Object.fromEntries(needs.map((list, at) => [name(at), module(...list.map(name))]));
        const root = wanted % edges.length;
        const order = await inDirectory(files, (directory) => modulesInOrder(directory, [name(root)]));
        const names = order.map((path) => basename(path, '.ko'));
        const reachable = new Set([root]);
        for (const at of reachable) needs[at]?.forEach((to) => reachable.add(to));
        expect(names.toSorted()).toEqual([...reachable].map(name).toSorted());
        for (const at of reachable)
          for (const to of needs[at] ?? [])
            expect(names.indexOf(name(to))).toBeLessThan(names.indexOf(name(at)));
      }),
      { numRuns: 50 },
    );
  });

  it('a driver that is built in is no module; a dependency that is missing is a fault', async () => {
    await inDirectory({ 'virtio-net': module('failover') }, async (root) => {
      expect(await modulesInOrder(root, ['virtio_pci'])).toEqual([]);
      await expect(modulesInOrder(root, ['virtio_net'])).rejects.toThrow('virtio_net needs failover');
    });
  });

  it('no dependencies is an empty tag', () => {
    expect(dependenciesIn(module())).toEqual([]);
    expect(dependenciesIn(module('a', 'b'))).toEqual(['a', 'b']);
  });
});
