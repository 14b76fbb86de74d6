#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../base/disk.ts';
import { runJsonSchema } from './schema.ts';

/** `npm run schema`: writes docs/run-schema.json anew. */
await writeFileAtomic(fileURLToPath(new URL('../../docs/run-schema.json', import.meta.url)), runJsonSchema());
