import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../../arch/index.ts';
import type { Context } from '../../base/context.ts';
import { RigError } from '../../base/errors.ts';
import { addReport, type Counts } from '../../coverage/gcov.ts';
import { needTool } from '../../source/tool.ts';

export interface CountOptions {
  readonly arch: Arch;
  /** Archive of the compiler's notes, by paths in the tree. */
  readonly notes: string;
  /** Of what one boot counted. */
  readonly counts: string;
  /** Files that are asked about. */
  readonly paths: readonly string[];
}

/**
 * Add what one boot counted, as gcov(1) reads it.
 *
 * @throws RigError when gcov is missing or does not understand the counts, as that of another compiler does not.
 */
export async function addBoot(into: Counts, options: CountOptions, ctx: Context): Promise<void> {
  const { arch, notes, counts, paths } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'spf-gcov-'));
  const tool = { ctx, writes: scratch };
  try {
    const [objects, boot] = ['objects', 'boot'].map((name) => join(scratch, name)) as [string, string];
    await mkdir(objects);
    await mkdir(boot);
    await needTool(['tar', '-xf', notes, '-C', objects], tool);
    await needTool(['tar', '-xf', counts, '-C', boot], tool);
    const names = await filesBelow(objects);
    const counted = await filesBelow(boot);
    let read = 0;
    for (const note of names) {
      // The kernel names a count by the absolute path of its object on the machine that built it.
      const data = note.replace(/\.gcno$/, '.gcda');
      // mm/mmap.gcda is the end of arch/x86/mm/mmap.gcda as well, which is longer.
      const found = counted
        .filter((file) => file.endsWith(`/${data}`))
        .sort((a, b) => a.length - b.length)[0];
      // An object without a function counts nothing.
      if (found === undefined) continue;
      await copyFile(join(boot, found), join(objects, data));
      const argv = [`${arch.crossCompile}gcov`, '--json-format', '--stdout', '--branch-probabilities', data];
      const report = await needTool(argv as [string, ...string[]], { ...tool, cwd: objects });
      addReport(into, report, (file) => paths.find((path) => file === path || file.endsWith(`/${path}`)));
      read += 1;
    }
    if (read === 0) throw new RigError('the kernel counted nothing for the files that were asked about');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Paths relative to the directory. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}
