import { readFileSync } from 'node:fs';
import { readConsole } from '../../harness/console/reader.ts';

export const bytesOf = (text: string) => new TextEncoder().encode(text);
export const readText = (...lines: string[]) => readConsole(bytesOf(lines.join('\n')));
export const sampleBytes = (name: string) => readFileSync(new URL(`samples/${name}.log`, import.meta.url));
export const readSample = (name: string) => readConsole(sampleBytes(name));
