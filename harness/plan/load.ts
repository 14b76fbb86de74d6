import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../base/errors.ts';
import { didYouMean } from '../base/did-you-mean.ts';
import { expectationsSchema } from '../verdict/expectations.ts';
import { locateShipped, shippedNames } from './shipped.ts';
import { limitsSchema, machineSchema, type Plan, planJobSchema, planSchema } from './schema.ts';

export interface LoadedPlan {
  readonly plan: Plan;
  readonly file: string;
  readonly sha256: string;
}

/** Names of the plans that come with the project, sorted. */
export const shippedPlans = (projectDir: string): string[] => shippedNames('plans', projectDir);

/**
 * Read a plan by the name of one that comes with the project, or by path.
 *
 * @throws UsageError with file, line and column for everything that is wrong with it, one line each.
 */
export function loadPlan(nameOrPath: string, projectDir: string): LoadedPlan {
  const file = locateShipped('plans', nameOrPath, projectDir);
  const text = readFileSync(file, 'utf8');
  return { plan: parsePlan(text, file), file, sha256: createHash('sha256').update(text).digest('hex') };
}

/** @param file only for messages. */
export function parsePlan(text: string, file: string): Plan {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    throw new UsageError(`${file}:${line}:${col}: ${syntax.message.split('\n')[0] ?? syntax.message}`);
  }
  const result = planSchema.safeParse(document.toJS());
  if (result.success) return result.data;
  const complaints = result.error.issues.flatMap((issue) => describeIssue(issue, document, lines, file));
  throw new UsageError(complaints.join('\n'));
}

/** Keys that a mapping at this path may have, for the sake of a hint. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  const shapes = {
    expect: expectationsSchema.shape,
    machine: machineSchema.shape,
    limits: limitsSchema.shape,
  };
  const last = path.at(-1);
  if (typeof last === 'string' && last in shapes) return Object.keys(shapes[last as keyof typeof shapes]);
  return Object.keys(path[0] === 'jobs' ? planJobSchema.shape : planSchema.shape);
}

function describeIssue(
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
  file: string,
): string[] {
  const at = (path: readonly PropertyKey[]) => place(path, document, lines, file);
  const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : '';
  if (issue.code !== 'unrecognized_keys') return [`${at(issue.path)}: ${where}${issue.message}`];
  const known = knownKeys(issue.path);
  return issue.keys.map(
    (key) => `${at([...issue.path, key])}: ${where}unknown key "${key}"${didYouMean(key, known)}`,
  );
}

function place(path: readonly PropertyKey[], document: Document, lines: LineCounter, file: string): string {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth) as (string | number)[], true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    if (!range) continue;
    const { line, col } = lines.linePos(range[0]);
    return `${file}:${line}:${col}`;
  }
  return file;
}
