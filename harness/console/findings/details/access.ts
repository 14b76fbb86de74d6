import type { Groups } from '../groups.ts';
import { firstMatch, known, type Read, toNumber } from './read.ts';

export type Direction = 'Read' | 'Write' | 'unknown';

/** `#PF: supervisor write access` (x86 since 5.0), `[normal kernel read fault]` (4.20), `WnR = 1` (arm64). */
const inText =
  /(?:^#PF: supervisor |\[normal kernel )(?<access>read|write)|^\s*(?:CM = \d+, )?WnR = (?<wnr>[01])/;

export function directionOf(word: string | undefined): Direction {
  if (/^read/i.test(word ?? '')) return 'Read';
  return /^write/i.test(word ?? '') ? 'Write' : 'unknown';
}

/** What was accessed and how, as far as the report says. */
export function accessOf({ groups, texts }: Pick<Read, 'groups' | 'texts'>) {
  const said = groups['access'] === undefined ? firstMatch(texts, inText) : undefined;
  const word =
    groups['access'] ?? said?.['access'] ?? (said?.['wnr'] && (said['wnr'] === '1' ? 'write' : 'read'));
  return {
    direction: directionOf(word),
    ...known({ size: toNumber(groups['size']), address: groups['address'] }),
  };
}

/** The first page is never mapped: a field of an object at NULL. */
export function isNull(address: string | undefined): boolean {
  return (
    address !== undefined &&
    /^(?:0x)?[0-9a-f]+$/.test(address) &&
    BigInt(`0x${address.replace(/^0x/, '')}`) < 4096n
  );
}

export function placeOf({ file, line }: Groups): { place?: string } {
  return file === undefined ? {} : { place: line === undefined ? file : `${file}:${line}` };
}
