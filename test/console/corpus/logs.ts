import { existsSync, readFileSync } from 'node:fs';
import type { BatchInput } from '../../../harness/console/batch.ts';

/** A recorded log and what must be found in it; a null title: nothing. */
export interface RecordedLog extends BatchInput {
  readonly id: string;
  readonly title: string | null;
  readonly type: string | null;
  readonly frame: string | null;
  readonly corrupted: boolean;
  readonly panicked: boolean;
}

const beside = new URL('../../../../shared/oops-corpus/dev.jsonl', import.meta.url);
const file = process.env['SPF_CORPUS'] ?? beside.pathname;

/** The public corpus, null where it is not: SPF_CORPUS names its file, or it lies beside the project. */
export const recordedLogs: readonly RecordedLog[] | null = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RecordedLog)
  : null;
if (recordedLogs === null)
  console.log(`skipped: no corpus of recorded logs (SPF_CORPUS, ${beside.pathname})`);

export const bytesOfLog = ({ log, encoding }: BatchInput): Uint8Array =>
  Buffer.from(log, encoding === 'base64' ? 'base64' : 'utf8');

export const isCrash = ({ title }: RecordedLog): boolean => title !== null && title !== '';

/** Whose words a log is about that no kernel of ours can say; they count all the same, and are named. */
export function scopeOf({ title }: RecordedLog): 'kernel' | 'KMSAN' | 'fuzzer' {
  if (/^(?:SYZF|go runtime)/.test(title ?? '')) return 'fuzzer';
  return title?.startsWith('KMSAN') === true ? 'KMSAN' : 'kernel';
}
