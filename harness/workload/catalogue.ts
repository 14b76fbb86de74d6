import { didYouMean } from '../base/did-you-mean.ts';
import { UsageError } from '../base/errors.ts';

export interface WorkloadOptions {
  readonly seed: number;
  /** Seconds. */
  readonly duration: number;
  /** PERF_TYPE_SOFTWARE config that counts speculative faults on this kernel; undefined where it has none. */
  readonly spfEvent?: number;
  /** Added at the end, so they win. */
  readonly args?: readonly string[];
}

/** A program of guest/workloads and how to run it. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /**
   * What it writes to its standard output: a history (docs/history-format.md), a line of JSON a case
   * (model/eligibility/facts.ts), a line of JSON a directed program (model/directed/outcome.ts).
   */
  readonly produces: 'history' | 'cases' | 'outcomes' | 'nothing';
  /** Seconds that it runs when nobody says otherwise; for a workload that ends by itself, how long that may take. */
  readonly defaultDuration: number;
  /** `false`: runs for anybody; cases that want root are skipped with a reason. */
  readonly needsRoot: boolean;
  /** Arguments after the program's name. */
  argv(options: WorkloadOptions): string[];
}

const timed = ({ seed, duration }: WorkloadOptions): string[] => [
  ...['--seed', String(seed)],
  ...['--duration', String(duration)],
];

const spfEvent = ({ spfEvent: event }: WorkloadOptions): string[] =>
  event === undefined ? [] : ['--spf-event', String(event)];

export const workloads: readonly Workload[] = [
  {
    id: 'hammer',
    title: 'page faults against mmap, munmap, mprotect, madvise, mremap and fork',
    produces: 'history',
    defaultDuration: 20,
    needsRoot: false,
    argv: (options) => [...timed(options), '--history', '-', ...spfEvent(options), ...(options.args ?? [])],
  },
  {
    id: 'spf-counters',
    title: 'which faults are handled speculatively, case by case',
    produces: 'cases',
    defaultDuration: 30,
    needsRoot: false,
    argv: (options) => [...spfEvent(options), ...(options.args ?? [])],
  },
  {
    id: 'directed',
    title: 'one program a suspected defect',
    produces: 'outcomes',
    defaultDuration: 120,
    needsRoot: false,
    argv: ({ seed, ...options }) => [
      '--seed',
      String(seed),
      ...spfEvent({ seed, ...options }),
      ...(options.args ?? []),
    ],
  },
  {
    id: 'exit-storm',
    title: 'processes that end, exec and fork while their threads fault',
    produces: 'nothing',
    defaultDuration: 15,
    needsRoot: false,
    argv: (options) => [...timed(options), ...(options.args ?? [])],
  },
  {
    id: 'fault-rate',
    title: 'page faults a second, in several kinds of load',
    produces: 'nothing',
    defaultDuration: 24,
    needsRoot: false,
    argv: (options) => [...timed(options), ...spfEvent(options), ...(options.args ?? [])],
  },
];

/** @throws UsageError when there is none of that name. */
export function findWorkload(id: string): Workload {
  const found = workloads.find((workload) => workload.id === id);
  if (found === undefined) throw new UsageError(`there is no workload ${id}${didYouMean(id, names())}`);
  return found;
}

const names = (): string[] => workloads.map((workload) => workload.id);
