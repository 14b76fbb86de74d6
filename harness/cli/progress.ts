import { Listr, type ListrTaskWrapper } from 'listr2';
import type { Progress } from '../base/context.ts';
import type { Observer, Step, StepEnd } from '../base/steps.ts';

/** A live task list on a terminal, plain lines elsewhere; always on stderr, so that stdout is the result's alone. */
export function createObserver(stream: NodeJS.WriteStream = process.stderr): Observer {
  return stream.isTTY ? liveObserver() : plainObserver((line) => stream.write(`${line}\n`));
}

export function describeProgress(progress: Progress): string {
  const parts = [progress.text ?? progress.task];
  if (progress.fraction !== undefined) parts.push(`${Math.floor(progress.fraction * 100)} %`);
  if (progress.secondsLeft !== undefined) parts.push(`${formatSeconds(progress.secondsLeft)} left`);
  return parts.join(', ');
}

export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A line when a step begins and ends, and no more than one every ten seconds of progress between. */
export function plainObserver(write: (line: string) => void, now: () => number = () => Date.now()): Observer {
  const titles = new Map<string, string>();
  const begun = new Map<string, number>();
  let lastProgress = 0;
  return {
    plan: (steps) => steps.forEach((step) => titles.set(step.id, step.title)),
    begin(id) {
      begun.set(id, now());
      lastProgress = now();
      write(`… ${titles.get(id) ?? id}`);
    },
    progress(id, progress) {
      if (now() - lastProgress < 10_000) return;
      lastProgress = now();
      write(`  ${titles.get(id) ?? id}: ${describeProgress(progress)}`);
    },
    end(id, { outcome, text }) {
      const took = formatSeconds((now() - (begun.get(id) ?? now())) / 1000);
      write(`${MARKS[outcome]} ${titles.get(id) ?? id}: ${text} (${took})`);
    },
  };
}

const MARKS: Record<StepEnd['outcome'], string> = { ok: '✔', failed: '✖', skipped: '-' };

type Task = ListrTaskWrapper<unknown, never, never>;

/** Every step is a listr task whose work is to wait for our events. */
function liveObserver(): Observer {
  const ends = new Map<string, PromiseWithResolvers<StepEnd>>();
  const tasks = new Map<string, Task>();
  const wait = (step: Step) => async (_: unknown, task: unknown) => {
    const shown = task as Task;
    tasks.set(step.id, shown);
    const end = await ends.get(step.id)?.promise;
    const title = `${step.title}: ${end?.text ?? ''}`;
    if (end?.outcome === 'failed') throw new Error(title);
    if (end?.outcome === 'skipped') shown.skip(title);
    shown.title = title;
  };
  return {
    plan(steps) {
      steps.forEach((step) => ends.set(step.id, Promise.withResolvers()));
      const list = new Listr(
        steps.map((step) => ({ title: step.title, task: wait(step) })),
        { concurrent: false, exitOnError: false, registerSignalListeners: false },
      );
      void list.run();
    },
    begin: () => undefined,
    progress(id, progress) {
      const task = tasks.get(id);
      if (task) task.output = describeProgress(progress);
    },
    end: (id, end) => ends.get(id)?.resolve(end),
  };
}
