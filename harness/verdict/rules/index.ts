import { consoleClean } from './console.ts';
import { absentWhenOff, countersInBounds, speculativeShareReached, zeroWhenOff } from './counters.ts';
import { directedOutcomes } from './directed.ts';
import { eligibilityAsPredicted } from './eligibility.ts';
import { historyComplete, historyDecided, historyExplained, historyRaced } from './history.ts';
import { knownIssues, knownIssuesNotSeen } from './known.ts';
import { kernelRelease, taintUnchanged } from './kernel.ts';
import { machineBooted, machineEndedClean, rigIntact } from './machine.ts';
import { memoryReturned } from './memory.ts';
import type { Rule } from './rule.ts';
import { sanitizerRules } from './sanitizers.ts';
import { workloadCompleted } from './workload.ts';

/**
 * All rules. The order tells causes from symptoms: of several checks with the worst status the first one is the reason
 * that a person reads (a KASAN report before the panic that follows it, the rig's own words before what they caused).
 */
export const rules: readonly Rule[] = [
  kernelRelease,
  rigIntact,
  consoleClean,
  historyExplained,
  eligibilityAsPredicted,
  directedOutcomes,
  machineBooted,
  machineEndedClean,
  taintUnchanged,
  workloadCompleted,
  historyComplete,
  historyDecided,
  historyRaced,
  speculativeShareReached,
  zeroWhenOff,
  absentWhenOff,
  countersInBounds,
  memoryReturned,
  ...sanitizerRules,
  knownIssues,
  knownIssuesNotSeen,
];
