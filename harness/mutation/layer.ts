import type { FindingKind } from '../console/finding.ts';
import type { Status } from '../verdict/words.ts';

/** Who noticed a mutant first. */
export const layers = [
  'compiler',
  'boot',
  'vm-bug-on',
  'kasan',
  'slub',
  'lock-debugging',
  'oops',
  'hang',
  'taint',
  'leak',
  'counters',
  'history',
  'directed',
  'director',
  'workload',
] as const;
export type Layer = (typeof layers)[number];

export const layerTitles: Readonly<Record<Layer, string>> = {
  compiler: 'compiler or objtool',
  boot: 'boot',
  'vm-bug-on': 'VM_BUG_ON',
  kasan: 'KASAN',
  slub: 'SLUB, list and page debugging',
  'lock-debugging': 'lockdep, RCU and object debugging',
  oops: 'oops or panic',
  hang: 'hang',
  taint: 'taint',
  leak: 'leak check',
  counters: 'counters against the model of eligibility',
  history: 'history',
  directed: 'directed program',
  director: 'schedule of the director',
  workload: 'end of the workload',
};

const ofKind: Readonly<Record<FindingKind, Layer>> = {
  kasan: 'kasan',
  kfence: 'kasan',
  kmsan: 'kasan',
  kcsan: 'lock-debugging',
  ubsan: 'oops',
  'vm-bug-on': 'vm-bug-on',
  bug: 'oops',
  warning: 'oops',
  refcount: 'slub',
  'general-protection': 'oops',
  'page-fault': 'oops',
  'divide-error': 'oops',
  'double-fault': 'oops',
  'stack-overflow': 'oops',
  lockdep: 'lock-debugging',
  'suspicious-rcu': 'lock-debugging',
  'sleeping-in-atomic': 'lock-debugging',
  'rcu-stall': 'hang',
  'soft-lockup': 'hang',
  'hard-lockup': 'hang',
  'hung-task': 'hang',
  // rss-counter and pgtables are told apart below: the kernel's own leak checks.
  'bad-page': 'slub',
  'slab-corruption': 'slub',
  'list-corruption': 'slub',
  'memory-leak': 'leak',
  'workqueue-lockup': 'hang',
  reboot: 'oops',
  oom: 'leak',
  panic: 'oops',
  oops: 'oops',
  other: 'oops',
};

/** By the name of the check that failed; a name stands for those below it as well. Null: says nothing by itself. */
const ofCheck: readonly (readonly [string, Layer | null])[] = [
  ['history', 'history'],
  ['eligibility', 'counters'],
  ['directed', 'directed'],
  ['machine.booted', 'boot'],
  ['machine.ended-clean', 'hang'],
  ['kernel.taint-unchanged', 'taint'],
  ['workload', 'workload'],
  ['counters', 'counters'],
  ['memory', 'leak'],
  ['console', 'oops'],
  ['kernel.release', null],
  ['rig', null],
  ['sanitizer', null],
  ['known-issues', null],
];

/** Of a job's record, what tells who noticed. */
export interface Noticed {
  readonly status: Status;
  readonly culprit: string | null;
  readonly bootSeconds: number | null;
  readonly findings: readonly {
    readonly kind: FindingKind;
    readonly title: string;
    readonly lines: { readonly first: number };
    readonly what?: string;
  }[];
  readonly checks: readonly { readonly name: string; readonly status: Status }[];
}

/**
 * The layer that noticed first, null when the job does not speak against the kernel. The kernel speaks while the workload
 * runs and its first words count; what the checks find is found afterwards, and their order is the verdict's: causes
 * before symptoms.
 */
export function layerOf(job: Noticed): Layer | null {
  if (job.status !== 'FAIL' || job.culprit !== 'code') return null;
  const first = job.findings.reduce<Noticed['findings'][number] | undefined>(
    (a, b) => (a === undefined || b.lines.first < a.lines.first ? b : a),
    undefined,
  );
  const consoleFailed = job.checks.some(({ name, status }) => name === 'console.clean' && status === 'FAIL');
  if (first !== undefined && consoleFailed) return layerOfFinding(first, job.bootSeconds === null);
  const failed = job.checks.filter(({ status }) => status === 'FAIL').map(({ name }) => layerOfCheck(name));
  return failed.find((layer) => layer !== null && layer !== undefined) ?? 'workload';
}

/** `undefined`: nobody has thought of such a check. */
export function layerOfCheck(name: string): Layer | null | undefined {
  return ofCheck.find(([known]) => name === known || name.startsWith(`${known}.`))?.[1];
}

function layerOfFinding({ kind, title, what }: Noticed['findings'][number], booting: boolean): Layer {
  if (kind === 'bad-page' && (what === 'rss-counter' || what === 'pgtables')) return 'leak';
  // lib/debugobjects.c warns of what it watches: RCU heads that are queued twice.
  if (kind === 'warning' && /ODEBUG|debug_print_object/.test(title)) return 'lock-debugging';
  const layer = ofKind[kind];
  return booting && (layer === 'oops' || layer === 'hang') ? 'boot' : layer;
}
