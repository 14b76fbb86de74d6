import type { Expression } from './expression.ts';

export type SymbolType = 'bool' | 'tristate' | 'int' | 'hex' | 'string';

/** A property that holds under a condition; a missing condition is always true. */
export interface Conditional<T> {
  readonly value: T;
  readonly condition: Expression | undefined;
}

/** One `config X` block. A symbol may have several; Kconfig takes any whose dependencies are met. */
export interface Definition {
  readonly symbol: string;
  /** Relative to the source tree, with the line: `mm/Kconfig.debug:12`. */
  readonly location: string;
  readonly type: SymbolType | undefined;
  /** Undefined: people cannot ask for it, only `select` and `default` set it. */
  readonly prompt: Conditional<string> | undefined;
  /** Its own `depends on` and those of the blocks around it. */
  readonly dependencies: Expression | undefined;
  readonly defaults: readonly Conditional<Expression>[];
  readonly selects: readonly Conditional<string>[];
  readonly ranges: readonly Conditional<readonly [Expression, Expression]>[];
  /** Number of the choice that it is a member of. */
  readonly choice: number | undefined;
}

/** Every definition that the tree has for one architecture. */
export interface KconfigTree {
  readonly definitions: ReadonlyMap<string, readonly Definition[]>;
  /** Who selects a symbol: the selecting definition and the condition of the select. */
  readonly selectors: ReadonlyMap<string, readonly Selector[]>;
}

export interface Selector {
  readonly by: Definition;
  readonly condition: Expression | undefined;
}

export function makeTree(all: readonly Definition[]): KconfigTree {
  const definitions = Map.groupBy(all, ({ symbol }) => symbol);
  const edges = all.flatMap((by) =>
    by.selects.map(({ value, condition }) => ({ target: value, by, condition })),
  );
  return { definitions, selectors: Map.groupBy(edges, ({ target }) => target) };
}
