import type { Finding } from '../finding.ts';
import type { ConsoleEvent } from './event.ts';
import { identify } from './identify.ts';
import { readEvent } from './read-event.ts';

/** Findings of a log, one for each signature: the first is kept whole, the others are counted. */
export function createCollection(onFinding: (finding: Finding) => void = () => undefined) {
  const bySignature = new Map<string, Finding>();
  /** For what follows an event after its end. */
  const findingOf = new WeakMap<ConsoleEvent, Finding>();

  const count = (known: Finding, later: Pick<Finding, 'panicked' | 'rebooted'>): Finding => {
    known.count += 1;
    follow(known, later);
    return known;
  };
  const addFinding = (finding: Finding): Finding => {
    const known = bySignature.get(finding.signature);
    if (known !== undefined) return count(known, finding);
    bySignature.set(finding.signature, finding);
    onFinding(finding);
    return finding;
  };

  return {
    addFinding,
    add: (event: ConsoleEvent) => {
      const identity = identify(event);
      const known = bySignature.get(identity.signature);
      const finding = known === undefined ? addFinding(readEvent(event, identity)) : count(known, event);
      findingOf.set(event, finding);
    },
    /** The kernel panicked or restarted over an event. */
    followed: (event: ConsoleEvent) => {
      const finding = findingOf.get(event);
      if (finding !== undefined) follow(finding, event);
    },
    findings: (): readonly Finding[] =>
      [...bySignature.values()].sort((a, b) => a.lines.first - b.lines.first),
  };
}

type Consequences = { readonly [K in 'panicked' | 'rebooted']?: string | undefined };

function follow(finding: Finding, { panicked, rebooted }: Consequences): void {
  if (panicked !== undefined) finding.panicked ??= panicked;
  if (rebooted !== undefined) finding.rebooted ??= rebooted;
}
