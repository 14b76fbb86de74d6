import { kernelOf } from '../../../harness/model/address-space/kernel.ts';
import { permissions } from '../../../harness/model/address-space/maps.ts';
import { startMm } from '../../../harness/model/address-space/mm.ts';
import type { OperationName } from '../../../harness/model/address-space/operation.ts';
import { applyOperation } from '../../../harness/model/address-space/step.ts';
import type { Mm } from '../../../harness/model/address-space/types.ts';
import { PAGE } from '../../../harness/model/address-space/u64.ts';

/** Where the arena of the tests begins. */
export const BASE = 0x10000000;

/** A process with nothing mapped, on a kernel of choice. */
export function processOn(release = '5.10.223', memlockPages = 32, options = {}): Mm {
  const kernel = kernelOf(release, { ksm: true, thp: true, pkeys: false, zeroPage: true, ...options });
  const limits = { memlock: memlockPages * PAGE, stack: 200 * PAGE };
  return startMm(kernel, { base: BASE, startBrk: BASE, heapStart: 0, limits });
}

/** Calls with pages where addresses and lengths go. */
export function callsOn(mm: Mm) {
  const call = (name: OperationName, ...args: number[]) => {
    mm.trail.length = 0;
    const result = applyOperation(mm, BASE, { name, args });
    return result >= BASE ? (result - BASE) / PAGE : result;
  };
  const p = (page: number) => page * PAGE;
  return {
    call,
    map: (page: number, pages: number, prot: number, flags: number, file = -1, offset = 0) =>
      call('mmap', p(page), p(pages), prot, flags, file, p(offset)),
    unmap: (page: number, pages: number) => call('munmap', p(page), p(pages)),
    protect: (page: number, pages: number, prot: number) => call('mprotect', p(page), p(pages), prot),
    advise: (page: number, pages: number, advice: number) => call('madvise', p(page), p(pages), advice),
    remap: (page: number, old: number, next: number, flags: number, target = 0) =>
      call('mremap', p(page), p(old), p(next), flags, p(target)),
    lock: (page: number, pages: number) => call('mlock', p(page), p(pages)),
    brk: (page: number) => call('brk', p(page)),
    read: (page: number) => call('read', p(page)),
    write: (page: number, value: number) => call('write', p(page), value),
    run: (page: number) => call('execute', p(page)),
  };
}

/** `0-2 rw-p` for every VMA. */
export const shape = (mm: Mm): string[] =>
  mm.vmas.map((vma) => `${vma.start - BASE / PAGE}-${vma.end - BASE / PAGE} ${permissions(vma)}`);
