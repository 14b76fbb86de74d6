import { conjuncts, formatExpression, type Expression } from './expression.ts';
import { compareValues, evaluate, isSwitch, symbolValue, type Scope } from './evaluate.ts';
import type { Ask } from './fragment.ts';
import type { Definition, Selector } from './tree.ts';
import { describeUnmet, unmetDependencies, withoutPrompt } from './unmet.ts';

/**
 * Why a symbol did not become what was asked, in words: the unmet dependency with its value, the missing symbol, the
 * choice or the select that decided otherwise. What cannot be known without running Kconfig's macros is said so.
 */
export function explain(ask: Ask, scope: Scope): string {
  const definitions = scope.tree.definitions.get(ask.symbol);
  if (definitions === undefined) return 'no such symbol on this base';
  if (!isSwitch(ask.symbol, scope.tree)) return explainValue(ask, definitions, scope);
  return ask.value === 'n'
    ? explainUnwanted(ask, definitions, scope)
    : explainDropped(ask, definitions, scope);
}

function explainDropped(ask: Ask, definitions: readonly Definition[], scope: Scope): string {
  const unmet = definitions.map((definition) => unmetDependencies(definition, scope));
  const reachable = definitions.filter((_, index) => unmet[index] === undefined);
  if (reachable.length === 0) return unmet.join('; or ');

  const prompted = reachable.filter(({ prompt }) => prompt !== undefined);
  if (prompted.length === 0) return `cannot be asked for: ${withoutPrompt(ask.symbol, scope)}`;
  const hiding = hiddenBy(prompted, scope);
  if (hiding !== undefined) return `can be set only if ${describeUnmet(hiding, scope)}`;

  const rival = takenMember(prompted, scope);
  if (rival !== undefined) return `another member of its choice was taken: ${rival}`;
  if (ask.value === 'm' && symbolValue('MODULES', scope) !== 'y') return 'modules are off: MODULES is n';
  const macros = reachable.flatMap(unknownTerms);
  if (macros.length > 0) return `depends on ${macros.join(' and ')}, which the toolchain did not grant`;
  return `its dependencies are met by our reading of ${locations(reachable)}; Kconfig disagrees`;
}

function explainUnwanted(ask: Ask, definitions: readonly Definition[], scope: Scope): string {
  const active = activeSelectors(ask.symbol, scope);
  if (active.length > 0) return `selected by ${active.map(({ by }) => by.symbol).join(', ')}`;
  if (definitions.every(({ prompt }) => prompt === undefined)) {
    return `cannot be asked for: it has no prompt, its default decides (${locations(definitions)})`;
  }
  const hiding = hiddenBy(definitions, scope);
  if (hiding !== undefined) return `can be turned off only if ${describeUnmet(hiding, scope)}`;
  return `Kconfig set it to ${symbolValue(ask.symbol, scope)} (${locations(definitions)})`;
}

function explainValue(ask: Ask, definitions: readonly Definition[], scope: Scope): string {
  const unmet = definitions.map((definition) => unmetDependencies(definition, scope));
  if (unmet.every((reason) => reason !== undefined)) return unmet.join('; or ');
  if (definitions.every(({ prompt }) => prompt === undefined)) {
    return `cannot be asked for: ${withoutPrompt(ask.symbol, scope)}`;
  }
  const range = violatedRange(ask.value, definitions, scope);
  if (range !== undefined) return `out of its range ${range}`;
  const hiding = hiddenBy(definitions, scope);
  if (hiding !== undefined) return `can be set only if ${describeUnmet(hiding, scope)}`;
  return `Kconfig does not take ${ask.value} for it (${locations(definitions)})`;
}

function violatedRange(value: string, definitions: readonly Definition[], scope: Scope): string | undefined {
  const range = definitions
    .flatMap(({ ranges }) => ranges)
    .find(({ condition }) => condition === undefined || evaluate(condition, scope) !== 0);
  if (range === undefined) return undefined;
  const [low = '', high = ''] = range.value.map((end) => limit(end, scope));
  const within = compareValues(low, value) <= 0 && compareValues(value, high) <= 0;
  return within ? undefined : `${low} to ${high}`;
}

function limit(end: Expression, scope: Scope): string {
  return end.kind === 'symbol' ? symbolValue(end.name, scope) : formatExpression(end);
}

/** The condition that keeps people from seeing the symbol. */
function hiddenBy(definitions: readonly Definition[], scope: Scope): Expression | undefined {
  return definitions
    .map(({ prompt }) => prompt?.condition)
    .find((condition) => condition !== undefined && evaluate(condition, scope) === 0);
}

function activeSelectors(symbol: string, scope: Scope): readonly Selector[] {
  return (scope.tree.selectors.get(symbol) ?? []).filter(
    ({ by, condition }) =>
      ['y', 'm'].includes(symbolValue(by.symbol, scope)) &&
      (condition === undefined || evaluate(condition, scope) !== 0),
  );
}

function takenMember(definitions: readonly Definition[], scope: Scope): string | undefined {
  const choices = new Set(definitions.map(({ choice }) => choice).filter((choice) => choice !== undefined));
  for (const [name, others] of scope.tree.definitions) {
    const member = others.some(({ choice }) => choice !== undefined && choices.has(choice));
    if (member && scope.config.get(name) === 'y') return name;
  }
  return undefined;
}

/** Terms whose value only Kconfig itself can know. */
function unknownTerms({ dependencies }: Definition): string[] {
  if (dependencies === undefined) return [];
  return conjuncts(dependencies)
    .map(formatExpression)
    .filter((text) => text.includes('$('));
}

function locations(definitions: readonly Definition[]): string {
  return definitions.map(({ location }) => location).join(', ');
}
