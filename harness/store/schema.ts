import { z } from 'zod';
import { runRecordSchema } from './record.ts';

/** The run record's schema for other programs (JSON Schema 2020-12), as text of docs/run-schema.json. */
export function runJsonSchema(): string {
  const schema = z.toJSONSchema(runRecordSchema, { io: 'input', reused: 'ref' });
  return `${JSON.stringify({ title: 'spf-harness run record', ...schema }, null, 2)}\n`;
}
