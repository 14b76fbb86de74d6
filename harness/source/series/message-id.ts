import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { writeFileAtomic } from '../../base/disk.ts';
import { RigError, UsageError } from '../../base/errors.ts';
import { layout } from '../layout.ts';
import { runTool } from '../tool.ts';
import type { Series } from '../types.ts';
import { sha256 } from './hash.ts';
import { readMailbox } from './mailbox.ts';

/**
 * The series around a message-id, through `b4 am`. What was fetched and found whole is kept in the cache: mails do not
 * change, and the trailers that b4 adds would.
 */
export async function readMessageId(id: string, ctx: Context): Promise<Series> {
  const bare = id.replace(/^<|>$/g, '');
  if (!/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(bare) || bare.startsWith('-')) {
    throw new UsageError(`msgid:${id}: not a message-id (as msgid:20190416134522.17540-1-name@example.org)`);
  }
  const cached = join(layout(ctx).mailboxes, `${sha256(bare).slice(0, 16)}.mbx`);
  if (existsSync(cached)) return readMailbox(await readFile(cached), cached, bare, ctx);
  const directory = await mkdtemp(join(tmpdir(), 'spf-b4-'));
  try {
    ctx.notify({ task: 'series', text: `b4 am ${bare}` });
    const result = await runTool(['b4', 'am', '--outdir', directory, '--', bare], {
      ctx,
      writes: directory,
      cwd: directory,
    });
    const file = (await readdir(directory)).find((name) => name.endsWith('.mbx'));
    if (!result.ok || file === undefined) {
      const said = result.ok ? result.stdout : result.stderr;
      throw new RigError(
        `b4 could not fetch ${bare}: ${lastLine(said)}. Is there a network? Else save the mails as an mbox and name that file`,
      );
    }
    const content = await readFile(join(directory, file));
    const series = await readMailbox(content, `msgid:${bare}`, bare, ctx);
    await writeFileAtomic(cached, content);
    return series;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
