/** Kconfig expressions (Documentation/kbuild/kconfig-language.rst, "Menu dependencies"). */
export type Expression =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'constant'; readonly text: string }
  /** `$(…)`: its value is known only to Kconfig, which runs the compiler or a shell for it. */
  | { readonly kind: 'macro'; readonly text: string }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Both, where a missing one stands for `y`. */
export function both(left: Expression | undefined, right: Expression | undefined): Expression | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : { kind: 'and', left, right };
}

/** The terms of a conjunction: `A && (B || C)` is `A` and `B || C`. */
export function conjuncts(expression: Expression): Expression[] {
  return expression.kind === 'and'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

/** Names of the symbols in it, in order, each once. */
export function symbolsOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'symbol':
      return [expression.name];
    case 'constant':
    case 'macro':
      return [];
    case 'not':
      return symbolsOf(expression.operand);
    case 'and':
    case 'or':
    case 'compare':
      return [...new Set([...symbolsOf(expression.left), ...symbolsOf(expression.right)])];
  }
}

/** As a Kconfig file would say it. */
export function formatExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name;
    case 'constant':
      return /^[ymn]$|^-?\w+$/.test(expression.text) ? expression.text : `"${expression.text}"`;
    case 'macro':
      return expression.text;
    case 'not':
      return `!${parenthesized(expression.operand, ['and', 'or', 'compare'])}`;
    case 'and':
      return `${parenthesized(expression.left, ['or'])} && ${parenthesized(expression.right, ['or'])}`;
    case 'or':
      return `${formatExpression(expression.left)} || ${formatExpression(expression.right)}`;
    case 'compare':
      return `${formatExpression(expression.left)}${expression.operator}${formatExpression(expression.right)}`;
  }
}

function parenthesized(expression: Expression, kinds: readonly Expression['kind'][]): string {
  const text = formatExpression(expression);
  return kinds.includes(expression.kind) ? `(${text})` : text;
}
