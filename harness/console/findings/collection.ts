import type { Finding } from '../finding.ts';
import type { ConsoleEvent } from './event.ts';
import { readEvent } from './read-event.ts';

/** Findings of a log, one for each signature: the first is kept whole, the others are counted. */
export function createCollection() {
  const bySignature = new Map<string, Finding>();
  /** For panics that come after their report's end. */
  const findingOf = new WeakMap<ConsoleEvent, Finding>();

  const addFinding = (finding: Finding): Finding => {
    const known = bySignature.get(finding.signature);
    if (known === undefined) {
      bySignature.set(finding.signature, finding);
      return finding;
    }
    known.count += 1;
    if (finding.panicked !== undefined) known.panicked ??= finding.panicked;
    return known;
  };

  return {
    addFinding,
    add: (event: ConsoleEvent) => {
      findingOf.set(event, addFinding(readEvent(event)));
    },
    panicked: (event: ConsoleEvent) => {
      const finding = findingOf.get(event);
      if (finding !== undefined && event.panicked !== undefined) finding.panicked ??= event.panicked;
    },
    findings: (): readonly Finding[] =>
      [...bySignature.values()].sort((a, b) => a.lines.first - b.lines.first),
  };
}
