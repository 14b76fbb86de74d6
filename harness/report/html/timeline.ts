import type { Mismatch } from '../../store/record.ts';
import { html, type Html } from './tag.ts';

type Operation = Mismatch['operations'][number];

/** Pixels of the drawing; the page scales or scrolls it. */
const LABELS = 118;
const PLOT = 690;
const MARGIN = 16;
const AXIS = 26;
const LANE = 34;
const BAR = 14;
const NARROWEST = 4;

/** Calls that change the address space; everything else is an access. */
const accesses = new Set(['READ', 'XCHG', 'CHILD_READ']);

/**
 * Operations as intervals, a row a thread, numbered as in the list below it. The guilty one is told by shape and mark as
 * well as by colour.
 *
 * @param operations in order of their start; not empty.
 */
export function timeline(operations: readonly Operation[], id: string): Html {
  const scale = makeScale(operations);
  const lanes = layOut(operations, scale);
  const height = AXIS + lanes.length * LANE + 8;
  const title = `${operations.length} operations of ${new Set(operations.map(({ thread }) => thread)).size} threads over ${scale.span.toFixed(1)} microseconds`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="timeline">
    <svg
      class="timeline"
      viewBox="0 0 ${LABELS + PLOT + MARGIN} ${height}"
      role="img"
      aria-labelledby="${id}-title"
    >
      <title id="${id}-title">${title}</title>
      ${ticks(scale, height)} ${lanes.map((lane, index) => drawLane(lane, AXIS + index * LANE, scale))}
    </svg>
  </div>`;
}

interface Scale {
  readonly first: number;
  readonly span: number;
  readonly x: (micros: number) => number;
}

interface Numbered extends Operation {
  readonly number: number;
}

interface Lane {
  readonly label: string;
  readonly operations: readonly Numbered[];
}

function makeScale(operations: readonly Operation[]): Scale {
  const first = Math.min(...operations.map(({ startMicros }) => startMicros));
  const last = Math.max(...operations.map(({ endMicros }) => endMicros));
  const span = Math.max(last - first, 0.001);
  return { first, span, x: (micros) => LABELS + ((micros - first) / span) * (PLOT - NARROWEST) };
}

/** A row a thread, and more where a thread's own operations overlap (what a forked child saw has its fork's interval). */
function layOut(operations: readonly Operation[], scale: Scale): Lane[] {
  const numbered = operations.map((operation, index) => ({ ...operation, number: index + 1 }));
  const threads = [...Map.groupBy(numbered, ({ thread }) => thread)].sort(([a], [b]) => a - b);
  return threads.flatMap(([thread, mine]) => {
    const rows: Numbered[][] = [];
    for (const operation of mine) {
      const row = rows.find((taken) => fits(taken.at(-1), operation, scale));
      if (row === undefined) rows.push([operation]);
      else row.push(operation);
    }
    const label = `T${thread} ${mine[0]?.role ?? ''}`.trim();
    return rows.map((row, index) => ({ label: index === 0 ? label : '', operations: row }));
  });
}

function fits(last: Numbered | undefined, next: Numbered, scale: Scale): boolean {
  return last === undefined || rightEdge(last, scale) <= scale.x(next.startMicros) + 0.5;
}

const rightEdge = (operation: Operation, scale: Scale): number =>
  scale.x(operation.startMicros) + width(operation, scale);

const width = (operation: Operation, { x }: Scale): number =>
  Math.max(NARROWEST, x(operation.endMicros) - x(operation.startMicros));

function drawLane(lane: Lane, top: number, scale: Scale): Html {
  return html`<g>
    <line class="rule" x1="0" x2="${LABELS + PLOT + MARGIN}" y1="${top + LANE}" y2="${top + LANE}" />
    <text class="thread" x="0" y="${top + LANE - 11}">${lane.label}</text>
    ${lane.operations.map((operation) => drawBar(operation, top, scale))}
  </g>`;
}

function drawBar(operation: Numbered, top: number, scale: Scale): Html {
  const x = scale.x(operation.startMicros);
  const wide = width(operation, scale);
  const middle = Math.min(Math.max(x + wide / 2, LABELS + 4), LABELS + PLOT);
  const kind = accesses.has(operation.op) ? 'access' : 'structural';
  const guilty = operation.guilty ? 'guilty' : '';
  return html`<g class="bar ${kind} ${guilty}">
    <title>${operation.number}. ${operation.text}</title>
    <rect x="${x.toFixed(1)}" y="${top + LANE - BAR - 5}" width="${wide.toFixed(1)}" height="${BAR}" rx="2" />
    <text x="${middle.toFixed(1)}" y="${top + LANE - BAR - 8}"
      >${operation.number}${operation.guilty ? ' ◆' : ''}</text
    >
  </g>`;
}

function ticks(scale: Scale, height: number): Html[] {
  const step = niceStep(scale.span / 5);
  const count = Math.floor(scale.span / step);
  return Array.from({ length: count + 1 }, (_, index) => {
    const micros = index * step;
    const x = scale.x(scale.first + micros);
    return html`<line
        class="tick"
        x1="${x.toFixed(1)}"
        x2="${x.toFixed(1)}"
        y1="${AXIS - 8}"
        y2="${height - 8}"
      />
      <text class="axis" x="${x.toFixed(1)}" y="12"
        >${Number(micros.toPrecision(3))}${index === 0 ? ' µs' : ''}</text
      >`;
  });
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}
