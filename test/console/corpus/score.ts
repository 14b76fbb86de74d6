import { readBatchEntry, type BatchOutput } from '../../../harness/console/batch.ts';
import { isCrash, type RecordedLog } from './logs.ts';

export interface Answered {
  readonly log: RecordedLog;
  readonly answer: BatchOutput;
}

export const answer = (log: RecordedLog): Answered => ({ log, answer: readBatchEntry(log) });

/** What is compared; `crash` over all logs, the rest over those in which something is to be found. */
export const criteria = {
  crash: ({ log, answer }: Answered) => answer.crash === isCrash(log),
  title: ({ log, answer }: Answered) => answer.title === (log.title || null),
  type: ({ log, answer }: Answered) => answer.type === log.type,
  corrupted: ({ log, answer }: Answered) => answer.corrupted === log.corrupted,
  panicked: ({ log, answer }: Answered) => answer.panicked === log.panicked,
} as const;
export type Criterion = keyof typeof criteria;

export const share = (all: readonly Answered[], name: Criterion): number =>
  all.length === 0 ? 1 : all.filter(criteria[name]).length / all.length;

/** One line for a group of logs: how many, and how many of them are right in each respect. */
export function scoreLine(name: string, all: readonly Answered[]): string {
  const right = (criterion: Criterion) => String(all.filter(criteria[criterion]).length).padStart(5);
  return `${name.padEnd(36)}${String(all.length).padStart(5)}${(Object.keys(criteria) as Criterion[]).map(right).join('')}`;
}

export const scoreHead = `${'kind'.padEnd(36)} logs${(Object.keys(criteria) as Criterion[]).map((name) => name.slice(0, 5).padStart(6).slice(-5)).join('')}`;
