import { readFile } from 'node:fs/promises';
import pc from 'picocolors';
import { didYouMean } from '../base/did-you-mean.ts';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { type Check, CHECKS, withScope } from '../model/protocol/checks.ts';
import { type Mutant, MUTANTS } from '../model/protocol/mutants.ts';
import { type CheckReport, failed, reportCheck, reportText } from '../model/protocol/report.ts';
import { FIXED, mutated, posted, runCheck } from '../model/protocol/run.ts';
import { type Fragment, FRAGMENTS } from '../model/protocol/weak/fragments.ts';
import {
  type FragmentReport,
  fragmentText,
  happens,
  judgeFragment,
  MEMORY_MODELS,
  runEverywhere,
} from '../model/protocol/weak/judge.ts';
import { UnsupportedLitmus } from '../model/protocol/weak/litmus.ts';
import { parseLitmus } from '../model/protocol/weak/parse.ts';
import type { PlayOptions } from './direct.ts';
import { replay } from './replay.ts';

interface ModelOptions extends PlayOptions {
  readonly fixed?: boolean;
  readonly mutant?: string;
  readonly check?: string[];
  readonly threads?: number;
  readonly finds?: number;
  readonly stores?: number;
  readonly operations?: number;
  readonly vmas?: number;
  readonly limit?: number;
  readonly reduction: boolean;
  readonly symmetry: boolean;
  readonly list?: boolean;
  readonly litmus?: string[];
  readonly json?: boolean;
  readonly replay?: boolean;
}

/** `spf model`: 1 a counterexample, 0 none in the scope, 3 the limit came before the end of the scope. */
export async function model(options: ModelOptions): Promise<ExitCode> {
  if (options.list) {
    list();
    return EXIT.clean;
  }
  if (options.litmus !== undefined) return runLitmusFiles(options.litmus, options.json ?? false);
  if (options.fixed && options.mutant !== undefined)
    throw new UsageError('--mutant breaks the fixed protocol already: leave out --fixed');
  if (options.replay && options.fixed)
    throw new UsageError(
      'the fixed protocol has no counterexample: replay one on a fixed kernel with --with',
    );
  const mutant = options.mutant === undefined ? null : rowOf('mutant', MUTANTS, options.mutant);
  const checks = chosen(options, mutant);
  if (options.replay) return replay(checks, mutant, options);
  const fragments = chosenFragments(options, mutant);
  const say = (text: string, bad: boolean, unsure = false): void => {
    if (!options.json) console.log(`${coloured(text, bad ? pc.red : unsure ? pc.yellow : pc.green)}\n`);
  };
  const reports = checks.map((check) => {
    const report = search(check, options, mutant);
    say(reportText(report), failed(report), report.verdict === 'limit');
    return report;
  });
  const weak = fragments.map((fragment) => {
    const report = judgeFragment(fragment, options.fixed ?? false);
    say(fragmentText(report), happens(report));
    return report;
  });
  if (options.json) console.log(JSON.stringify({ checks: reports, weak }, null, 2));
  else console.log(summary(reports, weak, options, mutant));
  if (reports.some(failed) || weak.some(happens)) return EXIT.kernelAtFault;
  return reports.some(({ verdict }) => verdict === 'limit') ? EXIT.rig : EXIT.clean;
}

function search(check: Check, options: ModelOptions, mutant: Mutant | null): CheckReport {
  const variant = mutant !== null ? mutated(mutant) : options.fixed ? FIXED : posted(check);
  // A hypothesis is about v12 as posted, or mended; not about a mutant.
  const { decides, given, ...rest } = check;
  const shown = {
    ...rest,
    ...(mutant === null && decides !== undefined ? { decides } : {}),
    ...(variant !== FIXED && mutant === null && given !== undefined ? { given } : {}),
  } as Check;
  const { reduction: reduce, symmetry, limit } = options;
  return reportCheck(
    shown,
    runCheck(check, variant, { reduce, symmetry, ...(limit === undefined ? {} : { limit }) }),
  );
}

