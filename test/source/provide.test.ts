import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CancelledError, RigError, UsageError } from '../../harness/base/errors.ts';
import { provideTree } from '../../harness/source/provide.ts';
import { commit, failure, git, kernel, makeContext, makeRepository, scratch, write } from './fixture.ts';

const directory = scratch();
const ctx = makeContext(directory);
const source = write(join(directory, 'linux-5.10.7'), kernel);
const tarball = join(directory, 'linux.tar.gz');
execFileSync('tar', ['-czf', tarball, '-C', directory, 'linux-5.10.7']);
const checksum = createHash('sha256').update(readFileSync(tarball)).digest('hex');

const tree = (repository: string, id: string) =>
  git(repository, 'ls-tree', '-r', '--name-only', id).split('\n');
const temporary = (cache: string) => readdirSync(join(cache, 'source/temporary'));

test('a tarball: taken in once, the second time from the cache', async () => {
  const first = await provideTree(`tarball:${tarball}`, ctx);
  expect(first).toMatchObject({ version: '5.10.7', servedBy: tarball });
  expect(tree(first.repository, first.commit)).toEqual([
    'Makefile',
    'drivers/dos.c',
    'mm/memory.c',
    'mm/mmap.c',
  ]);
  expect(git(first.repository, 'cat-file', 'blob', `${first.commit}:drivers/dos.c`)).toBe(
    'a\r\nb\r\nc\r\nd\r',
  );
  const told = ctx.told.length;
  expect(await provideTree(`tarball:${tarball}`, ctx)).toEqual(first);
  expect(ctx.told).toHaveLength(told);
  expect(temporary(ctx.cacheDir)).toEqual([]);
});

test('equal content is an equal commit, whoever gives it', async () => {
  const packed = await provideTree(`tarball:${tarball}#sha256=${checksum}`, ctx);
  const open = await provideTree(`dir:${source}`, ctx);
  expect(open.commit).toBe(packed.commit);
  expect(open.version).toBe(`5.10.7-g${open.commit.slice(0, 12)}`);
});

test('a wrong checksum, a broken archive, no kernel, no file', async () => {
  const wrong = `tarball:${tarball}#sha256=${'0'.repeat(64)}`;
  expect((await failure(provideTree(wrong, ctx))).message).toContain(`its sha256 is ${checksum} and not 000`);
  write(directory, { 'broken.tar': 'no archive', 'other/README': 'x\n' });
  expect(await failure(provideTree(`tarball:${join(directory, 'broken.tar')}`, ctx))).toBeInstanceOf(
    UsageError,
  );
  expect((await failure(provideTree(`dir:${join(directory, 'other')}`, ctx))).message).toMatch(
    /not a kernel tree/,
  );
  expect((await failure(provideTree('tarball:/nowhere.tar', ctx))).message).toMatch(
    /cannot read \/nowhere\.tar/,
  );
  expect((await failure(provideTree('dir:/nowhere', ctx))).message).toMatch(/not a directory/);
  expect(temporary(ctx.cacheDir)).toEqual([]);
});

