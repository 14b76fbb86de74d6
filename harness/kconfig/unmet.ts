import { both, conjuncts, formatExpression, symbolsOf, type Expression } from './expression.ts';
import { evaluate, symbolValue, type Scope } from './evaluate.ts';
import type { Definition } from './tree.ts';

/** `depends on A, which is n`; undefined when the definition's dependencies are met, or may be. */
export function unmetDependencies({ dependencies }: Definition, scope: Scope): string | undefined {
  if (dependencies === undefined || evaluate(dependencies, scope) !== 0) return undefined;
  return `depends on ${describeUnmet(dependencies, scope)}`;
}

/** The terms that are n, each with the values that make it so: `A || B (A is n, B is n)`. */
export function describeUnmet(expression: Expression, scope: Scope): string {
  const terms = conjuncts(expression).filter((term) => evaluate(term, scope) === 0);
  const distinct = new Map(terms.map((term) => [formatExpression(term), term]));
  return [...distinct].map(([text, term]) => describeTerm(text, term, scope)).join(', and on ');
}

function describeTerm(text: string, term: Expression, scope: Scope): string {
  const symbols = symbolsOf(term).filter((name) => scope.tree.definitions.has(name));
  const unknown = symbolsOf(term).filter((name) => !scope.tree.definitions.has(name));
  if (term.kind === 'symbol' && symbols.length === 1) {
    const why = needsSelect(term.name, scope) ? `: ${withoutPrompt(term.name, scope)}` : '';
    return `${text}, which is n${why}`;
  }
  const values = symbols.map((name) => `${name} is ${symbolValue(name, scope) || 'empty'}`);
  const missing = term.kind === 'compare' ? [] : unknown.map((name) => `${name} does not exist`);
  return `${text} (${[...values, ...missing].join(', ')})`;
}

function needsSelect(symbol: string, { tree }: Scope): boolean {
  return (tree.definitions.get(symbol) ?? []).every(({ prompt }) => prompt === undefined);
}

/** Who could have turned on a symbol without a prompt, and why nobody did. */
export function withoutPrompt(symbol: string, scope: Scope): string {
  const selectors = scope.tree.selectors.get(symbol) ?? [];
  if (selectors.length === 0) return `it has no prompt and ${byDefault(symbol, scope)}`;
  const shown = selectors.slice(0, 3).map(({ by, condition }) => {
    return condition === undefined ? by.symbol : `${by.symbol} if ${formatExpression(condition)}`;
  });
  const more = selectors.length > shown.length ? ` and ${selectors.length - shown.length} more` : '';
  return `it has no prompt, only these select it: ${shown.join(', ')}${more}`;
}

/** The default that decides, or what the first one would have needed, where nothing selects the symbol. */
function byDefault(symbol: string, scope: Scope): string {
  const all = (scope.tree.definitions.get(symbol) ?? []).flatMap(({ defaults, dependencies }) =>
    defaults.map(({ value, condition }) => ({ value, needs: both(dependencies, condition) })),
  );
  const active = all.find(({ needs }) => needs === undefined || evaluate(needs, scope) !== 0);
  const shown = active ?? all[0];
  if (shown === undefined) return 'nothing on this architecture selects it';
  const needs = shown.needs === undefined ? '' : ` if ${formatExpression(shown.needs)}`;
  return `its default decides: ${formatExpression(shown.value)}${needs}`;
}
