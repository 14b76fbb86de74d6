import { HYPOTHESES } from '../hypotheses.ts';
import type { Fragment } from './fragments.ts';
import { type LitmusOutcome, type MemoryModel, runLitmus } from './machine.ts';
import { parseLitmus } from './parse.ts';

export const MEMORY_MODELS: readonly MemoryModel[] = ['sc', 'tso', 'ppc64'];

export interface FragmentReport {
  readonly check: string;
  readonly title: string;
  readonly decides: string | null;
  readonly outcomes: Readonly<Record<MemoryModel, LitmusOutcome>>;
}

/** Run a fragment of the protocol, as posted or mended, under each memory model. */
export function judgeFragment(
  { id, title, decides, posted, fixed }: Fragment,
  mended: boolean,
): FragmentReport {
  return {
    check: id,
    title,
    decides: decides ?? null,
    outcomes: runEverywhere(mended ? (fixed ?? posted) : posted),
  };
}

export function runEverywhere(text: string): Record<MemoryModel, LitmusOutcome> {
  const test = parseLitmus(text);
  const [sc, tso, ppc64] = MEMORY_MODELS.map((model) => runLitmus(test, model));
  return { sc: sc!, tso: tso!, ppc64: ppc64! };
}

/** Can it happen on a CPU that the series supports? */
export const happens = ({ outcomes }: FragmentReport): boolean =>
  Object.values(outcomes).some(({ result }) => result === 'Sometimes');

export function fragmentText(report: FragmentReport): string {
  const { check, title, decides, outcomes } = report;
  const lines = [
    `${happens(report) ? '✖' : '✔'} ${check}: ${title}`,
    `    ${MEMORY_MODELS.map((model) => `${NAMES[model]}: ${outcomes[model].result === 'Sometimes' ? 'can happen' : 'never'}`).join(', ')}`,
  ];
  if (decides !== null)
    lines.push(`    ${decides}, ${HYPOTHESES[decides]}: ${happens(report) ? 'reached' : 'not reachable'}`);
  return lines.join('\n');
}

const NAMES: Record<MemoryModel, string> = {
  sc: 'sequentially consistent',
  tso: 'x86 (TSO)',
  ppc64: 'ppc64 (POWER)',
};
