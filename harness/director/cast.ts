/**
 * The actors of a schedule, as the kernel shows them. guest/workloads/stage.c marks the beginning of each operation with
 * prctl(MARK, actor, operation, result of the one before, tid); the kernel gives these to cap_task_prctl()
 * (security/commoncap.c) before it finds that there is no such option. An actor is known by its kernel stack from its
 * first mark on.
 */
export const MARK = 0x53504600n;
/** The actor of the mark by which the stage tells where its prompter's words are: the value. */
export const PROMPTER = 0;
export const MARK_FUNCTION = 'cap_task_prctl';

/** Where an actor is kept. */
export type Place =
  { readonly kind: 'point'; readonly text: string } | { readonly kind: 'operation'; readonly index: number };

export interface Actor {
  readonly name: string;
  /** From 1, as the program numbers them. */
  readonly number: number;
  /** How many operations it has. */
  readonly operations: number;
  /** Undefined until its first mark. */
  stack: bigint | undefined;
  tid: number | undefined;
  /** The operation that it does or is about to begin. */
  operation: number;
  readonly results: bigint[];
  /** Undefined while it runs. */
  kept: { readonly at: Place; readonly pc: bigint; readonly interruptsOff: boolean } | undefined;
}

export interface Mark {
  readonly actor: number;
  readonly operation: number;
  /** What the operation before returned; an address, of the prompter. */
  readonly value: bigint;
  readonly tid: number;
}

/** What an actor does, one after the other. */
export const operationsOf = (text: string): string[] => text.split(';');

export function createCast(actors: Readonly<Record<string, string>>): Actor[] {
  return Object.entries(actors).map(([name, operations], index) => ({
    name,
    number: index + 1,
    operations: operationsOf(operations).length,
    stack: undefined,
    tid: undefined,
    operation: 0,
    results: [],
    kept: undefined,
  }));
}

/** The stack that a stack pointer points into; a pointer to its very end belongs to it. */
export const stackOf = (sp: bigint, bytes: number): bigint => (sp - 1n) & ~(BigInt(bytes) - 1n);

export const placeText = (at: Place): string =>
  at.kind === 'point' ? at.text : `the beginning of its operation ${at.index + 1}`;
