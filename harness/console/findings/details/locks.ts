import type { Finding } from '../../finding.ts';
import { firstMatch, known, type Read } from './read.ts';

type Rule = Extract<Finding, { kind: 'lockdep' }>['rule'];

/** kernel/locking/lockdep.c, lib/spinlock_debug.c: which rule of locking was broken, by the words of the head. */
const rules: readonly (readonly [RegExp, Rule])[] = [
  [/possible circular locking/, 'circular'],
  [/possible recursive locking/, 'recursive'],
  [/irq lock inversion/, 'irq-inversion'],
  [/safe -> .*unsafe lock order/, 'irq-unsafe'],
  [/inconsistent lock state/, 'irq-state'],
  [/[Ii]nvalid wait context/, 'wait-context'],
  [/bad unlock balance|bad contention/, 'unlock-balance'],
  [/held lock freed/, 'held-lock-freed'],
  [/lock held when returning/, 'held-in-user-space'],
  [/still has locks held/, 'still-held'],
  [/Nested lock was not taken/, 'nested-lock'],
  [/BUG: (?:spinlock|rwlock|mutex|rt_mutex) /, 'lock-misuse'],
  [/non-static key/, 'unregistered-key'],
  [/too low!/, 'limit'],
];

export function ruleOf(head: string): Rule {
  return rules.find(([pattern]) => pattern.test(head))?.[1] ?? 'other';
}

/** print_lock(): `ffff888106a71958 (&q->elevator_lock){+.+.}-{4:4}, at: …` after the line that says whose it is. */
const lock = /\((?<name>[^{}]+)\)\{/;
const wants =
  /is trying to (?:acquire|release|lock|contend) lock|is trying to lock:|is trying to release lock/;
const holds =
  /but task is already holding(?: lock)?:|and this task is already holding:|but there are no more locks/;

export function locksOf({ texts }: Read) {
  return known({ wanted: nameAfter(texts, wants), held: nameAfter(texts, holds) });
}

function nameAfter(texts: readonly string[], announcement: RegExp): string | undefined {
  const at = texts.findIndex((text) => announcement.test(text));
  return at < 0 ? undefined : firstMatch(texts.slice(at, at + 4), lock)?.['name'];
}
