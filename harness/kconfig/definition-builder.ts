import type { Conditional, Definition, SymbolType } from './tree.ts';
import { both, type Expression } from './expression.ts';
import { parseExpression } from './expression-parser.ts';
import type { Token } from './lexer.ts';

const types: Readonly<Record<string, SymbolType>> = {
  bool: 'bool',
  boolean: 'bool',
  def_bool: 'bool',
  tristate: 'tristate',
  def_tristate: 'tristate',
  int: 'int',
  hex: 'hex',
  string: 'string',
};

/** What the lines under a `config`, `choice` or `menu` have said so far. */
export interface Draft {
  type: SymbolType | undefined;
  prompt: Conditional<string> | undefined;
  dependencies: Expression | undefined;
  visibleIf: Expression | undefined;
  readonly defaults: Conditional<Expression>[];
  readonly selects: Conditional<string>[];
  readonly ranges: Conditional<readonly [Expression, Expression]>[];
}

export function emptyDraft(): Draft {
  return {
    type: undefined,
    prompt: undefined,
    dependencies: undefined,
    visibleIf: undefined,
    defaults: [],
    selects: [],
    ranges: [],
  };
}

/** Takes one property line into the draft (kconfig-language.rst, "Menu attributes"); unknown ones are passed over. */
export function addProperty(draft: Draft, keyword: string, tokens: readonly Token[]): void {
  const type = types[keyword];
  if (type !== undefined) {
    draft.type = type;
    if (keyword.startsWith('def_')) addDefault(draft, tokens);
    else addPrompt(draft, tokens);
    return;
  }
  switch (keyword) {
    case 'prompt':
      return addPrompt(draft, tokens);
    case 'default':
      return addDefault(draft, tokens);
    case 'depends':
      draft.dependencies = both(draft.dependencies, parseExpression(tokens.slice(1))?.expression);
      return;
    case 'visible':
      draft.visibleIf = both(draft.visibleIf, condition(tokens));
      return;
    case 'select': {
      const [target, ...rest] = tokens;
      if (target?.kind === 'word') draft.selects.push({ value: target.text, condition: condition(rest) });
      return;
    }
    case 'range':
      return addRange(draft, tokens);
  }
}

export function finish(
  draft: Draft,
  symbol: string,
  location: string,
  around: {
    dependencies: Expression | undefined;
    visibleIf: Expression | undefined;
    choice: number | undefined;
  },
): Definition {
  const prompt = draft.prompt && {
    value: draft.prompt.value,
    condition: both(draft.prompt.condition, around.visibleIf),
  };
  return {
    symbol,
    location,
    type: draft.type,
    prompt,
    dependencies: both(around.dependencies, draft.dependencies),
    defaults: draft.defaults,
    selects: draft.selects,
    ranges: draft.ranges,
    choice: around.choice,
  };
}

function addPrompt(draft: Draft, tokens: readonly Token[]): void {
  const [text, ...rest] = tokens;
  if (text?.kind === 'string') draft.prompt = { value: text.text, condition: condition(rest) };
}

function addDefault(draft: Draft, tokens: readonly Token[]): void {
  const parsed = parseExpression(tokens);
  if (parsed !== undefined) {
    draft.defaults.push({ value: parsed.expression, condition: condition(parsed.rest) });
  }
}

function addRange(draft: Draft, tokens: readonly Token[]): void {
  const low = parseExpression(tokens);
  const high = low && parseExpression(low.rest);
  if (low !== undefined && high !== undefined) {
    draft.ranges.push({ value: [low.expression, high.expression], condition: condition(high.rest) });
  }
}

/** `if EXPRESSION` at the head of the tokens. */
function condition(tokens: readonly Token[]): Expression | undefined {
  const [head, ...rest] = tokens;
  return head?.kind === 'word' && head.text === 'if' ? parseExpression(rest)?.expression : undefined;
}
