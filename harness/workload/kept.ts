import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../machine/types.ts';

/**
 * What a kernel keeps for its processes, by name: objects of slab caches (`vm_area_struct`), kilobytes of /proc/meminfo
 * (`PageTables`). When a workload is over it must be what it was before.
 */
export type Kept = Readonly<Record<string, number>>;

/**
 * Shrinking a cache gives back what its CPUs hold and, with KASAN, what is in quarantine (kmem_cache_shrink(),
 * mm/slab_common.c): only then is `objects` the number of those in use (sysfs-kernel-slab). Root only.
 */
const LOOK = `
for cache in vm_area_struct mm_struct anon_vma anon_vma_chain; do
  cd /sys/kernel/slab/$cache 2>/dev/null || continue
  echo 1 >shrink || continue
  read count rest <objects && echo "$cache $count"
done
while read name size unit; do
  case $name in PageTables:|AnonPages:) echo "\${name%:} $size" ;; esac
done </proc/meminfo`;

/** Empty where the machine does not let us look (no root, no SLUB). */
export async function readKept(running: Running): Promise<Kept> {
  const { exitCode, stdout } = await running.exec(['sh', '-c', LOOK], { timeout: 60 });
  if (exitCode !== 0) return {};
  return Object.fromEntries(
    [...stdout.matchAll(/^(\w+) (\d+)$/gm)].map(([, name, count]) => [name!, Number(count)]),
  );
}

/** Looks at a time, and the milliseconds between them. */
const LOOKS = 8;
const PAUSE = 500;

/**
 * How much more is kept than before, once it has stopped to fall: what RCU frees is free some grace periods later. By
 * `kept.` and its name; what was not known before is left out.
 */
export async function keptGrowth(running: Running, before: Kept): Promise<Record<string, number>> {
  let growth: Record<string, number> = {};
  if (Object.keys(before).length === 0) return growth;
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await sleep(PAUSE);
    const now = await readKept(running);
    const names = Object.keys(before).filter((name) => now[name] !== undefined);
    growth = Object.fromEntries(names.map((name) => [`kept.${name}`, now[name]! - before[name]!]));
    if (Object.values(growth).every((more) => more <= 0)) break;
  }
  return growth;
}
