import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { withDiskErrors } from '../base/disk.ts';
import { RigError } from '../base/errors.ts';
import { runTool } from './tool.ts';
import type { Patch } from './types.ts';

export type ComplaintKind = 'error' | 'warning' | 'check';

/** What checkpatch says of a line of a patch. */
export interface PatchComplaint {
  readonly kind: ComplaintKind;
  /** `TRAILING_WHITESPACE`; null where it names none. */
  readonly type: string | null;
  /** Of the patch file; null for the patch as a whole. */
  readonly line: number | null;
  readonly text: string;
}

const SCRIPT = 'scripts/checkpatch.pl';

/**
 * Has a patch looked at by the tree's own checkpatch.
 *
 * @param directory the kernel tree.
 * @returns null when the tree has no checkpatch.
 * @throws RigError when the script did not come to an end.
 */
export async function checkPatch(
  directory: string,
  patch: Pick<Patch, 'text'>,
  ctx: Pick<Context, 'signal'>,
): Promise<PatchComplaint[] | null> {
  const script = join(directory, SCRIPT);
  if (!existsSync(script)) return null;
  const scratch = await mkdtemp(join(tmpdir(), 'spf-checkpatch-'));
  try {
    const file = join(scratch, 'patch');
    await withDiskErrors(scratch, () => writeFile(file, patch.text));
    const options = [`--root=${directory}`, '--terse', '--show-types', '--no-summary'];
    const result = await runTool(['perl', script, ...options, file], {
      ctx,
      writes: scratch,
      cwd: directory,
    });
    const complaints = parseComplaints(result.stdout);
    // 1 says that there are complaints (end of process(), scripts/checkpatch.pl)
    if (result.ok || (result.exitCode === 1 && complaints.length > 0)) return complaints;
    throw new RigError(`${SCRIPT} failed: ${result.stderr || result.stdout}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Reads `FILE:LINE: ERROR:TYPE: text`, a line each (report(), scripts/checkpatch.pl). */
export function parseComplaints(said: string): PatchComplaint[] {
  return said.split('\n').flatMap((line) => {
    const [, at, kind, type, text] =
      /^(?:.*?:(\d+): )?(ERROR|WARNING|CHECK):(?:([A-Z0-9_]+):)? (.*)$/.exec(line) ?? [];
    if (kind === undefined || text === undefined) return [];
    const complaint: PatchComplaint = {
      kind: kind.toLowerCase() as ComplaintKind,
      type: type ?? null,
      line: at === undefined ? null : Number(at),
      text,
    };
    return [complaint];
  });
}
