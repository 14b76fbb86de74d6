import type { Finding, FindingKind } from '../console/finding.ts';

/** What a finding says about whose fault it is. */
export interface Weight {
  readonly blame: 'code' | 'harness';
  readonly certain: boolean;
  /** Why it is not simply the kernel's certain fault. */
  readonly because?: string;
}

/** A kernel that complains is at fault; the exceptions. Time-based detectors also fire when the host starves a vCPU. */
const byKind: Partial<Record<FindingKind, Weight>> = {
  'rcu-stall': { blame: 'code', certain: false, because: 'a starved host can look the same' },
  'soft-lockup': { blame: 'code', certain: false, because: 'a starved host can look the same' },
  'hard-lockup': { blame: 'code', certain: false, because: 'a starved host can look the same' },
  'hung-task': { blame: 'code', certain: false, because: 'a starved host can look the same' },
  'workqueue-lockup': { blame: 'code', certain: false, because: 'a starved host can look the same' },
  other: { blame: 'code', certain: false, because: 'it is no complaint that is known' },
  reboot: { blame: 'code', certain: false, because: 'it did not say why' },
  'memory-leak': { blame: 'code', certain: false, because: 'kmemleak guesses' },
  oom: { blame: 'harness', certain: false, because: 'the guest has too little memory, or the kernel leaks' },
};

/**
 * Panics with which the kernel says that what it was given is wrong (init/main.c, init/do_mounts.c, mm/oom_kill.c).
 * init that exits by itself (a low byte of 0 in the exit code of kernel/exit.c's panic) is our init; one that was
 * killed by a signal may well be the kernel's doing.
 */
const rigPanics: readonly { readonly says: RegExp; readonly because: string }[] = [
  { says: /VFS: Unable to mount root fs/, because: 'the guest image was not found by the kernel' },
  { says: /No (working )?init found/, because: 'the guest image has no init that the kernel can run' },
  { says: /Requested init \S+ failed/, because: 'the init on the kernel command line cannot be run' },
  {
    says: /Attempted to kill init! exitcode=0x[0-9a-f]{4,6}00\b/,
    because: 'the init of the guest image exited',
  },
  {
    says: /panic_on_oom is enabled/,
    because: 'the guest has too little memory, or the kernel leaks',
  },
  { says: /System is deadlocked on memory/, because: 'the guest has too little memory, or the kernel leaks' },
];

/** The words with which the kernel panicked, alone or after a finding of another kind. */
export function panicWords(finding: Finding): string | undefined {
  return finding.kind === 'panic' ? finding.message : finding.panicked;
}

/** Why a panic is not the kernel's fault; undefined when it is. */
export function rigPanic(words: string): string | undefined {
  return rigPanics.find(({ says }) => says.test(words))?.because;
}

/** Whose fault a finding is, and how sure. A later list of known issues excuses findings here and nowhere else. */
export function weigh(finding: Finding): Weight {
  if (finding.kind === 'panic') {
    const because = rigPanic(finding.message);
    return because === undefined
      ? { blame: 'code', certain: true }
      : { blame: 'harness', certain: false, because };
  }
  const weight = byKind[finding.kind] ?? { blame: 'code', certain: true };
  return finding.corrupted === undefined || weight.blame === 'harness'
    ? weight
    : { ...weight, certain: false, because: `the report is not whole: ${finding.corrupted}` };
}
