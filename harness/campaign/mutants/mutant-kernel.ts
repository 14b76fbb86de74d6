import { join } from 'node:path';
import type { Context } from '../../base/context.ts';
import { UsageError } from '../../base/errors.ts';
import type { Guest } from '../../build/guest.ts';
import type { Mutant } from '../../mutation/row.ts';
import type { KernelPlan } from '../../plan/schedule.ts';
import { applySeries } from '../../source/apply/apply.ts';
import { worktreeKey } from '../../source/apply/key.ts';
import { intakeSeries } from '../../source/series/intake.ts';
import type { Worktree } from '../../source/types.ts';
import { withSwitchedWorktree } from '../../source/worktree.ts';
import { prepareBuilt, type PreparedKernel } from '../kernel.ts';
import type { Source } from '../source.ts';
import { mutantsDirectory } from './rows.ts';
import { UnfitMutant } from './types.ts';

export const patchOf = (id: string, { projectDir }: Pick<Context, 'projectDir'>): string =>
  join(mutantsDirectory(projectDir), `${id}.patch`);

/**
 * Build a mutant where the one before was built, so that make compiles what the patch touches.
 *
 * @param use what is wanted of the kernel and its tree, which are together for so long: the next mutant takes the tree.
 * @throws UnfitMutant when it does not apply or build; RigError, CancelledError.
 */
export async function withMutantKernel<T>(
  { id }: Pick<Mutant, 'id'>,
  plan: KernelPlan,
  source: Source,
  guest: Guest,
  use: (kernel: PreparedKernel, tree: string) => Promise<T>,
  ctx: Context,
): Promise<T> {
  const { tree, series } = source;
  const base = source.worktrees.series?.commit;
  if (base === undefined) throw new Error('mutants are made of a series, and none was prepared');
  const [patch, commit] = await fit('does-not-apply', async () => {
    const taken = await intakeSeries(patchOf(id, ctx), ctx);
    const spec = `${tree.spec} + ${series.map(({ name }) => name).join(' + ')}`;
    return [taken, await applySeries({ ...tree, commit: base, spec }, [taken], ctx)] as const;
  });
  const name = `mutants-${plan.arch.kernel}-${plan.profile}`;
  return withSwitchedWorktree(tree, name, commit, ctx, async (directory) => {
    const all = [...series, patch];
    const worktree: Worktree = { directory, commit, key: worktreeKey(tree, all) };
    const facts = source.facts && { ...source.facts, name: `${source.facts.name}+${id}` };
    const worktrees = { series: worktree, base: undefined };
    const mutated: Source = { ...source, series: all, facts, worktrees };
    const kernel = await fit('does-not-build', () =>
      prepareBuilt(plan, mutated, guest, ctx, { incremental: true }));
    return use(kernel, directory);
  });
}

async function fit<T>(outcome: UnfitMutant['outcome'], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw new UnfitMutant(outcome, error.message, { cause: error });
    throw error;
  }
}
