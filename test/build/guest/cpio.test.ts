import { execa, execaSync } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpio, type CpioEntry } from '../../../harness/build/cpio.ts';

const hasCpio = !execaSync('cpio', ['--version'], { reject: false }).failed;
if (!hasCpio) console.warn('skipped: no cpio(1) to compare with (apt-get install cpio)');

async function list(archive: Uint8Array): Promise<string[]> {
  const { stdout } = await execa('cpio', ['-tv', '--numeric-uid-gid', '--quiet'], {
    input: archive,
    env: { TZ: 'UTC' },
  });
  return stdout.split('\n').map((line) => line.replace(/\s+/g, ' '));
}

async function contentOf(archive: Uint8Array, path: string): Promise<Uint8Array> {
  const { stdout } = await execa('cpio', ['-i', '--to-stdout', '--quiet', path], {
    input: archive,
    encoding: 'buffer',
    // A file may end with one.
    stripFinalNewline: false,
  });
  return stdout;
}

describe.skipIf(!hasCpio)('cpio, as cpio(1) reads it', () => {
  it('lists every kind of file, owned by root, without a date', async () => {
    const archive = cpio([
      { kind: 'directory', path: 'dev', mode: 0o755 },
      { kind: 'character', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
      { kind: 'file', path: 'init', mode: 0o755, content: Buffer.from('#!x') },
      { kind: 'link', path: 'bin', target: 'usr/bin' },
    ]);
    expect(await list(archive)).toEqual([
      'drwxr-xr-x 2 0 0 0 Jan 1 1970 dev',
      'crw------- 1 0 0 5, 1 Jan 1 1970 dev/console',
      '-rwxr-xr-x 1 0 0 3 Jan 1 1970 init',
      'lrwxrwxrwx 1 0 0 7 Jan 1 1970 bin -> usr/bin',
    ]);
  });

  it('keeps names and contents of any length', async () => {
    const name = fc.stringMatching(/^[a-z]{1,40}$/);
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 700 }), { minKeys: 1, maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(files, async (wanted) => {
        const entries = Object.entries(wanted).map(([path, content]): CpioEntry => ({
          kind: 'file',
          path,
          mode: 0o644,
          content,
        }));
        const archive = cpio(entries);
        expect((await list(archive)).map((line) => line.split(' ').at(-1))).toEqual(Object.keys(wanted));
        for (const [path, content] of Object.entries(wanted))
          expect(Buffer.from(await contentOf(archive, path))).toEqual(Buffer.from(content));
      }),
      { numRuns: 25 },
    );
  });
});

it('the same files give the same bytes, in whole blocks that can be put one after the other', () => {
  const entries: CpioEntry[] = [{ kind: 'file', path: 'a', mode: 0o644, content: Buffer.from('x') }];
  expect(cpio(entries)).toEqual(cpio(entries));
  expect(cpio(entries).length % 512).toBe(0);
});
