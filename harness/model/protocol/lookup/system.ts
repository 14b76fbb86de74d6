import {
  BLOCKED,
  type Fault,
  labels,
  type Process,
  type Property,
  Report,
  type Step,
  type System,
  table,
} from '../engine/types.ts';
import { Plans } from './plans.ts';
import { build } from './rbtree.ts';
import { LOOKUP_MARKS, READER, readerSteps } from './reader.ts';
import type { LookupScope, Variant } from './scope.ts';
import { LIFE, type LookupState, lookupState, TOUCH } from './state.ts';
import { Vmas } from './vma.ts';
import { WRITER, writerSteps } from './writer.ts';

const RCU = labels('wait');

/** The lookup of a VMA without mmap_lock against the calls that take it away (patches 19, 20 and 21 of the series). */
export function lookupSystem(
  scope: LookupScope,
  variant: Variant,
  checked: ReadonlySet<Property> | null = null,
): System {
  const model = lookupState(scope);
  const report = new Report(checked);
  const vmas = new Vmas(model, report);
  const plans = new Plans(model);
  const reader = readerSteps(model, vmas, report, variant, scope);
  const processes: Process[] = [
    {
      name: 'writer',
      steps: writerSteps(model, vmas, plans, report, variant, scope),
      at: model.writer,
      // A writer that finds nothing to do for the rest of its calls may rest as well.
      rests: [WRITER.done, WRITER.call],
    },
    {
      name: 'rcu',
      steps: rcuSteps(model, vmas, report, variant, scope),
      at: model.rcu,
      rests: [RCU.wait],
      eager: true,
    },
  ];
  for (let nth = 0; nth < scope.threads; nth++)
    processes.push({
      name: `T${nth}`,
      steps: reader,
      at: model.readers.base + nth * model.readers.length,
      rests: [READER.done],
    });
  return {
    layout: model.layout,
    processes,
    symmetry: { base: model.readers.base, length: model.readers.length, count: scope.threads },
    report,
    start: (state) => start(state, model, scope, variant),
    atRest: (state) => leaks(state, model, report),
    normalize: (state) => forget(state, model, scope),
    sometimes: expected(scope, variant),
  };
}

/** What runs in softirq: the callback of one VMA whose grace period is over. */
function rcuSteps(
  model: LookupState,
  vmas: Vmas,
  report: Report,
  variant: Variant,
  scope: LookupScope,
): readonly Step[] {
  const { V, R, vma, readers, vmaCount } = model;
  return table(RCU, {
    wait: {
      in: '__vm_rcu_put',
      does: 'put_vma(vma), the grace period is over',
      at: '__vm_rcu_put',
      holds: (_, __, way) => way + 1,
      reads: TOUCH.rcu | TOUCH.refs,
      writes: TOUCH.rcu | TOUCH.refs,
      goes: [RCU.wait],
      ways: vmaCount,
      run: (s, _, way) => {
        const at = vma(way + 1);
        if (s[at + V.queued] === 0) return BLOCKED;
        for (let nth = 0; nth < scope.threads; nth++)
          if ((s[readers.base + nth * readers.length + R.holdsUp]! & (1 << way)) !== 0) return BLOCKED;
        s[at + V.queued]!--;
        if (s[at + V.inTree] !== 0)
          report.break('P5', `the tree gives up its reference of VMA ${way + 1}, which is still in it`);
        if (variant.has('rcu-forgets-put')) return RCU.wait;
        vmas.put(s, way + 1);
        if (s[at + V.life] === LIFE.freed) report.mark(LOOKUP_MARKS.freedByCallback);
        return RCU.wait;
      },
      shows: (_, __, way) => `VMA ${way + 1}`,
    },
  });
}

