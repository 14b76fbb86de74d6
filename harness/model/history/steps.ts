import { exchange, load, segv, wildExchange } from './accesses.ts';
import { callSteps, home, looksOnly, type Active } from './calls.ts';
import { withPage, type Configuration } from './configuration.ts';
import type { PageState } from './state.ts';
import { OP } from './types.ts';

/** Everything that `op` can do next in a configuration: its effect, or one of mremap's two. */
export function steps(from: Configuration, op: Active, found: (next: Configuration) => void): void {
  if (op.op !== OP.READ && op.op !== OP.XCHG) {
    callSteps(from, op, found);
    return;
  }
  const at = home(from, op.at);
  const state = from.pages[at]!;
  if (op.wild) {
    wildExchange(state, op.written, (next) => found(withPage(from, at, next, op.bit)));
    return;
  }
  if (op.signal === null && op.op === OP.XCHG) {
    exchange(state, op.threadBit, op.seen, op.written, (next) => found(withPage(from, at, next, op.bit)));
    return;
  }
  const next = looked(from, op);
  if (next !== null) found(withPage(from, at, next, op.bit));
}

function looked(from: Configuration, op: Active): PageState | null {
  const state = from.pages[home(from, op.at)]!;
  if (op.signal === null) return load(state, op.threadBit, op.seen);
  return segv(state, op.op === OP.XCHG, op.signal);
}

/**
 * Rule E: an operation that only looks, and whose thread need not flip for it, can be taken as soon as it fits. Every
 * order that has it later has an equal one that has it here, because it changes nothing.
 */
export function fitsUnchanged(from: Configuration, op: Active): boolean {
  if (op.op === OP.READ || (op.op === OP.XCHG && op.signal !== null))
    return looked(from, op) === from.pages[home(from, op.at)];
  if (op.op === OP.XCHG) return false;
  return looksOnly(from, op);
}
