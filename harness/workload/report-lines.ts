import type { z } from 'zod';
import { directedOutcomeSchema } from '../model/directed/outcome.ts';
import { countedCaseSchema } from '../model/eligibility/facts.ts';

/** Numbers by dotted name (`calls.map`); anything that is no number is left out. */
export function flattenNumbers(value: unknown, prefix = ''): Record<string, number> {
  if (typeof value === 'number' && prefix !== '') return { [prefix]: value };
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) =>
      flattenNumbers(inner, prefix === '' ? name : `${prefix}.${name}`),
    ),
  ) as Record<string, number>;
}

/** A workload's standard error: what it said to people, and the counters of its last line, if it came that far. */
export function readCounters(stderr: string): {
  readonly counters: Record<string, number>;
  readonly said: string;
} {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const last = parseObject(lines.at(-1) ?? '');
  if (last === undefined) return { counters: {}, said: lines.join('\n') };
  return { counters: flattenNumbers(last), said: lines.slice(0, -1).join('\n') };
}

export interface ReadLines<T> {
  readonly lines: T[];
  readonly doubts: string[];
}

/** The lines of spf-counters. A line that is cut or odd is a doubt; the others count. */
export const readCases = (stdout: string) => readLines(stdout, countedCaseSchema, 'a case');

/** The lines of directed, likewise. */
export const readOutcomes = (stdout: string) =>
  readLines(stdout, directedOutcomeSchema, 'a directed program');

function readLines<T>(stdout: string, schema: z.ZodType<T>, whose: string): ReadLines<T> {
  const lines: T[] = [];
  const doubts: string[] = [];
  for (const line of stdout.split('\n')) {
    if (line.trim() === '') continue;
    const parsed = schema.safeParse(parseObject(line));
    if (parsed.success) lines.push(parsed.data);
    else doubts.push(`${whose}'s line cannot be read: ${line.slice(0, 120)}`);
  }
  return { lines, doubts };
}

/** Fields of /proc/vmstat (proc(5)). */
export function readVmstat(text: string): Record<string, number> {
  return Object.fromEntries(
    [...text.matchAll(/^(\S+) (\d+)$/gm)].map(([, name, value]) => [name!, Number(value)]),
  );
}

/** Growth of the events that count faults, by `vmstat.` and their name; gauges (`nr_…`) say nothing about a run. */
export function vmstatGrowth(
  before: Record<string, number>,
  after: Record<string, number>,
): Record<string, number> {
  const names = Object.keys(after).filter(
    (name) => /pg\w*fault|spf/i.test(name) && before[name] !== undefined,
  );
  return Object.fromEntries(names.map((name) => [`vmstat.${name}`, after[name]! - before[name]!]));
}

function parseObject(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
