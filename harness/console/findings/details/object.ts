import { firstMatch, known, toNumber } from './read.ts';

/**
 * The object of a KASAN report: mm/kasan/report.c describe_object_addr(), `The buggy address belongs to the object at
 * … which belongs to the cache … of size …`, `located 24 bytes inside of`; before 4.11 `Object at …, in cache … size: …`.
 */
export function kasanObject(texts: readonly string[]) {
  const old = firstMatch(
    texts,
    /^Object at (?<address>[0-9a-f]+), in cache (?<cache>\S+)(?: size: (?<size>\d+))?/,
  );
  const at = firstMatch(texts, /belongs to the object at (?<address>[0-9a-f]+)/);
  const cache = firstMatch(texts, /belongs to the cache (?<cache>\S+) of size (?<size>\d+)/);
  const located = firstMatch(
    texts,
    /is located (?<bytes>\d+) bytes (?<where>inside of|to the left of|to the right of)\s*$|is located (?<bytes2>\d+) bytes (?<where2>inside of|to the left of|to the right of) /,
  );
  const size = toNumber(cache?.['size'] ?? old?.['size']);
  const object = known({
    address: at?.['address'] ?? old?.['address'],
    cache: cache?.['cache'] ?? old?.['cache'],
    size,
    offset: offsetOf(
      located?.['bytes'] ?? located?.['bytes2'],
      located?.['where'] ?? located?.['where2'],
      size,
    ),
  });
  return Object.keys(object).length === 0 ? undefined : object;
}

function offsetOf(bytes: string | undefined, where: string | undefined, size: number | undefined) {
  const count = toNumber(bytes);
  if (count === undefined) return undefined;
  if (where === 'inside of') return count;
  if (where === 'to the left of') return -count;
  return size === undefined ? undefined : toNumber(String(size + count));
}

/** mm/kfence/report.c: `kfence-#69 [0x…-0x…, size=424, cache=kmalloc-512] allocated by …`; 5.13 and later without brackets. */
export function kfenceObject(texts: readonly string[], accessed: string | undefined) {
  const found = firstMatch(
    texts,
    /^\s*kfence-#\d+:? \[?(?:0x)?(?<address>[0-9a-f]+)-(?:0x)?[0-9a-f]+, size=(?<size>\d+), cache=(?<cache>[^\s\]]+)/,
  );
  if (found === undefined) return undefined;
  return known({
    address: found['address'],
    cache: found['cache'],
    size: toNumber(found['size']),
    offset: distance(found['address'], accessed),
  });
}

/** mm/kmemleak.c print_unreferenced(): `unreferenced object 0x… (size 944):`. */
export function leakedObject(texts: readonly string[]) {
  const found = firstMatch(texts, /^unreferenced object (?:0x)?(?<address>[0-9a-f]+) \(size (?<size>\d+)\)/);
  return found === undefined
    ? undefined
    : known({ address: found['address'], size: toNumber(found['size']) });
}

function distance(from: string | undefined, to: string | undefined): number | undefined {
  const hex = /^[0-9a-f]{1,16}$/;
  const target = to?.replace(/^0x/, '');
  if (from === undefined || target === undefined || !hex.test(from) || !hex.test(target)) return undefined;
  const bytes = BigInt(`0x${target}`) - BigInt(`0x${from}`);
  return bytes > -65536n && bytes < 65536n ? Number(bytes) : undefined;
}
