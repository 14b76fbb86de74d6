import type { KernelRecord } from '../../store/record.ts';
import { plural, seconds } from '../words.ts';
import { anchor, facts, table } from './parts.ts';
import { html, type Html } from './tag.ts';

export function kernelSection(kernels: readonly KernelRecord[]): Html | null {
  if (kernels.length === 0) return null;
  return html`<section>
    <h2>Kernels</h2>
    <div class="cards">${kernels.map(card)}</div>
  </section>`;
}

function card(kernel: KernelRecord): Html {
  const { base, series, symbols } = kernel;
  const served = base.servedBy === '' ? '' : `, from ${base.servedBy}`;
  return html`<article class="card" id="${anchor('kernel', kernel.id)}">
    <h3>${kernel.id}</h3>
    ${facts([
      ['base', `${base.spec}, ${base.version}${served}`],
      [
        'series',
        series === null ? 'none: the base as it is' : `${series.name} (${series.hash.slice(0, 12)})`,
      ],
      ['uname -r', html`<code>${kernel.release}</code>`],
      ['compiler', kernel.compiler],
      ['build', kernel.cached ? 'from the cache' : seconds(kernel.buildSeconds)],
      ['symbols', `${symbols.got} of ${symbols.asked} as asked`],
    ])}
    ${dropped(kernel)} ${warnings(kernel)} ${patches(kernel)}
  </article>`;
}

function dropped({ symbols }: KernelRecord): Html | null {
  if (symbols.dropped.length === 0) return null;
  const rows = symbols.dropped.map(({ symbol, asked, reason }) => [
    html`<code>${symbol}=${asked}</code>`,
    reason,
  ]);
  return html`<div class="note warn">
    <h4>${plural(rows.length, 'symbol')} dropped</h4>
    ${table(['asked', 'why it is not there'], rows)}
  </div>`;
}

function warnings({ warnings, series }: KernelRecord): Html | null {
  if (series === null) return null;
  if (warnings === null)
    return html`<p class="quiet">Compiler warnings: the base was not built to compare with.</p>`;
  if (warnings.length === 0) return html`<p class="quiet">The series adds no compiler warning.</p>`;
  const rows = warnings.map(({ file, line, text }) => [html`<code>${file}:${line}</code>`, text]);
  return html`<div class="note warn">
    <h4>The series adds ${plural(warnings.length, 'compiler warning')}</h4>
    ${table(['where', 'warning'], rows)}
  </div>`;
}

function patches({ patches }: KernelRecord): Html | null {
  if (patches.length === 0) return null;
  return html`<details>
    <summary>${plural(patches.length, 'patch')}</summary>
    <ol class="patches">
      ${patches.map(({ number, title }) => html`<li value="${number}">${title}</li>`)}
    </ol>
  </details>`;
}
