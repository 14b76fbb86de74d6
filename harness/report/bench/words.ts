import type { BenchRecord } from '../../store/bench-record.ts';
import { plural, seconds } from '../words.ts';

export const NOT_COMPARABLE =
  'Published by others of the same series: other hardware, other base, other programs. Not measured here.';

/** What must be known to read the figures; a sentence each. */
export function conditions(record: BenchRecord): string[] {
  const { host, boots, variants, guestCpus, rounds, duration, seed } = record;
  const kernel = variants[0]?.kernel;
  const loads = boots.map(({ load }) => load.toFixed(1)).sort((a, b) => Number(a) - Number(b));
  return [
    host.acceleration === 'tcg'
      ? `emulated by QEMU TCG (${host.accelerationReason}): ratios between kernels under emulation say nothing of real hardware`
      : `accelerator: ${host.acceleration} (${host.accelerationReason})`,
    [
      `${kernel?.arch}, profile ${kernel?.profile}, ${plural(guestCpus, 'CPU')} in the guest`,
      ...guestWords(record),
    ].join(', '),
    `host: ${plural(host.cpus, 'CPU')}, Linux ${host.release}, load ${loads[0]} to ${loads.at(-1)} before a boot (the last guest included)`,
    `${plural(rounds, 'boot')} of each kernel, interleaved (seed ${seed}), ${duration} s a scene after warming up; ${seconds(record.seconds)} in all`,
    '[…]: 95 % confidence, Student’s t over boots; ratios are of boots of the same round; about one interval in twenty misses by chance',
  ];
}

/** As the workload said it itself. */
function guestWords({ boots }: BenchRecord): string[] {
  const [counters] = boots.flatMap(({ counted, job }) => (counted ? [job.counters] : []));
  const { pageSize, pinned } = { pageSize: counters?.['pageSize'], pinned: counters?.['pinned'] };
  if (pageSize === undefined) return [];
  return [
    `pages of ${pageSize / 1024} KiB, huge pages off`,
    pinned === 1 ? 'threads pinned' : 'threads not pinned',
  ];
}

/** `touch: … (2 threads, 1 mapper)` */
export function sceneTitle({ rows }: BenchRecord, scene: BenchRecord['scenes'][number]): string {
  const row = rows.find((one) => one.scene === scene.id && one.threads > 0);
  const mappers = row === undefined || row.mappers === 0 ? '' : `, ${plural(row.mappers, 'mapper')}`;
  const crowd = row === undefined ? '' : ` (${plural(row.threads, 'thread')}${mappers})`;
  return `${scene.id}${scene.control ? ' (control)' : ''}: ${scene.title}${crowd}`;
}

/** `+70.83 %` */
export const changeWords = (change: number): string => `${change > 0 ? '+' : ''}${change} %`;
