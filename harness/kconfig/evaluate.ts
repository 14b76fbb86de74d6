import type { DotConfig } from './dotconfig.ts';
import type { Expression } from './expression.ts';
import type { KconfigTree } from './tree.ts';

/** A tristate as Kconfig counts: n 0, m 1, y 2; undefined where only Kconfig's own `$(…)` would know. */
export type Tristate = 0 | 1 | 2 | undefined;

export interface Scope {
  readonly tree: KconfigTree;
  readonly config: DotConfig;
}

/** Value of an expression under a finished configuration (kconfig-language.rst, "Menu dependencies"). */
export function evaluate(expression: Expression, scope: Scope): Tristate {
  switch (expression.kind) {
    case 'constant':
      return tristate(expression.text);
    case 'symbol':
      return tristate(symbolValue(expression.name, scope));
    case 'macro':
      return undefined;
    case 'not':
      return not(evaluate(expression.operand, scope));
    case 'and':
      return and(evaluate(expression.left, scope), evaluate(expression.right, scope));
    case 'or':
      return not(and(not(evaluate(expression.left, scope)), not(evaluate(expression.right, scope))));
    case 'compare': {
      const [left, right] = [text(expression.left, scope), text(expression.right, scope)];
      if (left === undefined || right === undefined) return undefined;
      return holds(expression.operator, left, right) ? 2 : 0;
    }
  }
}

/**
 * A symbol's value as text: `n` for a bool or tristate that is not set, empty for an unset value, and its own name
 * for a symbol that nobody defines (which is how Kconfig treats bare words, expr.c).
 */
export function symbolValue(name: string, { tree, config }: Scope): string {
  const value = config.get(name);
  if (value !== undefined) return value;
  const definitions = tree.definitions.get(name);
  if (definitions === undefined) return name;
  return isSwitch(name, tree) ? 'n' : '';
}

/** Whether the symbol is a bool or a tristate; false when it is not defined. */
export function isSwitch(name: string, tree: KconfigTree): boolean {
  const type = tree.definitions.get(name)?.find((definition) => definition.type !== undefined)?.type;
  return type === 'bool' || type === 'tristate';
}

function tristate(value: string): Tristate {
  if (value === 'y') return 2;
  return value === 'm' ? 1 : 0;
}

function not(value: Tristate): Tristate {
  return value === undefined ? undefined : ((2 - value) as Tristate);
}

function and(left: Tristate, right: Tristate): Tristate {
  if (left === 0 || right === 0) return 0;
  return left === undefined || right === undefined ? undefined : (Math.min(left, right) as Tristate);
}

function text(expression: Expression, scope: Scope): string | undefined {
  if (expression.kind === 'constant') return expression.text;
  if (expression.kind === 'symbol') return symbolValue(expression.name, scope).replaceAll(/^"|"$/g, '');
  return undefined;
}

function holds(operator: string, left: string, right: string): boolean {
  const order = compareValues(left, right);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** Numbers by value (decimal and hexadecimal alike), everything else by its characters. */
export function compareValues(left: string, right: string): number {
  const number = /^-?(?:\d+|0x[0-9a-f]+)$/i;
  if (number.test(left) && number.test(right)) return Number(left) - Number(right);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
