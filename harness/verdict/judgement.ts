import type { Culprit, Status } from './words.ts';

/** What one rule says of one job. `certain` belongs to FAIL: false where an overloaded host or we could look the same. */
export interface Judgement {
  readonly status: Status;
  readonly culprit: Culprit | null;
  readonly detail: string;
  readonly certain: boolean;
}

export const pass = (detail: string): Judgement => ({
  status: 'PASS',
  culprit: null,
  detail,
  certain: false,
});
export const skip = (detail: string): Judgement => ({
  status: 'SKIP',
  culprit: null,
  detail,
  certain: false,
});
export const kernelFails = (detail: string, confidence: 'certain' | 'likely'): Judgement => ({
  status: 'FAIL',
  culprit: 'code',
  detail,
  certain: confidence === 'certain',
});
export const rigError = (culprit: 'tool' | 'harness' | null, detail: string): Judgement => ({
  status: 'ERROR',
  culprit,
  detail,
  certain: false,
});
export const neverRan = (culprit: 'tool' | 'harness' | null, detail: string): Judgement => ({
  status: 'MISS',
  culprit,
  detail,
  certain: false,
});

const severity: Record<Status, number> = { FAIL: 4, ERROR: 3, MISS: 2, PASS: 1, DONE: 1, SKIP: 0 };

/** How bad a status is: greater is worse; PASS and DONE are alike. */
export function badness(status: Status): number {
  return severity[status];
}
