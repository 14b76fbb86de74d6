import type { BenchRecord } from '../../store/bench-record.ts';
import { percent } from '../words.ts';

type Row = BenchRecord['rows'][number];
type Rate = NonNullable<Row['faults']>;
type Interval = Rate['perSecond'];

const HEADINGS = ['kernel', 'faults/s', 'against base', '', 'speculative'];
const MAP_HEADINGS = ['maps/s', 'against base', ''];

/** The kernels of one scene, headings first; the mappers' columns only where there are mappers. */
export function sceneTable({ rows }: BenchRecord, scene: string): string[][] {
  const mine = rows.filter((row) => row.scene === scene);
  const mapped = mine.some(({ maps }) => maps !== null);
  return [
    [...HEADINGS, ...(mapped ? MAP_HEADINGS : [])],
    ...mine.map(({ variant, faults, share, maps }) => [
      variant,
      ...rateCells(faults),
      share === null ? '–' : percent(share),
      ...(mapped ? rateCells(maps) : []),
    ]),
  ];
}

function rateCells(rate: Rate | null): string[] {
  if (rate === null) return ['not measured', '–', ''];
  const { perSecond, ratio, difference } = rate;
  const figure = interval(perSecond, (value) => whole.format(value));
  if (ratio === null) return [figure, '–', difference === 'base' ? '' : difference];
  return [figure, `×${interval(ratio, (value) => value.toFixed(2))}`, difference];
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const interval = ({ estimate, low, high }: Interval, format: (value: number) => string): string =>
  low === null || high === null ? format(estimate) : `${format(estimate)} [${format(low)}, ${format(high)}]`;
