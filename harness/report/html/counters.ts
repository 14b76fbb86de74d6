import type { JobRecord } from '../../store/record.ts';
import { speculativeShareOf } from '../select.ts';
import { percent } from '../words.ts';
import { bar, jobLink, table } from './parts.ts';
import { html, type Html } from './tag.ts';

/** The share of faults that were handled speculatively, job by job. */
export function counterSection(jobs: readonly JobRecord[]): Html | null {
  const shares = jobs.flatMap((job) => {
    const share = speculativeShareOf(job);
    return share === undefined ? [] : [[jobLink(job), bar(share, percent(share))]];
  });
  if (shares.length === 0) return null;
  return html`<section>
    <h2>Counters</h2>
    ${table(['job', 'faults handled speculatively'], shares, 'shares')}
  </section>`;
}

/** Every number of one job, folded. */
export function allCounters({ counters }: JobRecord): Html | null {
  const rows = Object.entries(counters)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => [html`<code>${name}</code>`, html`<span class="number">${format(value)}</span>`]);
  if (rows.length === 0) return null;
  return html`<details>
    <summary>All counters</summary>
    ${table(['counter', 'value'], rows, 'numbers')}
  </details>`;
}

const format = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(4);
