import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../harness/base/context.ts';
import { cachedDirectory } from '../../../harness/build/cached.ts';

let ctx: Context;
beforeEach(() => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'cached-'));
  ctx = { cacheDir, projectDir: '/', signal: new AbortController().signal, notify: () => undefined };
});
afterEach(() => rmSync(ctx.cacheDir, { recursive: true }));

describe('cachedDirectory', () => {
  it('is made once, however many want it at once', async () => {
    let made = 0;
    const make = (directory: string) => {
      writeFileSync(join(directory, 'file'), `${++made}`);
      return Promise.resolve();
    };
    const places = await Promise.all([1, 2, 3].map(() => cachedDirectory(ctx, 'a/b', make)));
    expect(new Set(places).size).toBe(1);
    expect(readFileSync(join(places[0] ?? '', 'file'), 'utf8')).toBe('1');
    expect(made).toBe(1);
  });

  it('what failed halfway leaves nothing that looks finished, and is made anew', async () => {
    const half = (directory: string) => {
      writeFileSync(join(directory, 'half'), '');
      return Promise.reject(new Error('compiler crashed'));
    };
    await expect(cachedDirectory(ctx, 'x', half)).rejects.toThrow('compiler crashed');
    expect(readdirSync(ctx.cacheDir)).toEqual(['x.lock']);
    const place = await cachedDirectory(ctx, 'x', () => Promise.resolve());
    expect(readdirSync(place)).toEqual([]);
  });
});
