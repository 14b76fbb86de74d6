import type { Context, Progress } from './context.ts';

/** A piece of work that people watch: known before it begins, ends once. */
export interface Step {
  readonly id: string;
  readonly title: string;
}

export type StepEnd = { readonly outcome: 'ok' | 'failed' | 'skipped'; readonly text: string };

/** Told what happens; can change nothing. */
export interface Observer {
  plan(steps: readonly Step[]): void;
  begin(id: string): void;
  progress(id: string, progress: Progress): void;
  end(id: string, end: StepEnd): void;
}

/** The context that a step's work sees: its progress goes to the observer under the step's name. */
export function contextOf(id: string, ctx: Context, observer: Observer): Context {
  return { ...ctx, notify: (progress) => observer.progress(id, progress) };
}

/** Run one step; what it throws is thrown on after the observer was told. */
export async function runStep<T>(
  id: string,
  ctx: Context,
  observer: Observer,
  work: (ctx: Context) => Promise<T>,
  describe: (result: T) => StepEnd,
): Promise<T> {
  observer.begin(id);
  try {
    const result = await work(contextOf(id, ctx, observer));
    observer.end(id, describe(result));
    return result;
  } catch (error) {
    observer.end(id, {
      outcome: 'failed',
      text: error instanceof Error ? firstLine(error.message) : String(error),
    });
    throw error;
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
