import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, type Scope } from '../../harness/kconfig/evaluate.ts';
import { parseExpression } from '../../harness/kconfig/expression-parser.ts';
import { conjuncts, formatExpression, symbolsOf, type Expression } from '../../harness/kconfig/expression.ts';
import { tokenize } from '../../harness/kconfig/lexer.ts';
import { makeTree, type Definition, type SymbolType } from '../../harness/kconfig/tree.ts';

const define = (symbol: string, type: SymbolType): Definition => ({
  symbol,
  type,
  location: 'Kconfig:1',
  prompt: undefined,
  dependencies: undefined,
  defaults: [],
  selects: [],
  ranges: [],
  choice: undefined,
});

const names = ['Y', 'M', 'N', 'COUNT', 'GREETING'];
const scope: Scope = {
  tree: makeTree([
    define('Y', 'bool'),
    define('M', 'tristate'),
    define('N', 'bool'),
    define('COUNT', 'int'),
    define('GREETING', 'string'),
  ]),
  config: new Map([
    ['Y', 'y'],
    ['M', 'm'],
    ['COUNT', '120000'],
    ['GREETING', '"hello"'],
  ]),
};

function parse(text: string): Expression {
  const parsed = parseExpression(tokenize(text));
  if (parsed === undefined) throw new Error(`no expression: ${text}`);
  return parsed.expression;
}

test.each([
  ['Y', 2],
  ['M', 1],
  ['N', 0],
  ['!M', 1],
  ['!N', 2],
  ['N && N || Y', 2],
  ['Y || N && N', 2],
  ['(Y || N) && N', 0],
  ['!N && Y', 2],
  ['!(N && Y)', 2],
  ['M && Y', 1],
  ['COUNT >= 90200', 2],
  ['COUNT < 0x10', 0],
  ['COUNT != 120000', 0],
  ['GREETING = "hello"', 2],
  ['N = n', 2],
  ['Y = y && M = m', 2],
  ['UNDEFINED', 0],
  ['$(cc-option,-foo (bar)) && N', 0],
  ['$(cc-option,-foo) && Y', undefined],
  ['$(cc-option,-foo) || Y', 2],
  ['!$(cc-option,-foo)', undefined],
])('%s is %s', (text, value) => {
  expect(evaluate(parse(text), scope)).toBe(value);
});

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom(...names).map((name) => ({ kind: 'symbol', name }) as const),
  fc.constantFrom('y', 'm', 'n').map((text) => ({ kind: 'constant', text }) as const),
  fc.constant({ kind: 'macro', text: '$(cc-option,-fa)' } as const),
  fc.record({
    kind: fc.constant('compare' as const),
    operator: fc.constantFrom('=' as const, '!=' as const, '<' as const, '>=' as const),
    left: fc.constant({ kind: 'symbol', name: 'COUNT' } as const),
    right: fc.nat().map((n) => ({ kind: 'constant', text: String(n) }) as const),
  }),
);
const { tree: expression } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.record({ kind: fc.constant('not' as const), operand: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
}));

test('what is written reads back with the same value', () => {
  fc.assert(
    fc.property(expression, (one) => {
      const back = parse(formatExpression(one));
      expect(formatExpression(back)).toBe(formatExpression(one));
      expect(evaluate(back, scope)).toBe(evaluate(one, scope));
    }),
  );
});

test('a conjunction is n exactly when a term is', () => {
  fc.assert(
    fc.property(expression, (one) => {
      const terms = conjuncts(one).map((term) => evaluate(term, scope));
      expect(evaluate(one, scope) === 0).toBe(terms.includes(0));
    }),
  );
});

test('symbols come once, in order', () => {
  expect(symbolsOf(parse('B && (A || !B) && C = 3'))).toEqual(['B', 'A', 'C']);
});
