import { createHash } from 'node:crypto';

/** A name for everything in `input`, which must be plain data: sha256 of its JSON, in hex. */
export function digestOf(input: unknown): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('hex');
}