/** Litmus tests of anybody: 1 when one can happen that its file says never does, or the other way round. */
async function runLitmusFiles(files: readonly string[], json: boolean): Promise<ExitCode> {
  const rows = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new UsageError(`cannot read ${file}`, { cause });
    });
    try {
      const { name, states } = parseLitmus(text);
      const outcomes = runEverywhere(text);
      const results = MEMORY_MODELS.map((each) => `${each} ${outcomes[each].result}`).join(', ');
      const differs = states !== null && states !== outcomes.ppc64.result;
      rows.push({ file, name, states, outcomes, differs });
      if (!json)
        console.log(
          `${differs ? pc.red('✖') : pc.green('✔')} ${name}: ${results}; the file says ${states ?? 'nothing'}`,
        );
    } catch (error) {
      if (!(error instanceof UnsupportedLitmus)) throw error;
      rows.push({ file, unsupported: error.message, differs: false });
      if (!json) console.log(`${pc.yellow('?')} ${file}: not modelled: ${error.message}`);
    }
  }
  if (json) console.log(JSON.stringify(rows, null, 2));
  return rows.some(({ differs }) => differs) ? EXIT.kernelAtFault : EXIT.clean;
}

function chosen(options: ModelOptions, mutant: Mutant | null): Check[] {
  const ids = options.check ?? (mutant === null ? CHECKS.map(({ id }) => id) : [mutant.check]);
  return ids
    .filter((id) => !FRAGMENTS.some((fragment) => fragment.id === id))
    .map((id) => {
      const known = rowOf('check', [...CHECKS, ...FRAGMENTS], id);
      return bounded(withScope(known as Check, options));
    });
}

function chosenFragments({ check }: ModelOptions, mutant: Mutant | null): Fragment[] {
  if (mutant !== null) return [];
  return FRAGMENTS.filter(({ id }) => check === undefined || check.includes(id));
}

/** Scopes that the packed state has no room for, or that mean nothing. */
function bounded(check: Check): Check {
  const { scope } = check;
  const within = (name: string, value: number, least: number, most: number): void => {
    if (value < least || value > most)
      throw new UsageError(`check ${check.id}: ${name} ${value} is not between ${least} and ${most}`);
  };
  within('--threads', scope.threads, 1, 4);
  if (check.model === 'lookup') {
    within('--finds', check.scope.finds, 1, 7);
    within('--operations', check.scope.operations, 0, 7);
    within('--vmas', check.scope.vmas, 1, 6);
  } else within('--threads times --stores', scope.threads * check.scope.stores, 1, 6);
  return check;
}

function rowOf<R extends { readonly id: string }>(kind: string, rows: readonly R[], id: string): R {
  const row = rows.find((each) => each.id === id);
  if (row !== undefined) return row;
  const ids = rows.map((each) => each.id);
  throw new UsageError(`no ${kind} ${id}${didYouMean(id, ids)}; there are: ${ids.join(', ')}`);
}

function coloured(text: string, colour: (text: string) => string): string {
  const [first, ...rest] = text.split('\n');
  return [colour(first ?? ''), ...rest].join('\n');
}

function summary(
  reports: readonly CheckReport[],
  weak: readonly FragmentReport[],
  options: ModelOptions,
  mutant: Mutant | null,
): string {
  const broken = [
    ...reports
      .filter(failed)
      .map(({ check, property, decides }) => [check, property ?? 'P13', decides] as const),
    ...weak.filter(happens).map(({ check, decides }) => [check, 'ppc64', decides] as const),
  ];
  const subject =
    mutant !== null
      ? `mutant ${mutant.id} (${mutant.in}: ${mutant.title})`
      : options.fixed
        ? 'v12 with the fixes'
        : 'v12 as posted';
  const all = reports.length + weak.length;
  if (broken.length > 0) {
    const names = broken.map(([check, ...why]) => `${check} (${why.filter(Boolean).join(', ')})`);
    return pc.red(`${subject}: counterexamples in ${broken.length} of ${all} checks: ${names.join(', ')}`);
  }
  const because = mutant?.because === undefined ? '' : `\n  expected: ${mutant.because}`;
  if (reports.some(({ verdict }) => verdict === 'limit'))
    return pc.yellow(`${subject}: not decided, the limit came first`);
  return `${subject}: no counterexample in ${all === 1 ? 'this scope' : 'these scopes'}${because}`;
}

function list(): void {
  console.log(pc.bold('Checks'));
  for (const { id, title, properties, decides } of CHECKS)
    console.log(
      `  ${id.padEnd(16)} ${title} (${[properties.join(' '), decides].filter(Boolean).join('; ')})`,
    );
  for (const { id, title, decides } of FRAGMENTS)
    console.log(`  ${id.padEnd(16)} ${title} (memory models${decides === undefined ? '' : `; ${decides}`})`);
  console.log(pc.bold('\nMutants'));
  for (const { id, in: where, title, check, killedBy } of MUTANTS)
    console.log(`  ${id.padEnd(32)} ${where}: ${title} (${check}, ${killedBy ?? 'equivalent'})`);
}
