import type { Mismatch } from '../../store/record.ts';
import type { Seen } from '../select.ts';
import { plural } from '../words.ts';
import { command, jobLink } from './parts.ts';
import { html, type Html } from './tag.ts';
import { timeline } from './timeline.ts';

export function violationSection(violations: readonly Seen<Mismatch>[]): Html | null {
  if (violations.length === 0) return null;
  return html`<section>
    <h2>What the guest saw and the model does not allow</h2>
    ${violations.map((violation, index) => article(violation, `violation-${index + 1}`))}
  </section>`;
}

function article({ first, jobs, times }: Seen<Mismatch>, id: string): Html {
  const pages =
    first.pages.length === 0 ? '' : `, ${plural(first.pages.length, 'page')} (${first.pages.join(', ')})`;
  return html`<article class="card violation" id="${id}">
    <h3>${first.rule}</h3>
    <p class="quiet">
      ${first.model} model${pages}, ${plural(times, 'time')} in ${jobs.map((job) => [jobLink(job), ' '])}
    </p>
    <p>${first.explanation}</p>
    ${first.operations.length > 0 && operations(first, id)} ${possible(first)}
    ${jobs[0] && command(jobs[0].reproduce)}
  </article>`;
}

function operations({ operations }: Mismatch, id: string): Html {
  const ordered = operations.toSorted((a, b) => a.startMicros - b.startMicros || a.thread - b.thread);
  return html`<figure>
    ${timeline(ordered, id)}
    <figcaption>
      <ol class="operations">
        ${ordered.map(
          (operation) =>
            html`<li class="${operation.guilty ? 'guilty' : ''}">
              ${operation.text} ${operation.guilty && html`<strong>← no order explains this</strong>`}
              <span class="place">${span(operation)}</span>
            </li>`,
        )}
      </ol>
    </figcaption>
  </figure>`;
}

const span = ({ startMicros, endMicros }: Mismatch['operations'][number]): string =>
  `${startMicros.toFixed(2)}–${endMicros.toFixed(2)} µs`;

function possible({ possible }: Mismatch): Html | null {
  if (possible.length === 0) return null;
  return html`<h4>What was possible just before</h4>
    <ul class="possible">
      ${possible.map((state) => html`<li><code>${state}</code></li>`)}
    </ul>`;
}
