/* eslint-disable no-control-regex -- control characters are what this is about */

/** Terminal control: CSI, OSC and two-byte escapes (ECMA-48). */
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[0-Z\\^-~])/g;
const controls = /[\x00-\x08\x0a-\x1f\x7f\x80-\x9f]/g;

/** A line without terminal escapes and control characters; tabs stay. Consoles redraw, and lost bytes read as NUL. */
export function cleanLine(raw: string): string {
  const unescaped = raw.includes('\x1b') ? raw.replace(escapes, '') : raw;
  return unescaped.replace(controls, '');
}
