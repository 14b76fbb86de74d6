import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../base/context.ts';
import { UsageError } from '../base/errors.ts';
import { type Rule, RULES } from '../model/eligibility/table.ts';
import type { KernelPlan } from '../plan/schedule.ts';
import { provideTree } from '../source/provide.ts';
import { insistOnBase } from '../source/series/base.ts';
import { intakeSeries } from '../source/series/intake.ts';
import type { Series, Tree, Worktree } from '../source/types.ts';
import { prepareWorktree } from '../source/worktree.ts';
import type { RunRequest } from './request.ts';

/** What the series says of itself, overruled by the plan. */
export interface SeriesFacts {
  readonly name: string;
  readonly symbol: string | undefined;
  readonly counter: string | undefined;
  readonly perfEvent: number | undefined;
  readonly rules: readonly Rule[];
}

export interface Source {
  readonly tree: Tree;
  readonly series: readonly Series[];
  /** Null without a series. */
  readonly facts: SeriesFacts | null;
  /** With the series and without; undefined when no kernel of the schedule is made of it. */
  readonly worktrees: Readonly<Record<'series' | 'base', Worktree | undefined>>;
}

/** The tree, the series, and a worktree for each kernel that the schedule needs. */
export async function prepareSource(request: RunRequest, ctx: Context): Promise<Source> {
  const { plan, schedule } = request;
  const { series, facts } = await takeSeries(request, ctx);
  const tree = await provideTree(plan.base, ctx);
  insistOnBase(tree, series);
  const needs = (which: 'series' | 'base') => schedule.kernels.some(({ choice }) => madeOf(choice) === which);
  return {
    tree,
    series,
    facts,
    worktrees: {
      series: needs('series') ? await prepareWorktree(tree, series, ctx) : undefined,
      base: needs('base') ? await prepareWorktree(tree, [], ctx) : undefined,
    },
  };
}

/** What names the series of a request. */
export type SeriesRequest = Pick<RunRequest, 'plan' | 'extraSeries'>;

/** The plan's series and those on top, and what they say of themselves; nothing is applied. */
export async function takeSeries(
  request: SeriesRequest,
  ctx: Context,
): Promise<Pick<Source, 'series' | 'facts'>> {
  const specs = [...request.plan.series, ...request.extraSeries];
  const series: Series[] = [];
  for (const spec of specs) series.push(await intakeSeries(locateSeries(spec, ctx.projectDir), ctx));
  return { series, facts: series.length > 0 ? factsOf(request, series) : null };
}

/** The worktree that a kernel is made of. */
export const madeOf = (choice: KernelPlan['choice']): 'series' | 'base' =>
  choice === 'base' ? 'base' : 'series';

/** A bare name is one that comes with the project: a series, or a mutant. Anything else is a spec of harness/source. */
export function locateSeries(spec: string, projectDir: string): string {
  const shipped = [`kernel-config/series/${spec}`, `kernel-config/mutants/${spec}.patch`].map((path) =>
    join(projectDir, path),
  );
  return (spec.includes('/') ? undefined : shipped.find((path) => existsSync(path))) ?? spec;
}

function factsOf({ plan }: SeriesRequest, series: readonly Series[]): SeriesFacts {
  return {
    name: series.map(({ name }) => name).join('+'),
    symbol: plan.symbol ?? firstOf(series, 'symbol'),
    counter: plan.counter ?? firstOf(series, 'counter'),
    perfEvent: plan.perfEvent ?? firstOf(series, 'perfEvent'),
    rules: series.flatMap(({ name, rules = [] }) => rules.map((rule) => knownRule(rule, name))),
  };
}

function knownRule(rule: string, series: string): Rule {
  const known = RULES.find((one) => one === rule);
  if (known !== undefined) return known;
  throw new UsageError(`series.yaml of ${series}: there is no rule "${rule}"; there are ${RULES.join(', ')}`);
}

function firstOf<K extends keyof Series>(series: readonly Series[], key: K): Series[K] | undefined {
  return series.find((one) => one[key] !== undefined)?.[key];
}
