import { bugs, pageFaults, panics, traps } from './faults.ts';
import { hangs } from './hangs.ts';
import { atomic, lockdep, rcuUsage } from './locks.ts';
import { lists, pages, sanitizers, slabs } from './memory.ts';
import type { Row } from './row.ts';
import { leftovers, warnings } from './warnings.ts';

/** All rows; the first whose head matches a line decides, so the general ones come last. */
export const table: readonly Row[] = [
  ...sanitizers,
  ...pages,
  ...slabs,
  ...lists,
  ...hangs,
  ...lockdep,
  ...rcuUsage,
  ...atomic,
  ...pageFaults,
  ...traps,
  ...bugs,
  ...panics,
  ...warnings,
  ...leftovers,
];

/** Lines that look like a head and are not one. */
export const harmless =
  /BUG: memory leak|INFO: lockdep is turned off|INFO: NMI handler .*took|INFO: recovery required|INFO: stall ended|SSH|WARNING: (?:\/etc\/ssh|[Tt]he mand mount|fbcon: Driver|Unprivileged eBPF|workqueue cpumask)|traps: /;
