import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { Context } from '../../base/context.ts';
import { withDiskErrors } from '../../base/disk.ts';
import { UsageError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';
import type { Series } from '../types.ts';
import { readDirectory } from './directory.ts';
import { readBounded } from './files.ts';
import { countMessages, readMailbox } from './mailbox.ts';
import { readMessageId } from './message-id.ts';
import { readPatch } from './patch.ts';
import { readRange } from './range.ts';
import { makeSeries } from './series.ts';
import { toPatch } from './order.ts';

/**
 * Takes a series in and checks it; nothing is applied.
 *
 * @param spec the name of a series or mutant of kernel-config/, a directory of patches, an mbox file, a single
 *   `.patch` or `.diff` file, `git:REPOSITORY#A..B`, or `msgid:ID`. Relative paths are looked for in the current
 *   directory, then in the project's.
 * @throws UsageError naming patch, line and reason when a patch is not a safe unified diff, or when there is no such
 *   series; RigError when a message-id cannot be fetched.
 */
export function intakeSeries(spec: string, ctx: Context): Promise<Series> {
  // Mails are taken apart in the system's temporary directory.
  return withDiskErrors(tmpdir(), () => intake(spec, ctx));
}

async function intake(spec: string, ctx: Context): Promise<Series> {
  if (spec.startsWith('msgid:')) return readMessageId(spec.slice('msgid:'.length), ctx);
  const [, repository, range] = /^git:([^#]*)#(.*)$/.exec(spec) ?? [];
  if (repository !== undefined && range !== undefined) {
    const path = find(repository, ctx);
    if (path !== undefined) return readRange(path, range, ctx);
    throw new UsageError(
      `${spec}: ${repository} is not here; a range needs a local repository (git clone it first)`,
    );
  }
  const path = find(spec, ctx);
  if (path === undefined) {
    throw new UsageError(
      `there is no series "${spec}": neither in kernel-config/ nor as a path (nor is it git:REPOSITORY#A..B or msgid:ID)`,
    );
  }
  if (statSync(path).isDirectory()) return readDirectory(path, ctx);
  if (!statSync(path).isFile()) throw new UsageError(`${path} is neither a file nor a directory`);
  const name = basename(path).replace(/\.(patch|diff|mbox|mbx)$/, '');
  const bytes = await readBounded(path, LIMITS.seriesBytes);
  const messages = countMessages(bytes);
  // `git format-patch --stdout >all.patch` is a mailbox, whatever its name says; one patch of a series stands alone.
  if (messages > 1 || (messages === 1 && !/\.(patch|diff)$/.test(path)))
    return readMailbox(bytes, path, name, ctx);
  const draft = await readPatch(bytes, basename(path), path, ctx);
  return makeSeries({ name, patches: [toPatch(draft, 1)] });
}

function find(spec: string, ctx: Context): string | undefined {
  const places = isAbsolute(spec)
    ? [spec]
    : [
        join(ctx.projectDir, 'kernel-config/series', spec),
        join(ctx.projectDir, 'kernel-config/mutants', `${spec}.patch`),
        resolve(spec),
        join(ctx.projectDir, spec),
      ];
  return spec === '' ? undefined : places.find((place) => existsSync(place));
}
