import { directionOf } from './access.ts';
import { firstMatch, known, type Read, toNumber } from './read.ts';

/**
 * kernel/kcsan/report.c print_report(): `write (marked) to 0x… of 8 bytes by task 123 on cpu 1:`, `race at unknown origin,
 * with read to …`, `with assert no writes to …`.
 */
const side =
  /(?<access>read-write|read|write|assert no (?:writes|accesses))(?<marked> \((?:marked|reordered|marked, reordered)\))? to (?<address>0x[0-9a-f]+) of (?<size>\d+) bytes by (?<by>(?:task|interrupt)[^:]*?)(?: on cpu \d+)?:/;

/** The sides of a data race, each with its stack. */
export function accessesOf({ stacks }: Read) {
  return stacks.flatMap(({ opener, frames }) => {
    const groups = side.exec(opener)?.groups;
    if (groups === undefined) return [];
    const { access, marked, address, size, by = '' } = groups;
    return [
      {
        direction: access === 'read-write' ? ('Write' as const) : directionOf(access),
        ...known({ size: toNumber(size), address }),
        marked: marked !== undefined,
        by,
        stack: [...frames],
      },
    ];
  });
}

export function changeOf({ texts }: Read) {
  const found = firstMatch(texts, /^\s*value changed: (?<from>0x[0-9a-f]+) -> (?<to>0x[0-9a-f]+)/);
  return found === undefined ? undefined : { from: found['from'] ?? '', to: found['to'] ?? '' };
}
