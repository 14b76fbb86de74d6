/** Whose fault, how sure: observations in, words out. Pure. */
export { evaluateJob, skippedJob, type JobOutcome } from './evaluate-job.ts';
export { evaluateArchitectures, type ArchitectureVerdict } from './evaluate-architectures.ts';
export { detectorsIn } from './detectors.ts';
export { evaluateRun, type RunObservation } from './evaluate-run.ts';
export { expectationsSchema, type Expectations } from './expectations.ts';
export { observeHistory, type JobObservation, type ObservedHistory, type RigFault } from './observation.ts';
export {
  excuse,
  silentIssues,
  unseenIssues,
  type Excused,
  type KnownIssue,
  type Scene,
  type SilentIssue,
} from './known-issues.ts';
