import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../base/errors.ts';
import { sha256 } from '../series/hash.ts';
import { importTarball } from '../tree/tarball.ts';
import { download } from './download.ts';
import type { Located } from './provider.ts';
import type { TreeSpec } from './spec.ts';

/** A kernel tarball, here or behind a URL. With a checksum that names the content, else size and time of the file do. */
export async function locateTarball(spec: Extract<TreeSpec, { kind: 'tarball' }>): Promise<Located> {
  const { location, url, sha256: wanted } = spec;
  const key = wanted === undefined ? await fingerprint(resolve(location)) : `tarball-${wanted}`;
  return {
    key,
    take: async (scratch, ctx) => {
      const file = url ? join(scratch, 'download') : resolve(location);
      if (url) await download(location, file, ctx);
      const got = wanted === undefined ? undefined : await hashFile(file);
      if (got !== wanted)
        throw new UsageError(`${location}: its sha256 is ${got} and not ${wanted}; it is not taken`);
      ctx.notify({ task: 'source', text: `unpacking ${location}` });
      return { ...(await importTarball(file, scratch, ctx)), servedBy: url ? location : file };
    },
  };
}

async function fingerprint(path: string): Promise<string> {
  const status = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw new UsageError(`kernel "tarball:${path}": cannot read ${path}`, { cause: error });
  });
  if (!status.isFile())
    throw new UsageError(`kernel "tarball:${path}": not a file (dir:PATH takes a directory)`);
  return `tarball-file-${sha256(`${path} ${status.size} ${status.mtimeNs} ${status.ino}`).slice(0, 32)}`;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new UsageError(`cannot read ${path}`, { cause: error });
  }
  return hash.digest('hex');
}
