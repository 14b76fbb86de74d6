import type { Context } from '../../base/context.ts';
import type { Trial } from '../../mutation/hunt.ts';
import type { Mutant } from '../../mutation/row.ts';
import type { End, Run } from '../../mutation/run.ts';

/** A mutant on an architecture: what is hunted, and has a file of its own. */
export interface Quarry {
  readonly mutant: Mutant;
  readonly arch: string;
}

/** A trial, and what it takes when nobody has tried it, in seconds. */
export interface CostedTrial extends Trial {
  readonly guess: number;
}

export type Result = Pick<Run, 'status' | 'layer' | 'reason' | 'operations' | 'seconds' | 'record'>;

/** What a trial came to, with the absolute path of its record. */
export type Outcome = Omit<Result, 'seconds' | 'record'> & { readonly record: string };

/** A mutant that cannot be hunted: its own fault, and no other's. */
export class UnfitMutant extends Error {
  override readonly name = 'UnfitMutant';
  readonly outcome: Extract<End['outcome'], 'does-not-apply' | 'does-not-build'>;

  constructor(outcome: UnfitMutant['outcome'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** Kernels and guests, as the campaign needs them. */
export interface Rig {
  /** What a mutant's result depends on besides its own runs; changes when the patch, the series or the plan does. */
  keyOf(quarry: Quarry): Promise<string>;
  /** All jobs of the plan on the architecture, and for a race an exploration on each profile. */
  trialsOn(quarry: Quarry): readonly CostedTrial[];
  /**
   * Build a mutant's kernel.
   * @returns what the compiler says of it and not of the kernel without it.
   * @throws UnfitMutant; RigError; CancelledError.
   */
  build(quarry: Quarry, profile: string, ctx: Context): Promise<{ seconds: number; warnings: string[] }>;
  /** Boot, run, judge. @throws RigError, CancelledError; what the kernel does is the result's. */
  run(quarry: Quarry, kernel: Run['kernel'], trial: Trial, seed: number, ctx: Context): Promise<Result>;
  /** Gives back the space of a mutant that is done with. */
  release(quarry: Quarry, ctx: Context): Promise<void>;
}
