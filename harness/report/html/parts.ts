import type { JobRecord, Status } from '../../store/record.ts';
import { html, type Html, type Value } from './tag.ts';

/** Pieces that several sections use. */

export const badge = (status: Status): Html =>
  html`<span class="badge ${status.toLowerCase()}">${status}</span>`;

/** A command with a button that copies it. */
export const command = (text: string): Html =>
  html`<div class="command"><code>${text}</code><button type="button" class="copy">copy</button></div>`;

/** An id that is the same in a fragment and in an attribute; ids of ours come through unchanged. */
export const anchor = (kind: string, id: string): string =>
  `${kind}-${id.replaceAll(/[^\w.-]/g, (char) => `_${char.charCodeAt(0).toString(16)}`)}`;

export const jobAnchor = (job: Pick<JobRecord, 'id'>): string => anchor('job', job.id);

export const jobLink = (job: Pick<JobRecord, 'id'>): Html => html`<a href="#${jobAnchor(job)}">${job.id}</a>`;

/** Facts as a definition list; a row whose value is absent is left out. */
export function facts(rows: readonly (readonly [string, Value])[]): Html {
  const present = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return html`<dl class="facts">
    ${present.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** A table that scrolls by itself when it is wider than the screen. */
export function table(heads: readonly string[], rows: readonly (readonly Value[])[], className = ''): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${heads.join(', ')}">
    <table class="${className}">
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, index) => html`<td data-head="${heads[index] ?? ''}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** `share` is 0 to 1. The number stands beside the bar: the bar is for the eye only. */
export const bar = (share: number, text: string): Html =>
  html`<span class="share"
    ><svg aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">
      <rect class="track" width="100" height="8" rx="2" />
      <rect
        class="level"
        width="${Math.max(0, Math.min(100, 100 * share)).toFixed(2)}"
        height="8"
        rx="2"
      /></svg
    ><span>${text}</span></span
  >`;
