import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { withDiskErrors } from '../../base/disk.ts';
import { UsageError } from '../../base/errors.ts';
import { tryGit } from '../git.ts';
import type { Series } from '../types.ts';
import { numberPatches } from './order.ts';
import { readMessage } from './patch.ts';
import { makeSeries } from './series.ts';

/** How many messages an mbox has; 0 for what is none. */
export function countMessages(content: Buffer): number {
  const text = content.toString('latin1');
  return /^\s*From \S/.test(text) ? (text.match(/^From \S+ .*\d\d:\d\d:\d\d/gm)?.length ?? 0) : 0;
}

/** The patches of an mbox, `path` for messages only. Cover letters and replies are passed over; git-mailsplit(1) finds the messages. */
export async function readMailbox(
  content: Buffer,
  path: string,
  name: string,
  ctx: Pick<Context, 'signal'>,
): Promise<Series> {
  const directory = await mkdtemp(join(tmpdir(), 'spf-mbox-'));
  try {
    const copy = join(directory, 'mbox');
    await withDiskErrors(directory, () => writeFile(copy, content));
    const split = await tryGit(['mailsplit', '--keep-cr', '-d4', `-o${directory}`, '--', copy], {
      ctx,
      writes: directory,
      cwd: directory,
    });
    if (!split.ok) throw new UsageError(`${path} is not a mailbox: ${split.stderr}`);
    const files = (await readdir(directory)).filter((file) => /^\d+$/.test(file)).sort();
    const drafts = [];
    for (const [index, file] of files.entries()) {
      const place = `${basename(path)}:${index + 1}`;
      const draft = await readMessage(
        await readFile(join(directory, file)),
        place,
        `${path}, message ${index + 1}`,
        ctx,
      );
      if (draft) drafts.push(draft);
    }
    if (drafts.length === 0) throw new UsageError(`${path}: none of its ${files.length} messages is a patch`);
    return makeSeries({ name, patches: numberPatches(drafts, path) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
