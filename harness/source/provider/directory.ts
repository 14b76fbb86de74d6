import { statSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { layout } from '../layout.ts';
import { sha256 } from '../series/hash.ts';
import { importDirectory } from '../tree/import.ts';
import { kernelVersion } from '../tree/version.ts';
import type { Located } from './provider.ts';

/** A source directory as it is now, uncommitted changes included; looked at each time, quickly after the first. */
export function locateDirectory(written: string): Located {
  const path = resolve(written);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`kernel "dir:${written}": ${path} is not a directory`);
  }
  return {
    key: undefined,
    take: async (_scratch, ctx) => {
      const { indexes } = layout(ctx);
      await mkdir(indexes, { recursive: true });
      const index = join(indexes, sha256(realpathSync(path)).slice(0, 32));
      ctx.notify({ task: 'source', text: `taking in ${path}` });
      const commit = await importDirectory(path, index, ctx);
      const version = await kernelVersion(commit, `dir:${path}`, ctx);
      return { commit, version: `${version}-g${commit.slice(0, 12)}`, servedBy: path };
    },
  };
}
