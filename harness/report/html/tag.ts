/**
 * HTML by tagged templates: every value is escaped unless it is HTML already. A page that is written once and has no
 * components needs no rendering library; what it needs is that nothing from a kernel's console gets in unescaped.
 */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; absent things (null, undefined, false) are nothing. */
export type Value = string | number | Html | null | undefined | false | readonly Value[];

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.map((string, index) => string + render(values[index])).join(''));
}

/** For our own style sheet and script only. */
export const trusted = (text: string): Html => new Html(text);

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escape(String(value));
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters other than tab and line feed are no text in HTML; they are shown as a replacement. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\t\n]/gu, '\u{FFFD}')
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (char) => references[char] ?? char);
}
