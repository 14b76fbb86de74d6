/** XML 1.0 (fifth edition), 2.2: everything but these may not appear, not even as a reference. Consoles are full of it. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser turns these into spaces and line feeds unless they are written as references.
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

export function xmlText(text: string): string {
  return text.replaceAll(forbidden, '').replaceAll(/[&<>\r]/g, (char) => references[char] ?? char);
}

function xmlAttribute(value: string | number): string {
  return String(value)
    .replaceAll(forbidden, '')
    .replaceAll(/[&<>"\r\n\t]/g, (char) => references[char] ?? char);
}

/** An element as lines, its children indented. Attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  children: readonly string[] = [],
): string {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${xmlAttribute(value)}"`]))
    .join('');
  if (children.length === 0) return `<${name}${written}/>`;
  return `<${name}${written}>\n${children.join('\n')}\n</${name}>`;
}

/** An element that holds text; not indented, because spaces would become part of the text. */
export function textElement(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  text: string,
): string {
  return element(name, attributes).replace(/\/>$/, () => `>${xmlText(text)}</${name}>`);
}
