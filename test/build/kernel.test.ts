import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { kernelRecord } from '../../harness/build/kernel-record.ts';
import { findKernelToolchain } from '../../harness/build/kernel-toolchain.ts';
import { buildKernel } from '../../harness/build/kernel.ts';
import { kernelRecordSchema } from '../../harness/store/record.ts';
import { makeToy, toyRequest, type Toy } from './toy-tree.ts';

const toys: Toy[] = [];
async function toy(code = 'int mm;\n', profile?: string): Promise<Toy> {
  const made = await makeToy(code, profile);
  toys.push(made);
  return made;
}
afterEach(async () => {
  for (const { root } of toys.splice(0)) await rm(root, { recursive: true, force: true });
});

const { ctx: any } = await toy();
const missing = await findKernelToolchain(toyRequest(toys[0]!).arch, any).then(
  () => undefined,
  (error: unknown) => String(error),
);
if (missing !== undefined) console.warn(`building is not tested: ${missing}`);

/** How often make was asked to build. */
async function runs({ ctx }: Toy): Promise<number> {
  const text = await readFile(join(ctx.cacheDir, 'build/runs'), 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}

describe.skipIf(missing !== undefined)('building', () => {
  test('the second build of the same thing runs no make', async () => {
    const one = await toy();
    const first = await buildKernel(toyRequest(one), one.ctx);
    const second = await buildKernel(toyRequest(one), one.ctx);
    expect(await runs(one)).toBe(1);
    expect([first.cached, second.cached]).toEqual([false, true]);
    expect({ ...second, cached: false }).toEqual(first);
    expect(first.release).toMatch(/^5\.10\.0-spf-base-toy-[0-9a-f]{8}$/);
    for (const file of [first.image, first.vmlinux, first.config, first.systemMap, first.log]) {
      expect(existsSync(file)).toBe(true);
    }
    expect(one.progress.map(({ text }) => text)).toContainEqual(expect.stringContaining('mm.o'));
  });

  test('an image that make has left as it was is not taken for the new kernel', async () => {
    const one = await toy();
    const build = (key: string) =>
      buildKernel({ ...toyRequest(one), tree: { ...one.tree, key }, incremental: true }, one.ctx);
    await build('1');
    await writeFile(join(one.tree.directory, 'stale'), '');
    const { image, release } = await build('2');
    expect(await readFile(image, 'latin1')).toContain(`${release} `);
    expect(await runs(one)).toBe(3);
  });

  test('an incremental build finds the objects of the one before, unless that was broken off', async () => {
    const one = await toy();
    const objects = join(one.ctx.cacheDir, 'build/workshops/x86_64-toy/obj');
    const build = (key: string, incremental = true) =>
      buildKernel({ ...toyRequest(one), tree: { ...one.tree, key }, incremental }, one.ctx);
    const marked = () => existsSync(join(objects, 'mark'));
    const mark = () => writeFile(join(objects, 'mark'), '');

    await build('1');
    await mark();
    const second = await build('2');
    expect(marked()).toBe(true);
    expect(second.cached).toBe(false);

    await writeFile(join(one.tree.directory, 'mm.c'), 'int error error;\n');
    await expect(build('3')).rejects.toThrow(/does not build/);
    await writeFile(join(one.tree.directory, 'mm.c'), 'int mm;\n');
    await build('4');
    expect(marked()).toBe(false);

    await mark();
    await build('5', false);
    expect(existsSync(objects)).toBe(false);
    await build('6');
    expect(marked()).toBe(false);
  });

  test('a record of the run record comes out of it', async () => {
    const one = await toy('int mm;\n', 'CONFIG_A=y\nCONFIG_GONE=y\n');
    const built = await buildKernel(toyRequest(one), one.ctx);
    const origin = {
      id: 'k',
      base: { spec: 'dir:x', version: '1', servedBy: 'x' },
      series: null,
      patches: [],
    };
    const record = kernelRecordSchema.parse(kernelRecord(built, origin));
    expect(record.symbols).toEqual({
      asked: 2,
      got: 1,
      dropped: [{ symbol: 'GONE', asked: 'y', reason: 'got n: depends on B (B does not exist)' }],
    });
    expect(record.warnings).toBeNull();
  });

  test('two at once build it once', async () => {
    const one = await toy();
    const built = await Promise.all([1, 2, 3].map(() => buildKernel(toyRequest(one), one.ctx)));
    expect(await runs(one)).toBe(1);
    expect(built.filter(({ cached }) => !cached)).toHaveLength(1);
  });

  test('a damaged kernel is built again', async () => {
    const one = await toy();
    const { image } = await buildKernel(toyRequest(one), one.ctx);
    await appendFile(image, 'x');
    const again = await buildKernel(toyRequest(one), one.ctx);
    expect(again.cached).toBe(false);
    expect(await runs(one)).toBe(2);
  });

  test('warnings that the series adds are told from those of the base', async () => {
    const one = await toy('static int old;\n');
    const baseRequest = toyRequest(one);
    const patched = { ...baseRequest, label: 'spf', tree: { ...one.tree, key: 'patched' }, baseKey: 'toy' };

    await writeFile(join(one.tree.directory, 'mm.c'), '\n\nstatic int old;\nstatic int new;\n');
    const before = await buildKernel(patched, one.ctx);
    expect(before.addedWarnings).toBeNull();
    expect(before.comparison).toContain('not been built');

    await writeFile(join(one.tree.directory, 'mm.c'), 'static int old;\n');
    const base = await buildKernel(baseRequest, one.ctx);
    expect(base.warnings).toHaveLength(1);
    const after = await buildKernel(patched, one.ctx);
    expect(after.cached).toBe(true);
    expect(after.addedWarnings).toEqual([
      { file: 'mm.c', line: 4, text: "'new' defined but not used", flag: '-Wunused-variable' },
    ]);
    expect(after.comparison).toContain(base.release);
  });

  test('a tree that does not build: exit 2, the error, nothing that looks finished', async () => {
    const one = await toy('int mm = nonsense;\n');
    await expect(buildKernel(toyRequest(one), one.ctx)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/mm\.c:1:10: error: .*nonsense/) as string,
    });
    expect(await readdir(join(one.ctx.cacheDir, 'kernels')).catch(() => [])).toEqual([]);
  });

  test('a dropped must-have stops before make', async () => {
    const one = await toy('int mm;\n', 'CONFIG_GONE=y # must\n');
    await expect(buildKernel(toyRequest(one), one.ctx)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('CONFIG_GONE=y: got n: depends on B') as string,
    });
    expect(await runs(one)).toBe(0);
  });

  test('a cancelled build leaves nothing, and the next one goes through', async () => {
    const one = await toy();
    const wait = join(one.tree.directory, 'wait');
    execFileSync('mkfifo', [wait]);
    const cancelling = {
      ...one.ctx,
      notify: ({ text }: { text?: string }) => {
        if (text?.includes('fixdep')) one.cancel.abort();
      },
    };
    await expect(buildKernel(toyRequest(one), cancelling)).rejects.toMatchObject({ name: 'CancelledError' });
    expect(await readdir(join(one.ctx.cacheDir, 'kernels')).catch(() => [])).toEqual([]);

    await rm(wait);
    const again = await buildKernel(toyRequest(one), { ...one.ctx, signal: new AbortController().signal });
    expect(again.cached).toBe(false);
  });

  test('a tree that was built in place, and none at all, are refused', async () => {
    const one = await toy();
    await mkdir(join(one.tree.directory, 'include/config'), { recursive: true });
    await expect(buildKernel(toyRequest(one), one.ctx)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('mrproper') as string,
    });
    const nowhere = { ...toyRequest(one), tree: { directory: one.root, key: 'x' } };
    await expect(buildKernel(nowhere, one.ctx)).rejects.toMatchObject({ exitCode: 2 });
  });
});

test('a missing toolchain names the packages and the command', async () => {
  const one = await toy();
  const { arch } = toyRequest(one);
  const cross = {
    ...arch,
    crossCompile: 'powerpc64-none-',
    packages: { ...arch.packages, toolchain: ['gcc-powerpc64-none'] },
  };
  await expect(findKernelToolchain(cross, one.ctx)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/powerpc64-none-gcc.*apt-get install .*gcc-powerpc64-none/) as string,
  });
  await expect(findKernelToolchain(arch, one.ctx, '/nowhere')).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/flex.*apt-get install .*bison/) as string,
  });
});
