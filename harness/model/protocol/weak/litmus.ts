/** A litmus test as data: what threads do to memory, one instruction after the other, and what is asked about the end. */

/** A number, the value of a register, or the address of a location. */
export type Operand =
  { readonly number: number } | { readonly register: string } | { readonly address: string };

/** Where an access goes: a location by its name, or the one that a register points to. */
export type Place = { readonly location: string } | { readonly through: string };

export type Instruction = (
  | { readonly op: 'load'; readonly register: string; readonly from: Place }
  | { readonly op: 'store'; readonly to: Place; readonly value: Operand }
  /** Atomic addition; `register` gets the new value. */
  | { readonly op: 'add'; readonly to: Place; readonly by: number; readonly register: string | null }
  /** `full`: smp_mb(), sync. `light`: smp_wmb(), smp_rmb(), and what makes a release or an acquire; lwsync on ppc64. */
  | { readonly op: 'fence'; readonly kind: 'full' | 'light' }
  | { readonly op: 'lock'; readonly lock: string }
  | { readonly op: 'rcuLock' | 'rcuUnlock' | 'gracePeriodBegins' | 'gracePeriodEnds' }
) & {
  /** Registers of which all have to be nonzero, or zero, for the instruction to be executed. */
  readonly when?: readonly { readonly register: string; readonly nonzero: boolean }[];
};

export type Condition =
  | { readonly register: string; readonly thread: number; readonly is: Operand }
  | { readonly location: string; readonly is: Operand }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

export interface Litmus {
  readonly name: string;
  /** The result that the file states, if it does. */
  readonly states: 'Never' | 'Sometimes' | null;
  readonly initial: ReadonlyMap<string, Operand>;
  readonly threads: readonly (readonly Instruction[])[];
  readonly exists: Condition;
}

/** The test uses something that is not modelled. Not an error of the test. */
export class UnsupportedLitmus extends Error {
  override readonly name = 'UnsupportedLitmus';
}
