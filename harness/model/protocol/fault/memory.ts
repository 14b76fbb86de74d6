import type { Report } from '../engine/types.ts';
import type { FaultScope } from './scope.ts';
import { type FaultState, PTE } from './state.ts';

/** Page tables, TLBs and frames, and what every step may do to them. */
export class Memory {
  private readonly model: FaultState;
  private readonly scope: FaultScope;
  private readonly report: Report;

  constructor(model: FaultState, scope: FaultScope, report: Report) {
    this.model = model;
    this.scope = scope;
    this.report = report;
  }

  /** The VMA that find_vma() has for a page; -1 when there is none. */
  vmaOf(s: Uint8Array, page: number): number {
    const { vma, V, vmas } = this.model;
    for (let nth = 0; nth < vmas; nth++)
      if (s[vma(nth) + V.inTree] !== 0 && s[vma(nth) + V.page] === page + 1) return nth;
    return -1;
  }

  permitted(s: Uint8Array, page: number): boolean {
    const nth = this.vmaOf(s, page);
    return nth >= 0 && s[this.model.vma(nth) + this.model.V.write] !== 0;
  }

  /** After a change of VMAs: a store under way whose page may not be written now may be refused, whatever comes. */
  reconsider(s: Uint8Array): void {
    this.eachThread((at) => {
      const { T } = this.model;
      if (s[at + T.allowed] !== 0 && !this.permitted(s, s[at + T.page]!)) s[at + T.allowed] = 0;
    });
  }

  eachThread(each: (at: number) => void): void {
    for (let nth = 0; nth < this.scope.threads; nth++) each(this.model.thread(nth));
  }

  /** A store by the CPU of a thread: through the TLB, else through the page tables. False is a page fault. */
  store(s: Uint8Array, at: number, page: number): boolean {
    const { T, P, pmd, table } = this.model;
    if (s[at + T.tlbFrame] === 0 || s[at + T.tlbPage] !== page) {
      const nth = s[pmd(page)]!;
      if (nth === 0 || s[table(nth) + P.pte] !== PTE.writable) return false;
      s[at + T.tlbPage] = page;
      s[at + T.tlbFrame] = s[table(nth) + P.frame]!;
    }
    const frame = s[at + T.tlbFrame]!;
    if (frame === s[this.model.childFrame] && s[this.model.childSealed] !== 0)
      this.report.break('P15', 'a store of the parent goes to a page of the child, after the fork');
    s[this.model.frame(frame)]! |= 1 << s[this.model.stored]!;
    s[this.model.stored]!++;
    return true;
  }

  /** Flush a page from the TLBs of all threads. */
  flush(s: Uint8Array, page: number): void {
    const { T } = this.model;
    this.eachThread((at) => {
      if (s[at + T.tlbPage] !== page) return;
      s[at + T.tlbPage] = 0;
      s[at + T.tlbFrame] = 0;
    });
  }

  /** Frames (bits) that an entry, a TLB, a thread or the child refers to. */
  private referred(s: Uint8Array): number {
    const { table, tables, P, T, childFrame } = this.model;
    let used = 1 << s[childFrame]!;
    for (let nth = 1; nth <= tables; nth++) used |= 1 << s[table(nth) + P.frame]!;
    this.eachThread((at) => {
      used |= 1 << s[at + T.tlbFrame]!;
      used |= 1 << s[at + T.frame]!;
    });
    return used;
  }

  /** A frame that nothing refers to, with this content. */
  allocate(s: Uint8Array, content: number): number {
    const { frames, frame } = this.model;
    const used = this.referred(s);
    for (let nth = 1; nth <= frames; nth++)
      if ((used & (1 << nth)) === 0) {
        s[frame(nth)] = content;
        return nth;
      }
    throw new Error('the model is out of frames');
  }

  set(s: Uint8Array, nth: number, pte: number, frame: number): void {
    const { table, P } = this.model;
    s[table(nth) + P.pte] = pte;
    s[table(nth) + P.frame] = frame;
  }

  /** Is the page of a write-protected entry also the child's? */
  shared(s: Uint8Array, frame: number): boolean {
    return frame === s[this.model.childFrame];
  }

  /** Contents of frames that nothing refers to, which decide nothing. */
  forget(s: Uint8Array): void {
    const { frames, frame } = this.model;
    const used = this.referred(s);
    for (let nth = 1; nth <= frames; nth++) if ((used & (1 << nth)) === 0) s[frame(nth)] = 0;
  }
}
