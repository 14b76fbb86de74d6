import { parseDiff } from '../diff/parse.ts';
import type { FileDiff, Hunk } from '../diff/types.ts';
import type { Patch, Series } from '../types.ts';

/** A file, and where git says which, the hunk of it that found no place. */
export interface Rejection {
  readonly file: string;
  readonly reason: string;
  readonly hunk?: { readonly hunk: Hunk; readonly index: number; readonly of: number };
}

/** Reads what `git apply` (in the C locale) says of a patch it refuses; apply.c, apply_fragments() and check_preimage(). */
export function parseRejection(stderr: string, files: readonly FileDiff[]): Rejection[] {
  const rejections = new Map<string, Rejection>();
  for (const line of stderr.split('\n')) {
    const [, failed, start] = /^error: patch failed: (.+):(\d+)$/.exec(line) ?? [];
    if (failed !== undefined) {
      const hunks = files.find(({ oldPath }) => oldPath === failed)?.hunks ?? [];
      const index = hunks.findIndex(({ oldStart }) => oldStart === Number(start));
      const hunk = hunks[index];
      rejections.set(failed, {
        file: failed,
        reason: 'the lines that it wants to change are not there',
        ...(hunk === undefined ? {} : { hunk: { hunk, index: index + 1, of: hunks.length } }),
      });
      continue;
    }
    const [, file, reason] = /^error: ([^:]+): (.+)$/.exec(line) ?? [];
    if (file !== undefined && reason !== undefined && !rejections.has(file))
      rejections.set(file, { file, reason });
  }
  return [...rejections.values()];
}

const MOST_LINES = 60;

/** The message for people: patch, files, hunks and the lines that found no place. */
export function describeRejection(
  series: Pick<Series, 'name'>,
  patch: Patch,
  onto: string,
  stderr: string,
  alreadyThere: boolean,
): string {
  const parsed = parseDiff(Buffer.from(patch.diff).toString('latin1'));
  const rejections = parseRejection(stderr, parsed.ok ? parsed.files : []);
  const head = `${series.name}, patch ${patch.number} (${patch.title}; ${patch.file}) does not apply to ${onto}`;
  const why = alreadyThere ? ': its changes are there already' : '';
  const places = rejections.length === 0 ? [stderr.trim()] : rejections.map(describePlace);
  return [`${head}${why}`, ...places].join('\n');
}

function describePlace({ file, reason, hunk }: Rejection): string {
  if (hunk === undefined) return `  ${file}: ${reason}`;
  const { lines, header } = hunk.hunk;
  const shown = lines.slice(0, MOST_LINES);
  const rest = lines.length > MOST_LINES ? [`… ${lines.length - MOST_LINES} lines more`] : [];
  const text = [header, ...shown, ...rest].map(
    (line) => `    ${Buffer.from(line, 'latin1').toString('utf8')}`,
  );
  return [`  ${file}, hunk ${hunk.index} of ${hunk.of}: ${reason}`, ...text].join('\n');
}
