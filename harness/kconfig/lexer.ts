/** A token of a Kconfig line (scripts/kconfig/lexer.l). */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'macro'; readonly text: string }
  | { readonly kind: 'operator'; readonly text: string };

const operator = /^(?:&&|\|\||!=|<=|>=|[=<>!()])/;
const word = /^[A-Za-z0-9_./-]+/;

/** Cuts one logical line into tokens; a comment ends it. Characters that Kconfig does not know are passed over. */
export function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let rest = line.trimStart();
  while (rest !== '' && !rest.startsWith('#')) {
    const token = next(rest);
    if (token === undefined) {
      rest = rest.slice(1).trimStart();
      continue;
    }
    tokens.push(token.token);
    rest = rest.slice(token.length).trimStart();
  }
  return tokens;
}

function next(rest: string): { token: Token; length: number } | undefined {
  if (rest.startsWith('$(')) {
    const text = rest.slice(0, closingParenthesis(rest));
    return { token: { kind: 'macro', text }, length: text.length };
  }
  const quote = rest[0];
  if (quote === '"' || quote === "'") {
    const length = closingQuote(rest, quote);
    const inner = rest.slice(1, length - 1).replaceAll(/\\(.)/g, '$1');
    return { token: { kind: 'string', text: inner }, length };
  }
  const sign = operator.exec(rest)?.[0];
  if (sign !== undefined) return { token: { kind: 'operator', text: sign }, length: sign.length };
  const text = word.exec(rest)?.[0];
  return text === undefined ? undefined : { token: { kind: 'word', text }, length: text.length };
}

/** Length up to and with the parenthesis that closes `$(`; all of it when none does. */
function closingParenthesis(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return text.length;
}

function closingQuote(text: string, quote: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}
