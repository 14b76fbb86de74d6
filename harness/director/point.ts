/** A place in the kernel, as people name one: see parsePoint(). */
export interface Point {
  /** The words that it was parsed from. */
  readonly text: string;
  readonly function: string;
  readonly at:
    | { readonly kind: 'entry' }
    | { readonly kind: 'return' }
    /** Before or after a call of this function. */
    | { readonly kind: 'call' | 'after-call'; readonly callee: string }
    /** Where the code of a function begins that was inlined. */
    | { readonly kind: 'inlined'; readonly callee: string }
    /** Where a source line begins that has this text, or where it writes memory. */
    | { readonly kind: 'line' | 'store'; readonly source: string };
  /** Which of several, from 1; all of them when left out. */
  readonly nth?: number;
  /** What it is in a kernel that does not have this. */
  readonly otherwise?: Point;
}

const name = '[A-Za-z_.][\\w.]*';
const shape = new RegExp(
  `^(${name})(?:: (entry|return|call|after call|in|line|store) ?(.*?))?(?: #(\\d+))?$`,
);

/**
 * Words to a point:
 *
 *     find_vma_rcu                          its first instruction
 *     find_vma_rcu: return                  each of its return instructions
 *     exit_mmap: call tlb_finish_mmu        before a call; `after call` for the instruction behind it
 *     find_vma_rcu: in get_vma              where get_vma() begins, which is inlined there
 *     copy_pte_range: line ptep_get(        where a line begins that has this text
 *     do_madvise: store sequence++          before the instruction of such a line that writes memory
 *
 * and `#2` behind any of them for the second such place. `A | B` is A, or B in a kernel that has no A.
 * @returns what is wrong with other words.
 */
export function parsePoint(text: string): Point | string {
  const parsed = text.split(' | ').map(parseOne);
  const wrong = parsed.find((one) => typeof one === 'string');
  if (wrong !== undefined) return wrong;
  const whole = text.trim();
  const [first, ...others] = (parsed as Point[]).toReversed();
  return others.reduce((otherwise, one): Point => ({ ...one, text: whole, otherwise }), first!);
}

/** Words that are known to be a point. @throws Error for others. */
export function pointOf(text: string): Point {
  const parsed = parsePoint(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function parseOne(text: string): Point | string {
  const match = shape.exec(text.trim());
  if (match === null)
    return `"${text}" is no point: a function, or "function: call other", "function: after call other", "function: in inlined", "function: line text", "function: return"`;
  const [, owner = '', how = 'entry', rest = '', nth] = match;
  const what = rest.trim();
  const wantsName = how === 'call' || how === 'after call' || how === 'in';
  if ((how === 'entry' || how === 'return') && what !== '') return `"${text}": ${how} takes no word`;
  if (wantsName && !new RegExp(`^${name}$`).test(what))
    return `"${text}": ${how} takes the name of a function`;
  if ((how === 'line' || how === 'store') && what === '') return `"${text}": ${how} takes text of the source`;
  if (nth === '0') return `"${text}": the first is #1`;
  return { text: text.trim(), function: owner, at: place(how, what), ...(nth && { nth: Number(nth) }) };
}

function place(how: string, what: string): Point['at'] {
  switch (how) {
    case 'call':
      return { kind: 'call', callee: what };
    case 'after call':
      return { kind: 'after-call', callee: what };
    case 'in':
      return { kind: 'inlined', callee: what };
    case 'line':
    case 'store':
      return { kind: how, source: what };
    case 'return':
      return { kind: 'return' };
    default:
      return { kind: 'entry' };
  }
}
