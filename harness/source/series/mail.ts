import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { tryGit } from '../git.ts';

/** A patch taken apart. Bytes as characters (latin1) in `diff`; the rest is text. */
export interface Parts {
  readonly subject: string;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly diff: string;
}

/** Whether it is a mail or `git format-patch` output, by the rule of git-am(1): it begins with mail header lines. */
export function looksLikeMail(text: string): boolean {
  return /^\s*(From [0-9a-f]{40} |From \S+ .*\d\d:\d\d|(From|Date|Subject|Message-I[dD]|Return-Path|Received|MIME-Version|Content-Type|X-[\w-]+):)/i.test(
    text,
  );
}

/** A mail through git-mailinfo(1), which undoes MIME, quoted-printable, base64 and character sets. Undefined: not a mail. */
export async function readMail(mail: string, ctx: Pick<Context, 'signal'>): Promise<Parts | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'spf-mail-'));
  try {
    const [messageFile, diffFile] = [join(directory, 'message'), join(directory, 'diff')];
    const args = [
      'mailinfo',
      '-k',
      '--encoding=UTF-8',
      '--no-scissors',
      '--quoted-cr=nowarn',
      messageFile,
      diffFile,
    ];
    const result = await tryGit(args, {
      ctx,
      writes: directory,
      cwd: directory,
      input: Buffer.from(mail, 'latin1'),
    });
    if (!result.ok) return undefined;
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(result.stdout)?.[1] ?? '';
    return {
      subject: field('Subject'),
      author: { name: field('Author'), email: field('Email') },
      message: (await readFile(messageFile, 'utf8')).trim(),
      diff: await readFile(diffFile, 'latin1'),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