function start(
  state: Uint8Array,
  model: LookupState,
  { threads, finds, vmas, operations }: LookupScope,
  variant: Variant,
): void {
  const { V, W, R, vma, vmaCount, readers } = model;
  const nodes = Array.from({ length: vmas }, (_, nth) => nth + 1);
  const links = build(nodes, vmaCount, (a, b) => a < b);
  state.fill(0);
  state[model.root] = links.root;
  state[model.red] = links.red;
  for (let id = 1; id <= vmaCount; id++) {
    const at = vma(id);
    if (id > vmas) continue;
    state[at + V.life] = LIFE.live;
    state[at + V.refs] = 2;
    state[at + V.inTree] = 1;
    state[at + V.file] = variant.has('handler-uses-file') ? 1 : 0;
    state[at + V.start] = id - 1;
    state[at + V.end] = id;
    state[at + V.left] = links.left[id]!;
    state[at + V.right] = links.right[id]!;
  }
  state[model.writer] = WRITER.call;
  state[model.writer + W.left] = operations;
  for (let nth = 0; nth < threads; nth++) {
    state[readers.base + nth * readers.length] = READER.fault;
    state[readers.base + nth * readers.length + R.left] = finds;
  }
}

/** P8: at the end the tree has its reference and the address space has one, and what is out of the tree is freed. */
function leaks(state: Uint8Array, model: LookupState, report: Report): Fault | null {
  const { V, vma, vmaCount } = model;
  report.fault = null;
  for (let id = 1; id <= vmaCount; id++) {
    const at = vma(id);
    if (state[at + V.life] !== LIFE.live) continue;
    const refs = state[at + V.refs]!;
    if (state[at + V.inTree] === 0)
      report.break('P8', `VMA ${id} is out of the tree and never freed: ${refs} references are left`);
    else if (refs !== 2) report.break('P8', `VMA ${id} is in the tree with ${refs} references instead of 2`);
  }
  const { fault } = report;
  report.fault = null;
  return fault;
}

/** A freed VMA that nothing points to any more is as good as another one. */
function forget(state: Uint8Array, model: LookupState, { threads }: LookupScope): void {
  const { V, R, W, vma, vmaLength, vmaCount, readers, writer } = model;
  for (let id = 1; id <= vmaCount; id++) {
    const at = vma(id);
    if (state[at + V.life] !== LIFE.freed || state[at + V.end] === 0) continue;
    if (state[at + V.queued] !== 0 || state[at + V.inTree] !== 0) continue;
    let pointed = state[model.root] === id || state[writer + W.at] === id;
    pointed ||= state[writer + W.first] === id || state[writer + W.last] === id;
    for (let nth = 0; nth < threads && !pointed; nth++) {
      const t = readers.base + nth * readers.length;
      pointed = state[t + R.node] === id || state[t + R.found] === id || state[t + R.cached] === id;
    }
    for (let other = 1; other <= vmaCount && !pointed; other++)
      pointed = state[vma(other) + V.left] === id || state[vma(other) + V.right] === id;
    if (pointed) continue;
    state.fill(0, at, at + vmaLength);
    state[at + V.life] = LIFE.freed;
    // It may have been the last to point to another one.
    id = 0;
  }
}

const MARK_NAMES: Record<keyof typeof LOOKUP_MARKS, string> = {
  retried: 'a lookup is repeated because mm_seq moved',
  found: 'a lookup finds a VMA',
  none: 'a lookup finds nothing',
  cacheHit: 'the vmacache hits',
  freedByReader: 'the put of a fault frees a VMA',
  freedByCallback: 'the put after the grace period frees a VMA',
  freedByWriter: 'the put of the system call frees a VMA',
  heldUp: 'a reader holds up a grace period',
};

/** P13 for this scope, in the order of the bits. */
function expected({ finds }: LookupScope, variant: Variant): string[] {
  const names = Object.entries(MARK_NAMES).map(([, text]) => text);
  if (variant.has('uncached-lookup') || finds < 2) names[LOOKUP_MARKS.cacheHit] = '';
  return names;
}
