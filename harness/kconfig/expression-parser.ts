import type { Comparison, Expression } from './expression.ts';
import type { Token } from './lexer.ts';

const comparisons: readonly string[] = ['=', '!=', '<', '<=', '>', '>='] satisfies Comparison[];

/**
 * Parses the longest expression at the head of the tokens. Precedence from weak to strong: `||`, `&&`, `!`,
 * comparison (scripts/kconfig/parser.y, rule `expr`).
 *
 * @returns the expression and what follows it; undefined when the tokens do not begin with one.
 */
export function parseExpression(
  tokens: readonly Token[],
): { expression: Expression; rest: readonly Token[] } | undefined {
  let rest = tokens;

  const isNext = (text: string) => rest[0]?.kind === 'operator' && rest[0].text === text;
  const take = () => {
    const [head, ...tail] = rest;
    rest = tail;
    return head;
  };

  const chain = (kind: 'and' | 'or', sign: string, part: () => Expression | undefined) => {
    let left = part();
    while (left !== undefined && isNext(sign)) {
      take();
      const right = part();
      if (right === undefined) return left;
      left = { kind, left, right };
    }
    return left;
  };
  const disjunction = () => chain('or', '||', conjunction);
  const conjunction = () => chain('and', '&&', unary);

  function unary(): Expression | undefined {
    if (isNext('!')) {
      take();
      const operand = unary();
      return operand === undefined ? undefined : { kind: 'not', operand };
    }
    if (isNext('(')) {
      take();
      const inner = disjunction();
      if (isNext(')')) take();
      return inner;
    }
    return comparison();
  }

  function comparison(): Expression | undefined {
    const left = atom();
    const sign = rest[0];
    if (left === undefined || sign?.kind !== 'operator' || !comparisons.includes(sign.text)) return left;
    take();
    const right = atom();
    if (right === undefined) return left;
    return { kind: 'compare', operator: sign.text as Comparison, left, right };
  }

  function atom(): Expression | undefined {
    if (rest[0] === undefined || rest[0].kind === 'operator') return undefined;
    return atomOf(take() as Exclude<Token, { kind: 'operator' }>);
  }

  const expression = disjunction();
  return expression === undefined ? undefined : { expression, rest };
}

function atomOf(token: Exclude<Token, { kind: 'operator' }>): Expression {
  switch (token.kind) {
    case 'macro':
      return { kind: 'macro', text: token.text };
    case 'string':
      return { kind: 'constant', text: token.text };
    case 'word':
      return /^(?:[ymn]|-?\d+|0x[0-9a-f]+)$/i.test(token.text) && !/^[YMN]$/.test(token.text)
        ? { kind: 'constant', text: token.text }
        : { kind: 'symbol', name: token.text };
  }
}
