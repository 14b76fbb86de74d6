import { activate } from './active.ts';
import { DUTY, type Columns } from './columns.ts';
import { isReturn, rowOf } from './order.ts';
import { partnerOf, type Stuck } from './sweep.ts';
import { groupAt } from './trail.ts';

const BOUND = 5_000;

/** Go through the last events again, with some operations optional: is it still inexplicable? */
function stillStuck(columns: Columns, { lately, bits }: Stuck, optional: ReadonlySet<number>): boolean {
  const group = groupAt(lately.from, optional);
  for (let at = 0; at < lately.log.length; at += 2) {
    const event = lately.log[at]!;
    const page = lately.log[at + 1]!;
    const row = rowOf(event);
    const index = group.pages.indexOf(page);
    if (!isReturn(event)) {
      const partner = group.pages.indexOf(partnerOf(columns, row, page));
      const op = activate(columns, row, index, partner, bits);
      op.optional ||= optional.has(row);
      if (!group.begin(op)) return false;
      continue;
    }
    const op = group.underWay(row, index);
    if (op === undefined) continue;
    const outcome = group.end(op, BOUND);
    if (outcome === 'stuck') return true;
    if (outcome === 'large') return false;
  }
  return false;
}

/**
 * A small set of operations that no order explains. An operation is left out by making it optional (it may have taken
 * effect or not), never by pretending that it was not there: a history without one of its exchanges would be
 * inexplicable for the wrong reason. So what is left is inexplicable whatever the rest did.
 *
 * @returns rows, the failing one included, in no particular order.
 */
export function core(columns: Columns, stuck: Stuck): number[] {
  const { lately } = stuck;
  const rows = new Set<number>(lately.from.active.map((op) => op.row));
  for (let at = 0; at < lately.log.length; at += 2) rows.add(rowOf(lately.log[at]!));
  rows.delete(stuck.row);
  const candidates = [...rows].filter((row) => columns.duty[row] === DUTY.required);
  const optional = new Set<number>();
  for (let chunk = candidates.length; chunk >= 1; chunk = Math.floor(chunk / 2)) {
    for (let from = 0; from < candidates.length; from += chunk) {
      const fresh = candidates.slice(from, from + chunk).filter((row) => !optional.has(row));
      if (fresh.length === 0) continue;
      const attempt = new Set([...optional, ...fresh]);
      if (stillStuck(columns, stuck, attempt)) for (const row of fresh) optional.add(row);
    }
  }
  return [stuck.row, ...candidates.filter((row) => !optional.has(row))];
}
