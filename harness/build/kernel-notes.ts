import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import type { Workshop } from './kernel-workshop.ts';
import { runTool } from './toolchain.ts';

/** Beside a kernel that counts: the compiler's notes of its objects, without which gcov cannot read a count. */
export const NOTES = 'notes.tar';

/**
 * Counters of two CPUs that lose each other's steps make lines look executed that were not: gcov computes most of what it
 * tells from few counters by the rule that what enters a block leaves it.
 */
export const countingFlags: readonly string[] = ['-fprofile-update=atomic'];

/**
 * Keep the notes of the objects that count.
 *
 * @param counted source files; those of other architectures have no object.
 * @throws UsageError when no object counts: the configuration or the tree has no gcov.
 */
export async function collectNotes(
  { objects, products }: Workshop,
  counted: readonly string[],
  ctx: Context,
): Promise<void> {
  const notes = counted
    .map((file) => file.replace(/\.c$/, '.gcno'))
    .filter((file) => existsSync(join(objects, file)));
  if (notes.length === 0)
    throw new UsageError('no object of this kernel counts: is GCOV_PROFILE_ALL in the profile?');
  await runTool(ctx, ['tar', '-cf', join(products, NOTES), ...notes], objects);
}
