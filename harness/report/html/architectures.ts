import type { RunRecord } from '../../store/record.ts';
import { badge } from './parts.ts';
import { html, type Html } from './tag.ts';

/** One verdict an architecture, and what a run on it could have seen at all. */
export function architectureSection({ architectures = [] }: RunRecord): Html | null {
  if (architectures.length === 0) return null;
  return html`<section>
    <h2>Architectures</h2>
    <div class="cards">
      ${architectures.map(
        ({ arch, verdict, watched, blind }) =>
          html`<article class="card">
            <h3>${badge(verdict.status)} ${arch}</h3>
            <p>${verdict.headline}</p>
            ${list('Could have been seen', watched)} ${list('Could not have been seen', blind)}
          </article>`,
      )}
    </div>
  </section>`;
}

function list(title: string, items: readonly string[]): Html | null {
  if (items.length === 0) return null;
  return html`<details>
    <summary>${title}: ${items.length}</summary>
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
  </details>`;
}