test('a tarball behind a URL: checked, and not fetched again', async () => {
  let served = 0;
  const server = createServer((request, response) => {
    served++;
    if (request.url === '/linux.tar.gz') response.end(readFileSync(tarball));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const web = makeContext(join(directory, 'web'));
  try {
    const wrong = await failure(provideTree(`tarball:${url}/linux.tar.gz#sha256=${'0'.repeat(64)}`, web));
    expect(wrong).toBeInstanceOf(UsageError);
    const missing = await failure(provideTree(`tarball:${url}/none#sha256=${checksum}`, web));
    expect(missing).toBeInstanceOf(RigError);
    expect(missing.message).toMatch(/404/);
    served = 0;
    const first = await provideTree(`tarball:${url}/linux.tar.gz#sha256=${checksum}`, web);
    expect(first.servedBy).toBe(`${url}/linux.tar.gz`);
    expect(await provideTree(`tarball:${url}/linux.tar.gz#sha256=${checksum}`, web)).toEqual(first);
    expect(served).toBe(1);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  const dead = await failure(provideTree(`tarball:${url}/x#sha256=${'1'.repeat(64)}`, web));
  expect(dead).toBeInstanceOf(RigError);
});

test('a git branch that moves is another tree; the commit keeps its own id', async () => {
  const repository = makeRepository(join(directory, 'repository'), kernel);
  const first = await provideTree(`git:${repository}#main`, ctx);
  expect(first.commit).toBe(git(repository, 'rev-parse', 'main'));
  expect(first.version).toBe(`5.10.7-g${first.commit.slice(0, 12)}`);
  commit(repository, { 'mm/new.c': 'x\n' }, 'more');
  const second = await provideTree(`git:${repository}#main`, ctx);
  expect(second.commit).toBe(git(repository, 'rev-parse', 'main'));
  expect(await provideTree(`git:${repository}#${first.commit}`, ctx)).toMatchObject({ commit: first.commit });
  expect((await failure(provideTree(`git:${repository}#none`, ctx))).message).toMatch(/no "none" in it/);
  expect((await failure(provideTree(`git:${directory}/none#x`, ctx))).message).toMatch(/is not there/);
});

test('a git URL: looked up each time, and what it was when its server is gone', async () => {
  const repository = makeRepository(join(directory, 'remote'), kernel);
  git(repository, 'tag', '-a', '-m', 'tagged', 'v1');
  const spec = (ref: string) => `git:file://${repository}#${ref}`;
  const first = await provideTree(spec('main'), ctx);
  expect((await provideTree(spec('v1'), ctx)).commit).toBe(first.commit);
  expect((await failure(provideTree(spec('none'), ctx))).message).toMatch(/no branch or tag "none"/);
  renameSync(repository, `${repository}.away`);
  const later = await provideTree(spec('main'), ctx);
  expect(later.commit).toBe(first.commit);
  expect(later.servedBy).toMatch(/not reached now/);
  const unknown = await failure(provideTree(spec('other'), ctx));
  expect(unknown).toBeInstanceOf(RigError);
  expect(unknown.message).toMatch(/not reached, and other is not in the cache/);
});

test('a directory is taken as it is now: edits, new and deleted files, without what was built', async () => {
  const home = write(join(directory, 'plain'), {
    ...kernel,
    '.gitignore': '*\n',
    '.config': 'x',
    'mm/memory.o': 'x',
    vmlinux: 'x',
    'include/generated/a.h': 'x',
    'scripts/vmlinux': 'kept',
  });
  const first = await provideTree(`dir:${home}`, ctx);
  expect(tree(first.repository, first.commit)).toEqual([
    '.gitignore',
    'Makefile',
    'drivers/dos.c',
    'mm/memory.c',
    'mm/mmap.c',
    'scripts/vmlinux',
  ]);
  rmSync(join(home, 'mm/mmap.c'));
  write(home, { 'mm/memory.c': 'edited\n', 'mm/new.c': 'new\n' });
  const second = await provideTree(`dir:${home}`, ctx);
  expect(tree(second.repository, second.commit)).toEqual([
    '.gitignore',
    'Makefile',
    'drivers/dos.c',
    'mm/memory.c',
    'mm/new.c',
    'scripts/vmlinux',
  ]);
  expect(git(second.repository, 'cat-file', 'blob', `${second.commit}:mm/memory.c`)).toBe('edited');
});

test('a directory that is a git checkout: tracked files also when ignored, others by its own rules', async () => {
  const home = makeRepository(join(directory, 'checkout'), {
    ...kernel,
    '.gitignore': '*.log\n',
    'kept.log': 'x',
  });
  write(home, { 'more.log': 'x', 'mm/new.c': 'x' });
  const { repository, commit: id } = await provideTree(`dir:${home}`, ctx);
  expect(tree(repository, id)).toEqual([
    '.gitignore',
    'Makefile',
    'drivers/dos.c',
    'kept.log',
    'mm/memory.c',
    'mm/mmap.c',
    'mm/new.c',
  ]);
});

test('the git environment of a caller (a hook, a rebase) has no influence', async () => {
  const hooked = {
    GIT_DIR: join(directory, 'nowhere'),
    GIT_INDEX_FILE: join(directory, 'index'),
    GIT_AUTHOR_DATE: '1 +0000',
  };
  const before = await provideTree(`dir:${join(directory, 'checkout')}`, ctx);
  Object.assign(process.env, hooked);
  try {
    expect(await provideTree(`dir:${join(directory, 'checkout')}`, ctx)).toEqual(before);
    await expect(provideTree(`git:${join(directory, 'repository')}#main`, ctx)).resolves.toMatchObject({
      version: expect.stringContaining('5.10.7') as string,
    });
  } finally {
    for (const name of Object.keys(hooked)) Reflect.deleteProperty(process.env, name);
  }
});

test('a cancelled import ends as cancelled and leaves nothing that looks whole', async () => {
  const controller = new AbortController();
  const fresh = makeContext(join(directory, 'cancelled'), controller.signal);
  const stopping = { ...fresh, notify: () => controller.abort() };
  expect(await failure(provideTree(`tarball:${tarball}`, stopping))).toBeInstanceOf(CancelledError);
  const again = makeContext(join(directory, 'cancelled'));
  expect((await provideTree(`tarball:${tarball}`, again)).version).toBe('5.10.7');
});

/** Runs provideTree in a process of its own, which ends its life where `atProgress` says. */
const child = (cache: string, atProgress: string) => `
  const { provideTree } = await import(${JSON.stringify(new URL('../../harness/source/provide.ts', import.meta.url).href)});
  const ctx = { cacheDir: ${JSON.stringify(cache)}, projectDir: '/', signal: new AbortController().signal, notify: (p) => { ${atProgress} } };
  try { console.log(JSON.stringify(await provideTree(${JSON.stringify(`tarball:${tarball}`)}, ctx))); }
  catch (error) { console.log(error.name + ': ' + error.message); }`;

test('kill -9 in the middle of an import: the next one begins again', async () => {
  const killed = makeContext(join(directory, 'killed'));
  const script = child(
    killed.cacheDir,
    "if (/into the repository/.test(p.text)) process.kill(process.pid, 'SIGKILL')",
  );
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const signal = await new Promise((resolve) => process_.once('exit', (_code, name) => resolve(name)));
  expect(signal).toBe('SIGKILL');
  expect(temporary(killed.cacheDir)).toHaveLength(1);
  const taken = await provideTree(`tarball:${tarball}`, killed);
  expect(taken.commit).toBe((await provideTree(`tarball:${tarball}`, ctx)).commit);
  expect(temporary(killed.cacheDir)).toEqual([]);
});

test('a record that is damaged, or whose commit is gone, is not believed', async () => {
  const damaged = makeContext(join(directory, 'damaged'));
  const first = await provideTree(`tarball:${tarball}`, damaged);
  const trees = join(damaged.cacheDir, 'source/trees');
  const [record = ''] = readdirSync(trees);
  writeFileSync(join(trees, record), '{"commit": "12');
  expect(await provideTree(`tarball:${tarball}`, damaged)).toEqual(first);
  rmSync(first.repository, { recursive: true });
  expect(await provideTree(`tarball:${tarball}`, damaged)).toEqual(first);
  expect(git(first.repository, 'cat-file', '-t', first.commit)).toBe('commit');
});

test('a full disk is the rig’s fault and names path and free space', ({ skip }) => {
  const small = join(directory, 'small');
  mkdirSync(small);
  const mount = 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"';
  const inside = (...argv: string[]) =>
    spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', mount, small, ...argv], {
      encoding: 'utf8',
    });
  const probe = inside('true');
  if (probe.status !== 0) {
    console.log(
      `skipped: no user namespace with a small file system here (${probe.stderr.trim() || String(probe.error)})`,
    );
    skip();
  }
  write(source, { 'mm/big.bin': new Uint8Array(2 ** 20).fill(7) });
  const big = join(directory, 'big.tar');
  execFileSync('tar', ['-cf', big, '-C', directory, 'linux-5.10.7']);
  const script = child(join(small, 'cache'), '').replaceAll(`tarball:${tarball}`, `tarball:${big}`);
  const result = inside(process.execPath, '--input-type=module', '-e', script);
  expect(result.stdout).toMatch(
    /^RigError: no space left to write .*small\/cache.*: its disk has [\d.]+ MiB free/,
  );
});
