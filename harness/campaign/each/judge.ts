import { EXIT, type ExitCode } from '../../base/errors.ts';
import { plural } from '../../report/words.ts';
import type { EachBuild, EachComplaint, EachRecord, EachStep } from '../../store/each-record.ts';

/** All that is wrong with a series, step by step. Pure: the record so far is all that it looks at. */
export function judgeSteps({
  steps,
  stopped,
  symbol,
}: Pick<EachRecord, 'steps' | 'stopped' | 'symbol'>): EachComplaint[] {
  return [...steps.flatMap(judgeStep), ...(stopped === null ? neverOffered(steps, symbol) : [])];
}

/** What is wrong with one step. */
export function judgeStep(step: EachStep): EachComplaint[] {
  const { index, patch, rejection, checkpatch, builds } = step;
  const about = { step: index, variant: null };
  const title = patch === null ? 'the base' : `patch ${patch.number}/${patch.of} (${patch.title})`;
  const complaints: EachComplaint[] = [];
  if (rejection !== null) {
    const words = rejection.split('\n');
    complaints.push({ ...about, kind: 'does-not-apply', text: `${title} does not apply`, words });
  }
  if (checkpatch !== null && checkpatch.errors > 0) {
    const words = checkpatch.complaints.filter(({ kind }) => kind === 'error').map(checkpatchWords);
    const text = `${title}: checkpatch finds ${plural(checkpatch.errors, 'error')}`;
    complaints.push({ ...about, kind: 'checkpatch', text, words });
  }
  return [...complaints, ...builds.flatMap((build) => judgeBuild(step, title, build))];
}

function judgeBuild({ index }: EachStep, title: string, build: EachBuild): EachComplaint[] {
  const about = { step: index, variant: build.variant };
  const complaints: EachComplaint[] = [];
  if (build.outcome === 'failed') {
    const text = `${title} does not build: ${build.variant}`;
    complaints.push({ ...about, kind: 'does-not-build', text, words: build.words });
  }
  const added = build.newWarnings ?? [];
  if (added.length > 0) {
    const text = `${title} brings ${plural(added.length, 'new warning')}: ${build.variant}`;
    complaints.push({ ...about, kind: 'new-warning', text, words: added.map(warningWords) });
  }
  return complaints;
}

/** A symbol that the whole series does not offer was not built at all: silence about that would pass for a success. */
function neverOffered(steps: readonly EachStep[], symbol: string | null): EachComplaint[] {
  const last = steps.at(-1);
  if (last === undefined || steps.some(({ rejection }) => rejection !== null)) return [];
  return last.builds
    .filter(({ outcome }) => outcome === 'not-offered')
    .map(({ variant, words }) => ({
      ...{ kind: 'never-offered' as const, step: last.index, variant, words },
      text: `the whole series does not offer ${symbol ?? 'its symbol'}: ${variant}`,
    }));
}

/** The series' own faults come first; then what was asked for and cannot be; then what kept us from the end. */
export function exitCodeOf({ complaints, stopped }: Pick<EachRecord, 'complaints' | 'stopped'>): ExitCode {
  const usage: readonly EachComplaint['kind'][] = ['does-not-apply', 'never-offered'];
  if (complaints.some(({ kind }) => !usage.includes(kind))) return EXIT.kernelAtFault;
  if (complaints.length > 0) return EXIT.usage;
  return stopped === null ? EXIT.clean : EXIT.rig;
}

function checkpatchWords({ type, line, text }: { type: string | null; line: number | null; text: string }) {
  return `${line === null ? '' : `line ${line}: `}${type === null ? '' : `${type}: `}${text}`;
}

function warningWords({
  file,
  line,
  text,
  flag,
}: {
  file: string;
  line: number;
  text: string;
  flag: string | null;
}) {
  const place = file === '' ? '' : `${file}:${line === 0 ? '' : `${line}:`} `;
  return `${place}warning: ${text}${flag === null ? '' : ` [${flag}]`}`;
}
