import type { Frame } from '../../console/finding.ts';
import { frameText, place } from '../words.ts';
import { html, type Html } from './tag.ts';

/** A call stack, innermost first; inlined functions stand before the frame that they were compiled into. */
export function stack(title: string, frames: readonly Frame[], blamed: string | null = null): Html | null {
  if (frames.length === 0) return null;
  return html`<h4>${title}</h4>
    <ol class="stack">
      ${frames.map((frame) => [...(frame.inlined ?? []).map((call) => inlined(call, blamed)), line(frame, blamed)])}
    </ol>`;
}

type Inlined = NonNullable<Frame['inlined']>[number];

const inlined = (call: Inlined, blamed: string | null): Html =>
  html`<li class="${call.function === blamed ? 'blamed' : ''}">
    <code>${call.function}</code> <em>inlined</em> ${where(call)}
  </li>`;

const line = (frame: Frame, blamed: string | null): Html =>
  html`<li
    class="${frame.function === blamed ? 'blamed' : ''} ${frame.unreliable === true ? 'unreliable' : ''}"
  >
    <code>${frameText(frame)}</code>
    ${frame.unreliable === true && html`<em title="The unwinder is not sure of this frame">?</em>`}
    ${where(frame)} ${frame.source !== undefined && html`<code class="source">${frame.source}</code>`}
  </li>`;

const where = (at: { file?: string | undefined; line?: number | undefined }): Html | null =>
  at.file === undefined ? null : html`<span class="place">${place(at)}</span>`;
