import type { Report } from '../engine/types.ts';
import { LIFE, type LookupState } from './state.ts';

/** What every step may do to a VMA, with the properties that watch over it. */
export class Vmas {
  private readonly model: LookupState;
  private readonly report: Report;

  constructor(model: LookupState, report: Report) {
    this.model = model;
    this.report = report;
  }

  /** P1: nobody looks into a VMA that is freed. */
  touch(s: Uint8Array, id: number, what: string): void {
    const { vma, V } = this.model;
    if (s[vma(id) + V.life] !== LIFE.live) this.report.break('P1', `${what} VMA ${id}, which is freed`);
  }

  get(s: Uint8Array, id: number): void {
    this.touch(s, id, 'get_vma() on');
    const { vma, V } = this.model;
    const refs = vma(id) + V.refs;
    if (s[refs] === 0) this.report.break('P2', `get_vma() takes VMA ${id} from 0 references to 1`);
    s[refs]!++;
  }

  /** put_vma(), and __free_vma() with the last reference. */
  put(s: Uint8Array, id: number): void {
    this.touch(s, id, 'put_vma() on');
    const { vma, V } = this.model;
    const at = vma(id);
    if (s[at + V.refs] === 0) {
      this.report.break('P2', `put_vma() takes VMA ${id} below 0 references`);
      return;
    }
    s[at + V.refs]!--;
    if (s[at + V.refs] !== 0) return;
    if (s[at + V.empty] === 0)
      this.report.break('P3', `VM_BUG_ON_VMA(!RB_EMPTY_NODE(&vma->vm_rb)) in __free_vma() of VMA ${id}`);
    s[at + V.life] = LIFE.freed;
  }

  covers(s: Uint8Array, id: number, address: number): boolean {
    const { vma, V } = this.model;
    return s[vma(id) + V.start]! <= address && address < s[vma(id) + V.end]!;
  }

  /** find_vma() without the cache, at one instant. 0 when there is none at or above the address. */
  find(s: Uint8Array, address: number): number {
    const { root, vma, V } = this.model;
    let found = 0;
    for (let node = s[root]!; node !== 0;) {
      const at = vma(node);
      if (s[at + V.end]! > address) {
        found = node;
        if (s[at + V.start]! <= address) break;
        node = s[at + V.left]!;
      } else node = s[at + V.right]!;
    }
    return found;
  }
}
