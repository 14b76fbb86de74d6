import { markdownTable } from '../base/markdown.ts';
import { median } from '../base/median.ts';
import { layers, type Layer, layerTitles } from './layer.ts';
import type { Mutant } from './row.ts';
import type { MutantState, Run } from './run.ts';

/** Of the protocol model, what it says of a mutant's twin. */
export interface Twin {
  readonly id: string;
  readonly killedBy: string | null;
}

/** The results of campaigns as a page of Markdown. Only what is on record: a mutant nobody has hunted is said to be that. */
export function detectionPage(
  mutants: readonly Mutant[],
  states: readonly MutantState[],
  twins: readonly Twin[],
): string {
  const hunted = mutants.flatMap((mutant) =>
    states.filter(({ id, end }) => id === mutant.id && end !== null).map((state) => ({ mutant, state })),
  );
  const of = (...outcomes: string[]) =>
    hunted.filter(({ state }) => outcomes.includes(state.end?.outcome ?? ''));
  const killed = of('killed');
  const untouched = mutants.filter(({ id }) => !hunted.some(({ mutant }) => mutant.id === id));
  return [
    '# Detection',
    '',
    'Which mutants of the series the harness notices, what notices them first, and how long that takes. Made by',
    '`npx spf mutants --report`; [mutants.md](mutants.md) says how a campaign works and what the columns mean.',
    '',
    ...summary(mutants, hunted.length, killed.length, of('survived'), untouched.length),
    '',
    ...section('Killed', killed, killedTable(killed, twins)),
    ...section('By layer', killed, layerTable(killed)),
    ...section('Survivors', of('survived'), survivorTable(of('survived'), twins)),
    ...section(
      'Not judged',
      of('unjudged', 'does-not-apply', 'does-not-build'),
      unfitTable(of('unjudged', 'does-not-apply', 'does-not-build')),
    ),
    ...section('Not hunted yet', untouched, notHuntedTable(untouched, twins)),
  ].join('\n');
}

interface Hunted {
  readonly mutant: Mutant;
  readonly state: MutantState;
}

function summary(
  mutants: readonly Mutant[],
  hunted: number,
  killed: number,
  survivors: readonly Hunted[],
  untouched: number,
): string[] {
  const believed = survivors.filter(({ mutant }) => mutant.equivalent !== undefined).length;
  const lines = [
    `There are ${mutants.length} mutants. ${hunted} hunts have ended: ${killed} killed, ${survivors.length} survived ` +
      `(${believed} of them believed to be equivalent).`,
  ];
  if (untouched > 0)
    lines.push('', `**This is not a whole campaign: ${untouched} mutants have not been hunted.**`);
  return lines;
}

function section(title: string, rows: readonly unknown[], table: readonly string[]): string[] {
  return rows.length === 0 ? [] : [`## ${title}`, '', ...table, ''];
}

function killedTable(killed: readonly Hunted[], twins: readonly Twin[]): string[] {
  const rows = killed.map(({ mutant, state }) => {
    const kills = killingRuns(state);
    return [
      `\`${mutant.id}\``,
      state.arch,
      layerTitles[state.end?.layer ?? 'workload'],
      state.end?.trial ?? '',
      figure(kills.map(({ operations }) => operations)),
      figure(kills.map(({ seconds }) => seconds)),
      String(kills.length),
      twinText(mutant, twins),
    ];
  });
  const head = ['Mutant', 'On', 'First seen by', 'Trial', 'Guest operations', 'Seconds', 'Kills', 'Model'];
  return table(head, rows);
}

function layerTable(killed: readonly Hunted[]): string[] {
  const count = (layer: Layer) => killed.filter(({ state }) => state.end?.layer === layer).length;
  return table(
    ['Layer', 'Mutants'],
    layers.filter((layer) => count(layer) > 0).map((layer) => [layerTitles[layer], String(count(layer))]),
  );
}

function survivorTable(survivors: readonly Hunted[], twins: readonly Twin[]): string[] {
  return table(
    ['Mutant', 'On', 'What was tried', 'Why it lives', 'Model'],
    survivors.map(({ mutant, state }) => [
      `\`${mutant.id}\``,
      state.arch,
      state.end?.reason ?? '',
      mutant.equivalent ?? `nobody knows; ${mutant.symptom}`,
      twinText(mutant, twins),
    ]),
  );
}

const unfitTable = (unfit: readonly Hunted[]): string[] =>
  table(
    ['Mutant', 'On', 'What happened', 'Why'],
    unfit.map(({ mutant, state }) => [
      `\`${mutant.id}\``,
      state.arch,
      state.end?.outcome ?? '',
      state.end?.reason ?? '',
    ]),
  );

const notHuntedTable = (mutants: readonly Mutant[], twins: readonly Twin[]): string[] =>
  table(
    ['Mutant', 'Breaks', 'Believed equivalent', 'Model'],
    mutants.map((mutant) => [
      `\`${mutant.id}\``,
      mutant.breaks,
      mutant.equivalent === undefined ? '' : 'yes',
      twinText(mutant, twins),
    ]),
  );

/** The runs of the trial that killed in which it killed. */
export function killingRuns({ runs, end }: Pick<MutantState, 'runs' | 'end'>): Run[] {
  return runs.filter(
    ({ trial, kernel, layer }) => trial === end?.trial && kernel === 'mutant' && layer !== null,
  );
}

/** A dash where it was not known in one of the runs. */
function figure(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const middle = known.length < values.length ? undefined : median(known);
  return middle === undefined ? '–' : String(Math.round(middle));
}

function twinText({ twin }: Mutant, twins: readonly Twin[]): string {
  const found = twins.find(({ id }) => id === twin);
  if (found === undefined) return '';
  return found.killedBy === null ? 'equivalent' : `${found.killedBy} fails`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  markdownTable(
    head,
    rows.map((cells) => cells.map((text) => text.replaceAll(/\s+/g, ' '))),
  );
