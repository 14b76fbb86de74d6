import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import { formatDiff, parseDiff } from '../diff/parse.ts';
import { findUnsafe } from '../diff/safety.ts';
import { LIMITS } from '../limits.ts';
import type { Patch } from '../types.ts';
import { sha256 } from './hash.ts';
import { looksLikeMail, readMail, type Parts } from './mail.ts';
import { unixNewlines } from './newlines.ts';
import { parseSubject, type Subject } from './subject.ts';

const nobody = { name: 'unknown', email: 'unknown@localhost' };

/** A patch as it was found, before it has its place in a series. */
export interface Draft extends Omit<Patch, 'number'> {
  readonly subject: Subject;
}

/**
 * Takes one patch in: a mail, `git format-patch` output, or text with a diff in it (`git diff`, a mutant).
 *
 * @param label how messages name it: the path or `mailbox:3`.
 * @throws UsageError with patch, line and reason when it is anything but a safe, whole, plain unified diff.
 */
export async function readPatch(
  bytes: Uint8Array,
  file: string,
  label: string,
  ctx: Pick<Context, 'signal'>,
): Promise<Draft> {
  const draft = await readMessage(bytes, file, label, ctx);
  if (draft === undefined) throw refusal(label, { line: 1, reason: 'there is no diff in it' });
  return draft;
}

/** As readPatch(), but a mail without any diff (a cover letter, a reply) is undefined and not an error. */
export async function readMessage(
  bytes: Uint8Array,
  file: string,
  label: string,
  ctx: Pick<Context, 'signal'>,
): Promise<Draft | undefined> {
  if (bytes.length > LIMITS.patchBytes) {
    throw new UsageError(
      `${label}: ${bytes.length} bytes; a patch of more than ${LIMITS.patchBytes} is not taken`,
    );
  }
  const raw = unixNewlines(Buffer.from(bytes).toString('latin1'));
  if (raw.includes('\0'))
    throw refusal(label, { line: lineOf(raw, raw.indexOf('\0')), reason: 'a NUL byte; only text is taken' });
  const mail = looksLikeMail(raw) ? await readMail(raw, ctx) : undefined;
  const parts = mail ?? withoutMail(raw, file);
  const subject = parseSubject(parts.subject);
  const diff = unixNewlines(parts.diff);
  if (mail !== undefined && (subject.reply || !/^(diff |--- |@@ -)/m.test(diff))) return undefined;

  // Lines are counted in the file as it came where the diff stands in it as it is, else in the decoded diff.
  const above = raw.endsWith(diff) ? lineOf(raw, raw.length - diff.length) - 1 : 0;
  const parsed = parseDiff(diff);
  const problem = parsed.ok ? findUnsafe(parsed.files) : parsed;
  if (problem !== undefined) throw refusal(label, { ...problem, line: problem.line + above });

  return {
    subject,
    title: subject.title || file.replace(/\.(patch|diff)$/, ''),
    file,
    sha256: sha256(bytes),
    author: parts.author.name === '' && parts.author.email === '' ? nobody : parts.author,
    message: parts.message,
    text: mail === undefined ? utf8(raw) : compose(parts, diff),
    diff: Buffer.from(parsed.ok ? formatDiff(parsed.files) : '', 'latin1'),
  };
}

/** Text with a diff in it: the first line above the diff is its title, the rest the message. */
function withoutMail(raw: string, file: string): Parts {
  const start = /^(diff -|--- |\*\*\* |Index: |@@ -)/m.exec(raw)?.index ?? raw.length;
  const [first = '', ...rest] = utf8(raw.slice(0, start))
    .replace(/\n---\s*$/, '\n')
    .trim()
    .split('\n');
  return {
    subject: first.replace(/^#+\s*/, '') || file.replace(/\.(patch|diff)$/, ''),
    message: rest.join('\n').trim(),
    author: nobody,
    diff: raw.slice(start),
  };
}

function compose(parts: Parts, diff: string): string {
  const { name, email } = parts.author;
  return `From: ${name} <${email}>\nSubject: ${parts.subject}\n\n${parts.message}\n---\n${utf8(diff.replace(/^---\n/, ''))}`;
}

const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length;

function refusal(label: string, { line, reason }: { line: number; reason: string }): UsageError {
  return new UsageError(`${label}, line ${line}: ${reason}; the patch is not taken`);
}
