import pc from 'picocolors';
import { didYouMean } from '../base/did-you-mean.ts';
import { EXIT, type ExitCode, UsageError } from '../base/errors.ts';
import { type Check, CHECKS, withScope } from '../model/protocol/checks.ts';
import { type Mutant, MUTANTS } from '../model/protocol/mutants.ts';
import { type CheckReport, failed, reportCheck, reportText } from '../model/protocol/report.ts';
import { FIXED, mutated, posted, runCheck } from '../model/protocol/run.ts';

interface ModelOptions {
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
  readonly json?: boolean;
}

/** `spf model`: 1 a counterexample, 0 none in the scope, 3 the limit came before the end of the scope. */
export function model(options: ModelOptions): Promise<ExitCode> {
  if (options.list) {
    list();
    return Promise.resolve(EXIT.clean);
  }
  if (options.fixed && options.mutant !== undefined)
    throw new UsageError('--mutant breaks the fixed protocol already: leave out --fixed');
  const mutant = options.mutant === undefined ? null : rowOf('mutant', MUTANTS, options.mutant);
  const reports: CheckReport[] = [];
  for (const check of chosen(options, mutant)) {
    const variant = mutant !== null ? mutated(mutant) : options.fixed ? FIXED : posted(check);
    // A hypothesis is about v12 as posted, or mended; not about a mutant.
    const { decides, given, ...rest } = check;
    const shown = {
      ...rest,
      ...(mutant === null && decides !== undefined ? { decides } : {}),
      ...(variant !== FIXED && mutant === null && given !== undefined ? { given } : {}),
    } as Check;
    const { reduction: reduce, symmetry, limit } = options;
    const outcome = runCheck(check, variant, { reduce, symmetry, ...(limit === undefined ? {} : { limit }) });
    const report = reportCheck(shown, outcome);
    reports.push(report);
    if (!options.json) console.log(`${coloured(reportText(report), report)}\n`);
  }
  if (options.json) console.log(JSON.stringify(reports, null, 2));
  else console.log(summary(reports, options, mutant));
  if (reports.some(failed)) return Promise.resolve(EXIT.kernelAtFault);
  return Promise.resolve(reports.some(({ verdict }) => verdict === 'limit') ? EXIT.rig : EXIT.clean);
}

function chosen(options: ModelOptions, mutant: Mutant | null): Check[] {
  const ids = options.check ?? (mutant === null ? CHECKS.map(({ id }) => id) : [mutant.check]);
  return ids.map((id) => bounded(withScope(rowOf('check', CHECKS, id), options)));
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

function coloured(text: string, report: CheckReport): string {
  const [first, ...rest] = text.split('\n');
  const colour = failed(report) ? pc.red : report.verdict === 'holds' ? pc.green : pc.yellow;
  return [colour(first ?? ''), ...rest].join('\n');
}

function summary(reports: readonly CheckReport[], options: ModelOptions, mutant: Mutant | null): string {
  const broken = reports.filter(failed);
  const subject =
    mutant !== null
      ? `mutant ${mutant.id} (${mutant.in}: ${mutant.title})`
      : options.fixed
        ? 'v12 with the fixes'
        : 'v12 as posted';
  if (broken.length > 0) {
    const names = broken.map(
      ({ check, property, decides }) =>
        `${check} (${[property ?? 'P13', decides].filter(Boolean).join(', ')})`,
    );
    return pc.red(
      `${subject}: counterexamples in ${broken.length} of ${reports.length} checks: ${names.join(', ')}`,
    );
  }
  const because = mutant?.because === undefined ? '' : `\n  expected: ${mutant.because}`;
  return `${subject}: no counterexample in ${reports.length === 1 ? 'this scope' : 'these scopes'}${because}`;
}

function list(): void {
  console.log(pc.bold('Checks'));
  for (const { id, title, properties, decides } of CHECKS)
    console.log(
      `  ${id.padEnd(16)} ${title} (${[properties.join(' '), decides].filter(Boolean).join('; ')})`,
    );
  console.log(pc.bold('\nMutants'));
  for (const { id, in: where, title, check, killedBy } of MUTANTS)
    console.log(`  ${id.padEnd(32)} ${where}: ${title} (${check}, ${killedBy ?? 'equivalent'})`);
}
