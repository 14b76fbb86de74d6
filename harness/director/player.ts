import type { Journal } from './journal.ts';
import type { Outcome } from './outcome.ts';

/** Plays a schedule on a machine that stands: the director, who insists on it, or the prompter, who does not. */
export interface Player {
  readonly journal: Journal;
  /** @param start seconds for the stage to begin. @throws RigError. */
  play(start: number): Promise<Outcome>;
  /** Lets every actor go. Never leaves the machine standing. */
  leave(): Promise<void>;
}
