import { EXIT } from '../../base/errors.ts';
import type { Verdict } from '../words.ts';
import type { CountedBoot, Row, Variant } from './compare.ts';

/** Why the figures mean nothing, though every boot went well; a sentence each. */
export function problems(
  variants: readonly Variant[],
  boots: readonly CountedBoot[],
  rows: readonly Row[],
): string[] {
  const [base, ...others] = variants;
  const counters = others.flatMap(({ counter }) => counter ?? []);
  const impostor = boots.some(
    ({ variant, counters: said }) =>
      variant === base?.id && counters.some((counter) => (said[`touch.vmstat.${counter}`] ?? 0) > 0),
  );
  const idle = others.filter(({ id, counter }) => counter !== null && isIdle(rows, id));
  return [
    ...(impostor ? [`${base?.id} handled faults speculatively: it is no base`] : []),
    ...variants.flatMap(({ id }) => silences(rows, id)),
    ...idle.map(({ id }) => `${id} handled no fault of the scene touch speculatively`),
  ];
}

/** One sentence for a kernel of which nothing counted, not one a scene. */
function silences(rows: readonly Row[], id: string): string[] {
  const mine = rows.filter(({ variant }) => variant === id);
  const mute = mine.filter(({ faults }) => faults === null);
  if (mute.length === mine.length) return [`no boot of ${id} counted`];
  return mute.map(({ scene }) => `no boot of ${id} counted for the scene ${scene}`);
}

const isIdle = (rows: readonly Row[], id: string): boolean =>
  rows.some(
    ({ scene, variant, faults, share }) =>
      scene === 'touch' && variant === id && faults !== null && !(share !== null && share > 0),
  );

/**
 * What all boots together came to. What a kernel did wrong goes before what is wrong with the figures.
 *
 * @param verdict on the boots as jobs (evaluateRun()).
 */
export function conclude(
  verdict: Verdict,
  boots: number,
  counted: number,
  wrong: readonly string[],
): Verdict {
  const reasons = [...verdict.reasons, ...wrong];
  if (verdict.exitCode !== EXIT.clean) return { ...verdict, reasons };
  if (wrong.length > 0) {
    const headline = `Nothing was measured: ${wrong[0]}`;
    return { ...verdict, status: 'ERROR', culprit: 'harness', exitCode: EXIT.rig, headline, reasons };
  }
  return { ...verdict, headline: `Measured: ${counted} of ${boots} boots counted`, reasons };
}
