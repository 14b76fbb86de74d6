import type { Mismatch } from '../store/record.ts';

type Operation = Mismatch['operations'][number];

/** Columns of the drawing, without labels and words. */
const WIDTH = 48;
const LABEL = 14;

/**
 * Operations as intervals for the terminal, a line each, in order of their start: who, when, what. `├──┤` is the interval,
 * `█` marks the guilty one, `│` one too short to draw.
 */
export function timelineText(operations: readonly Operation[]): string[] {
  if (operations.length === 0) return [];
  const ordered = operations.toSorted((a, b) => a.startMicros - b.startMicros || a.thread - b.thread);
  const first = ordered[0]!.startMicros;
  const last = ordered.reduce((latest, { endMicros }) => Math.max(latest, endMicros), first);
  const span = Math.max(last - first, 0.001);
  const column = (micros: number): number => Math.round(((micros - first) / span) * (WIDTH - 1));
  const lines = ordered.map((operation) => {
    const label = `T${operation.thread} ${operation.role}`.slice(0, LABEL).padEnd(LABEL);
    const bar = drawBar(column(operation.startMicros), column(operation.endMicros), operation.guilty);
    return `${label} ${bar.padEnd(WIDTH)}  ${operation.text}${operation.guilty ? '  ← no order explains this' : ''}`;
  });
  const scale = `${''.padEnd(LABEL)} ${'0'.padEnd(WIDTH - 8)}${`${span.toFixed(1)} µs`.padStart(8)}`;
  return [scale, ...lines];
}

function drawBar(from: number, to: number, guilty: boolean): string {
  const lead = ' '.repeat(from);
  const length = Math.max(1, to - from + 1);
  if (guilty) return lead + '█'.repeat(length);
  return lead + (length === 1 ? '│' : `├${'─'.repeat(length - 2)}┤`);
}
