/** What a model is made of. The engine knows nothing of memory management. */
import type { Property } from '../properties.ts';
import type { Layout } from './layout.ts';

export type { Property };

export interface Fault {
  readonly property: Property;
  readonly text: string;
}

/** Returned by a step that cannot be taken now. It must not have changed anything. */
export const BLOCKED = -1;

/** A system call or an access that begins with a step. */
export interface Begun {
  readonly call: string;
  /** The page or the VMA that it is about, as the model numbers them. */
  readonly on: number;
}

/**
 * One row of a protocol table: one access to what threads share, with the local computing that goes with it. `run`
 * changes the working state and returns the label of the row that is next, or BLOCKED.
 */
export interface Step {
  /** The kernel function that does it. */
  readonly in: string;
  /** What it does there, in the words of the code. */
  readonly does: string;
  /** Kinds of places that are read and written, as bits. What is left out is private to the process. */
  readonly reads: number;
  readonly writes: number;
  /** Labels it can lead to. */
  readonly goes: readonly number[];
  /** In how many ways it can be taken; 1 when left out. */
  readonly ways?: number;
  readonly run: (state: Uint8Array, me: number, way: number) => number;
  /** Says what this taking of the step was about, for a trace. Looks at the state before it. */
  readonly shows?: (state: Uint8Array, me: number, way: number) => string;
  /**
   * The place of the kernel's code before it, in the words of docs/director.md: whoever is kept there has not taken this step, but all
   * before it. Left out where nobody can be kept, as in user mode.
   */
  readonly at?: string;
  /** Whoever waits before it holds a lock, or has interrupts off, and others may wait for that in what is not modelled. */
  readonly locked?: boolean;
  /** The number of the VMA that it has in hand at that place, where the code comes to it with others too. */
  readonly holds?: (state: Uint8Array, me: number, way: number) => number;
  /** What begins with it, of what a program does. */
  readonly begins?: (state: Uint8Array, me: number, way: number) => Begun | null;
}

export interface Process {
  /** As printed in a trace: T0, munmap, rcu. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Offset of its record; the first variable of the record is the label of its next step. */
  readonly at: number;
  /** Labels at which it may rest for ever. */
  readonly rests: readonly number[];
  /** In a trace it takes its steps as soon as it can: what it does waits for nobody in a kernel. */
  readonly eager?: boolean;
}

/** Interchangeable processes: equal records whose order means nothing. */
export interface Symmetry {
  readonly base: number;
  readonly length: number;
  readonly count: number;
}

export interface System {
  readonly layout: Layout;
  readonly processes: readonly Process[];
  readonly symmetry: Symmetry | null;
  /** Fills the first state; all variables are zero before. */
  readonly start: (state: Uint8Array) => void;
  /** What the last step taken broke. The engine clears it. */
  readonly report: Report;
  /** Is a state in which nothing can go on a good end? */
  readonly atRest: (state: Uint8Array) => Fault | null;
  /** Clears what no one can look at any more, so that states which differ only there are one. */
  readonly normalize?: (state: Uint8Array) => void;
  /** Names of the bits of `report.marks`: what has to happen at least once, or the search proves little (P13). '' asks nothing. */
  readonly sometimes: readonly string[];
}

/** How steps tell the engine. */
export class Report {
  fault: Fault | null = null;
  marks = 0;
  private readonly checked: ReadonlySet<Property> | null;

  /** Only the properties given are looked at; all when null. */
  constructor(checked: ReadonlySet<Property> | null = null) {
    this.checked = checked;
  }

  /** The first thing that a step breaks is the one that counts. */
  break(property: Property, text: string): void {
    if (this.fault === null && (this.checked === null || this.checked.has(property)))
      this.fault = { property, text };
  }

  mark(bit: number): void {
    this.marks |= 1 << bit;
  }
}

/** Labels of the rows of a table, as numbers in the order given. */
export function labels<const N extends readonly string[]>(...names: N): Record<N[number], number> {
  return Object.fromEntries(names.map((name, at) => [name, at])) as Record<N[number], number>;
}

/** Rows of a table in the order of their labels. */
export function table<L extends string>(
  at: Record<L, number>,
  rows: Readonly<Record<L, Step>>,
): readonly Step[] {
  return (Object.keys(at) as L[]).map((label) => rows[label]);
}
