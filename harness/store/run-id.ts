import { randomBytes } from 'node:crypto';

/**
 * Name of a run: UTC time, so that names sort as runs began, and four random hex digits for runs of the same second:
 * `20261123-040501-3f9a`.
 */
export function createRunId(now = new Date(), random = randomBytes(2).toString('hex')): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${random}`;
}

const shape = /^\d{8}-\d{6}-[0-9a-f]{4}$/;

export function isRunId(text: string): boolean {
  return shape.test(text);
}
