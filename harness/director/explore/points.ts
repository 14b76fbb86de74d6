import { z } from 'zod';
import { parsePoint, type Point, pointOf } from '../point.ts';

/** A place of an exploration: one way to fail is enough for a file that people write. */
const place = z.string().superRefine((text, ctx) => {
  const parsed = parsePoint(text);
  if (typeof parsed === 'string') ctx.addIssue({ code: 'custom', message: parsed });
});
const places = z.array(place).min(1);

/** kernel-config/points.yaml: by what an operation does, where it can be held. */
export const pointsSchema = z.strictObject({
  lookup: places,
  check: places,
  commit: places,
  map: places,
  unmap: places,
  protect: places,
  discard: places,
  move: places,
  fork: places,
});
export type Places = Readonly<Record<keyof z.output<typeof pointsSchema>, readonly string[]>>;
export type Doing = keyof Places;

/** What an operation of the stage does, by its first word: each is something to be held in, but waiting for a grace period is not. */
export function doingsOf(operation: string): readonly Doing[] {
  const [word = ''] = operation.trim().split(' ');
  if (word === 'grace') return [];
  if (word === 'spawn') return ['fork'];
  return /^(load|exchange|store)$/.test(word) ? ['lookup', 'check', 'commit'] : [word as Doing];
}

/** All of them, each once. */
export function pointsIn(all: Places): Point[] {
  const texts = new Set(Object.values(all).flat());
  return [...texts].map((text) => pointOf(text));
}

/** Those that a kernel has. An operation without any is never held. */
export const placesAmong = (all: Places, has: ReadonlySet<string>): Places =>
  Object.fromEntries(
    Object.entries(all).map(([doing, texts]) => [doing, texts.filter((text) => has.has(text))]),
  ) as unknown as Places;
