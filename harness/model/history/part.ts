import type { Active } from './calls.ts';
import { Configuration, ConfigurationSet } from './configuration.ts';
import { Group } from './group.ts';

/** Beyond this many configurations the attempt costs more than it saves. */
const WORTH_TRYING = 256;

const bitsAt = (group: Group, at: number): number => {
  let bits = 0;
  for (const op of group.active) if (op.at === at) bits |= op.bit;
  return bits;
};

const only = (group: Group, at: number, bits: number): Configuration[] => {
  const set = new ConfigurationSet();
  for (const { mask, pages } of group.configurations) set.add(new Configuration(mask & bits, [pages[at]!]));
  return set.items;
};

function others(group: Group, at: number, bits: number): Configuration[] {
  const set = new ConfigurationSet();
  for (const { mask, pages } of group.configurations)
    set.add(new Configuration(mask & ~bits, pages.toSpliced(at, 1)));
  return set.items;
}

function groupOf(pages: number[], configurations: Configuration[], active: Active[]): Group {
  const group = new Group(pages, configurations);
  group.adopt(active);
  return group;
}

/**
 * Part a group into groups that say the same: a page leaves when what it can be does not depend on what the others
 * are, which is when the configurations are a full product. Nothing parts while an mremap is under way.
 */
export function parted(group: Group): readonly Group[] {
  if (group.active.some((op) => op.partner >= 0)) return [group];
  let rest = group;
  const free: Group[] = [];
  for (let at = group.pages.length - 1; at >= 0 && rest.pages.length > 1; at--) {
    if (rest.configurations.length > WORTH_TRYING) break;
    const bits = bitsAt(rest, at);
    const mine = only(rest, at, bits);
    if (rest.configurations.length % mine.length !== 0) continue;
    const theirs = others(rest, at, bits);
    if (mine.length * theirs.length !== rest.configurations.length) continue;
    const leaving = rest.active.filter((op) => op.at === at);
    const staying = rest.active.filter((op) => op.at !== at);
    for (const op of leaving) op.at = 0;
    for (const op of staying) if (op.at > at) op.at--;
    free.push(groupOf([rest.pages[at]!], mine, leaving));
    rest = groupOf(rest.pages.toSpliced(at, 1), theirs, staying);
  }
  return [...free, rest];
}
