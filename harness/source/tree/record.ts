import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Context } from '../../base/context.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { tryGit } from '../git.ts';
import { layout } from '../layout.ts';
import type { Import } from '../provider/provider.ts';

const recordSchema = z.object({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  version: z.string().min(1),
  servedBy: z.string().min(1),
});

/** What is remembered of a base; undefined when it was not taken in to the end, or its commit is gone. */
export async function readRecord(key: string, ctx: Context): Promise<Import | undefined> {
  const { trees, repository } = layout(ctx);
  const text = await readFile(join(trees, `${key}.json`), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = recordSchema.safeParse(parseJson(text));
  if (!record.success) return undefined;
  const args = ['cat-file', '-e', `${record.data.commit}^{tree}`];
  const there = await tryGit(args, { ctx, writes: repository, repository });
  return there.ok ? record.data : undefined;
}

/** Written last: what has a record is whole. */
export async function writeRecord(key: string, record: Import, ctx: Context): Promise<void> {
  await writeFileAtomic(join(layout(ctx).trees, `${key}.json`), `${JSON.stringify(record, null, 2)}\n`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
