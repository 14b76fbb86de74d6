import { describe, expect, test } from 'vitest';
import { ERRNO, MADV, MAP, MREMAP, MS, PROT } from '../../../harness/model/address-space/flags.ts';
import { forkMm, exitMm } from '../../../harness/model/address-space/fork.ts';
import { mapsLine } from '../../../harness/model/address-space/maps.ts';
import { ELSEWHERE } from '../../../harness/model/address-space/mmap.ts';
import { faultResult } from '../../../harness/model/address-space/access.ts';
import { callsOn, processOn, shape } from './world.ts';

const RW = PROT.READ | PROT.WRITE;
const ANON = MAP.PRIVATE | MAP.ANONYMOUS | MAP.FIXED;
const SHARED = MAP.SHARED | MAP.ANONYMOUS | MAP.FIXED;
const { EINVAL, ENOMEM, EFAULT, EACCES, EAGAIN, EEXIST, EBADF, EBUSY, EPERM } = ERRNO;
const word = (value: number) => value * 256 + 0xc3;

function world(release?: string, memlockPages?: number, options = {}) {
  const mm = processOn(release, memlockPages, options);
  return { mm, ...callsOn(mm), shape: () => shape(mm) };
}

describe('merging: vma_merge(), mm/mmap.c of 5.10', () => {
  test('case 2: a new range joins the VMA before it', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.map(1, 1, RW, ANON);
    expect(w.mm.trail).toEqual(['merge-2']);
    expect(w.shape()).toEqual(['0-2 rw-p']);
  });

  test('case 3: a new range joins the VMA after it', () => {
    const w = world();
    w.map(1, 1, RW, ANON);
    w.map(0, 1, RW, ANON);
    expect(w.mm.trail).toEqual(['merge-3']);
    expect(w.shape()).toEqual(['0-2 rw-p']);
  });

  test('case 1: a new range closes a gap', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.map(2, 1, RW, ANON);
    w.map(1, 1, RW, ANON);
    expect(w.mm.trail).toEqual(['merge-1']);
    expect(w.shape()).toEqual(['0-3 rw-p']);
  });

  test.each([
    ['merge-5', [2, 1], ['0-3 rw-p', '3-4 r--p']],
    ['merge-7', [2, 2], ['0-4 rw-p']],
  ] as const)('case %s: mprotect at the start of a VMA', (name, [page, pages], after) => {
    const w = world();
    w.map(0, 4, RW, ANON);
    w.protect(2, 2, PROT.READ);
    w.protect(page, pages, RW);
    expect(w.mm.trail).toEqual([name]);
    expect(w.shape()).toEqual(after);
  });

  test.each([
    ['merge-4', [1, 1], ['0-1 r--p', '1-4 rw-p']],
    ['merge-8', [0, 2], ['0-4 rw-p']],
  ] as const)('case %s: mprotect at the end of a VMA', (name, [page, pages], after) => {
    const w = world();
    w.map(0, 4, RW, ANON);
    w.protect(0, 2, PROT.READ);
    w.protect(page, pages, RW);
    expect(w.mm.trail).toEqual([name]);
    expect(w.shape()).toEqual(after);
  });

  test('case 6: mprotect of a VMA between two', () => {
    const w = world();
    w.map(0, 3, RW, ANON);
    w.protect(1, 1, PROT.READ);
    expect(w.shape()).toEqual(['0-1 rw-p', '1-2 r--p', '2-3 rw-p']);
    w.protect(1, 1, RW);
    expect(w.mm.trail).toEqual(['merge-6']);
    expect(w.shape()).toEqual(['0-3 rw-p']);
  });

  test('VM_ACCOUNT stays when write is dropped, and is seen by nobody but merging', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.protect(0, 1, PROT.READ);
    w.map(1, 1, PROT.READ, ANON);
    expect(w.shape()).toEqual(['0-1 r--p', '1-2 r--p']);
    const later = world('6.5.0');
    later.map(0, 1, RW, ANON);
    later.protect(0, 1, PROT.READ);
    later.map(1, 1, PROT.READ, ANON);
    expect(later.shape()).toEqual(['0-2 r--p']);
  });

  test('files: the same open file with offsets in a row, and nothing else', () => {
    const w = world();
    w.map(0, 1, PROT.READ, MAP.PRIVATE | MAP.FIXED, 0, 2);
    w.map(1, 1, PROT.READ, MAP.PRIVATE | MAP.FIXED, 0, 3);
    w.map(2, 1, PROT.READ, MAP.PRIVATE | MAP.FIXED, 0, 5);
    w.map(3, 1, PROT.READ, MAP.PRIVATE | MAP.FIXED, 1, 6);
    expect(w.shape()).toEqual(['0-2 r--p', '2-3 r--p', '3-4 r--p']);
  });

  test('two shared anonymous mappings have a file each', () => {
    const w = world();
    w.map(0, 1, RW, SHARED);
    w.map(1, 1, RW, SHARED);
    expect(w.shape()).toEqual(['0-1 rw-s', '1-2 rw-s']);
  });

  test('advice that sets a flag cuts and joins like mprotect', () => {
    const w = world();
    w.map(0, 3, RW, ANON);
    w.advise(1, 1, MADV.RANDOM);
    expect(w.shape()).toHaveLength(3);
    w.advise(1, 1, MADV.NORMAL);
    expect(w.shape()).toHaveLength(1);
  });
});

describe('merging and faults: is_mergeable_anon_vma(), mm/mmap.c', () => {
  const written = (release: string, ...pages: number[]) => {
    const w = world(release);
    w.map(0, 1, RW, ANON);
    w.map(2, 1, RW, ANON);
    pages.forEach((page) => w.write(page, 1));
    return w;
  };

  test('an unfaulted range joins a faulted VMA', () => {
    const w = written('5.10.0', 0);
    w.map(1, 1, RW, ANON);
    expect(w.shape()).toEqual(['0-3 rw-p']);
  });

  test('two VMAs faulted apart do not become one; the one before wins the gap', () => {
    const w = written('5.10.0', 0, 2);
    w.map(1, 1, RW, ANON);
    expect(w.shape()).toEqual(['0-2 rw-p', '2-3 rw-p']);
  });

  test('6.1 gives the gap to the one after', () => {
    const w = written('6.1.0', 0, 2);
    w.map(1, 1, RW, ANON);
    expect(w.shape()).toEqual(['0-1 rw-p', '1-3 rw-p']);
  });

  test('quirk Q1: a faulted area does not merge into an unfaulted neighbour, until 6.16', () => {
    const merged = (release: string) => {
      const w = world(release);
      w.map(0, 1, RW, ANON);
      w.map(1, 1, RW | PROT.EXEC, ANON);
      w.write(1, 1);
      w.protect(1, 1, RW);
      return w.shape().length === 1;
    };
    expect(merged('5.10.0')).toBe(false);
    expect(merged('6.16.0')).toBe(true);
  });

  test('without a zero page a read faults an area, and it does not merge', () => {
    const shapeAfterRead = (zeroPage: boolean) => {
      const w = world('5.10.0', 32, { zeroPage });
      w.map(0, 1, RW, ANON);
      w.map(1, 1, RW | PROT.EXEC, ANON);
      w.read(1);
      w.protect(1, 1, RW);
      return w.shape();
    };
    expect(shapeAfterRead(true)).toEqual(['0-2 rw-p']);
    expect(shapeAfterRead(false)).toHaveLength(2);
  });

  test('execute_only_pkey(): what may only be executed cannot be read where there are protection keys', () => {
    const readAfter = (pkeys: boolean, ...rights: number[]) => {
      const w = world('5.10.0', 32, { pkeys });
      w.map(0, 1, RW, ANON);
      for (const right of rights) w.protect(0, 1, right);
      return w.read(0);
    };
    expect(readAfter(true, PROT.EXEC)).toBe(faultResult('SEGV_PKUERR'));
    expect(readAfter(true, PROT.EXEC, PROT.READ)).toBe(0);
    expect(readAfter(false, PROT.EXEC)).toBe(0);
  });

  test('find_mergeable_anon_vma(): a neighbour that differs in rights only lends its anon_vma', () => {
    const w = world();
    w.map(0, 2, RW, ANON);
    w.protect(1, 1, RW | PROT.EXEC);
    w.write(0, 1);
    w.write(1, 1);
    w.protect(1, 1, RW);
    expect(w.shape()).toEqual(['0-2 rw-p']);
  });

  test('a read does not give an anon_vma, a write does', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.read(0);
    expect(w.mm.vmas[0]?.anon).toBeNull();
    w.write(0, 1);
    expect(w.mm.vmas[0]?.anon).not.toBeNull();
  });

  test('a write beyond the end of a private file gives an anon_vma and no page: do_cow_fault(), mm/memory.c', () => {
    const w = world();
    w.map(0, 5, RW, MAP.PRIVATE | MAP.FIXED, 2, 2);
    expect(w.lock(4, 1)).toBe(-ENOMEM);
    expect(w.mm.vmas[1]?.anon).not.toBeNull();
    w.call('munlockall');
    expect(w.shape()).toEqual(['0-4 rw-p', '4-5 rw-p']);
  });

  test('MAP_POPULATE of a private writable mapping writes', () => {
    const w = world();
    w.map(0, 1, RW, ANON | MAP.POPULATE);
    expect(w.mm.vmas[0]?.anon).not.toBeNull();
    w.map(2, 1, PROT.READ, ANON | MAP.POPULATE);
    expect(w.mm.vmas[1]?.anon).toBeNull();
  });
});

describe('fork: anon_vma_fork(), mm/rmap.c, and dup_mmap(), kernel/fork.c', () => {
  const family = () => {
    const parent = processOn();
    const p = callsOn(parent);
    p.map(0, 1, RW, ANON);
    p.write(0, 5);
    const child = forkMm(parent);
    return { parent, p, child, c: callsOn(child) };
  };

  test('quirk Q2: what a child inherits has a chain of two and joins nothing new', () => {
    const { child, c } = family();
    expect(child.vmas[0]?.chain).toHaveLength(2);
    c.map(1, 1, RW, ANON);
    expect(shape(child)).toEqual(['0-1 rw-p', '1-2 rw-p']);
  });

  test('the parent still merges', () => {
    const { parent, p } = family();
    p.map(1, 1, RW, ANON);
    expect(shape(parent)).toEqual(['0-2 rw-p']);
  });

  test('copy on write, both ways', () => {
    const { p, c } = family();
    c.write(0, 6);
    expect([p.read(0), c.read(0)]).toEqual([word(5), word(6)]);
    p.write(0, 7);
    expect([p.read(0), c.read(0)]).toEqual([word(7), word(6)]);
  });

  test('a grandchild takes over the anon_vma of its dead parent only if nobody else uses it', () => {
    const { child } = family();
    const own = child.vmas[0]?.anon;
    const first = forkMm(child);
    expect(first.vmas[0]?.chain).toHaveLength(3);
    expect(first.vmas[0]?.anon).not.toBe(own);
    exitMm(first);
    expect(own?.children).toBe(0);
  });

  test('advice for forks', () => {
    const mm = processOn();
    const w = callsOn(mm);
    w.map(0, 3, RW, ANON);
    [0, 1, 2].forEach((page) => w.write(page, 9));
    w.advise(0, 1, MADV.DONTFORK);
    w.advise(1, 1, MADV.WIPEONFORK);
    const child = forkMm(mm);
    expect(shape(child)).toEqual(['1-2 rw-p', '2-3 rw-p']);
    const c = callsOn(child);
    expect([c.read(1), c.read(2)]).toEqual([0, word(9)]);
    expect(child.vmas[0]?.anon).toBeNull();
  });

  test('locks are not inherited', () => {
    const mm = processOn();
    const w = callsOn(mm);
    w.map(0, 1, RW, ANON);
    w.lock(0, 1);
    const child = forkMm(mm);
    expect([mm.lockedVm, child.lockedVm]).toEqual([1, 0]);
    callsOn(child).map(1, 1, RW, ANON);
    // Without VM_LOCKED only the chain keeps them apart.
    expect(child.vmas[0]?.flags).toBe(child.vmas[1]?.flags);
  });
});

describe('errors, in the order of the kernel', () => {
  test('mmap', () => {
    const w = world();
    expect(w.call('mmap', 0, 4096, RW, ANON, -1, 100)).toBe(-EINVAL);
    expect(w.map(0, 0, RW, MAP.PRIVATE | MAP.FIXED, 3)).toBe(-EBADF);
    expect(w.map(0, 0, RW, ANON)).toBe(-EINVAL);
    expect(w.call('mmap', 0, -1, RW, ANON, -1, 0)).toBe(-ENOMEM);
    expect(w.call('mmap', 8, 4096, RW, ANON, -1, 0)).toBe(-EINVAL);
    expect(w.call('mmap', -1, 4096, RW, ANON, -1, 0)).toBe(-EPERM);
    expect(w.map(0, 1, RW, MAP.SHARED_VALIDATE | MAP.ANONYMOUS | MAP.FIXED)).toBe(-EINVAL);
    expect(w.map(0, 1, RW, MAP.SHARED | MAP.FIXED, 1)).toBe(-EACCES);
    expect(w.shape()).toEqual([]);
    w.map(0, 2, RW, ANON);
    expect(w.map(1, 2, RW, ANON | MAP.FIXED_NOREPLACE)).toBe(-EEXIST);
    expect(w.map(2, 2, RW, MAP.PRIVATE | MAP.ANONYMOUS)).toBe(2);
    expect(w.map(1, 2, RW, MAP.PRIVATE | MAP.ANONYMOUS)).toBe(ELSEWHERE);
  });

  test('munmap', () => {
    const w = world();
    expect(w.call('munmap', 8, 4096)).toBe(-EINVAL);
    expect(w.unmap(0, 0)).toBe(-EINVAL);
    expect(w.unmap(0, 1)).toBe(0);
    w.map(0, 3, RW, ANON);
    w.unmap(1, 1);
    expect(w.shape()).toEqual(['0-1 rw-p', '2-3 rw-p']);
  });

  test('mprotect changes what comes before the failing VMA', () => {
    const w = world();
    w.map(0, 1, PROT.READ, ANON);
    w.map(1, 1, PROT.READ, MAP.SHARED | MAP.FIXED, 1);
    expect(w.protect(0, 2, RW)).toBe(-EACCES);
    expect(w.shape()).toEqual(['0-1 rw-p', '1-2 r--s']);
    expect(w.protect(0, 4, PROT.READ)).toBe(-ENOMEM);
    expect(w.shape()).toEqual(['0-1 r--p', '1-2 r--s']);
    expect(w.protect(0, 1, 0x10)).toBe(-EINVAL);
    expect(w.protect(0, 0, 0x10)).toBe(0);
  });

  test('madvise skips holes and says so in the end', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.map(2, 1, RW, ANON);
    w.write(2, 1);
    expect(w.advise(0, 3, MADV.DONTNEED)).toBe(-ENOMEM);
    expect(w.read(2)).toBe(0);
    expect(w.advise(0, 1, 1000)).toBe(-EINVAL);
    expect(w.advise(0, 1, MADV.POPULATE_READ)).toBe(-EINVAL);
    w.lock(0, 1);
    expect(w.advise(0, 1, MADV.DONTNEED)).toBe(-EINVAL);
  });

  test('mlock: RLIMIT_MEMLOCK, holes, and pages without any right', () => {
    const w = world('5.10.0', 4);
    w.map(0, 6, RW, ANON);
    expect(w.lock(0, 5)).toBe(-ENOMEM);
    expect(w.lock(0, 3)).toBe(0);
    expect(w.lock(0, 4)).toBe(0);
    expect(w.mm.lockedVm).toBe(4);
    expect(w.map(10, 1, RW, ANON | MAP.LOCKED)).toBe(-EAGAIN);
    w.unmap(0, 4);
    expect(w.mm.lockedVm).toBe(0);
    w.protect(4, 1, 0);
    expect(w.lock(4, 1)).toBe(-ENOMEM);
    // It is locked all the same.
    expect(w.mm.lockedVm).toBe(1);
  });
});

describe('mremap: mm/mremap.c', () => {
  const MOVE = MREMAP.MAYMOVE | MREMAP.FIXED;

  test('a move takes the pages along', () => {
    const w = world();
    w.map(0, 2, RW, ANON);
    w.write(1, 7);
    expect(w.remap(0, 2, 2, MOVE, 10)).toBe(10);
    expect(w.shape()).toEqual(['10-12 rw-p']);
    expect(w.read(11)).toBe(word(7));
  });

  test('the destination is lost before the source is looked at, until 5.16', () => {
    const lost = (release: string) => {
      const w = world(release);
      w.map(3, 1, RW, ANON);
      expect(w.remap(1, 1, 1, MOVE, 3)).toBe(-EFAULT);
      return w.shape().length === 0;
    };
    expect(lost('5.10.0')).toBe(true);
    expect(lost('6.1.0')).toBe(false);
  });

  test('quirk Q3: equal lengths of nothing are well, until 5.16', () => {
    expect(world().remap(1, 1, 1, 0)).toBe(1);
    expect(world('6.1.0').remap(1, 1, 1, 0)).toBe(-EFAULT);
  });

  test('quirk Q4: growing in place does not join what follows, until 6.0', () => {
    const grown = (release: string) => {
      const w = world(release);
      w.map(0, 1, RW, ANON);
      w.map(2, 1, RW, ANON);
      expect(w.remap(0, 1, 2, 0)).toBe(0);
      return w.shape();
    };
    expect(grown('5.10.0')).toEqual(['0-2 rw-p', '2-3 rw-p']);
    expect(grown('6.1.0')).toEqual(['0-3 rw-p']);
  });

  test('quirk Q5: an unfaulted mapping takes the offset of its new place, a faulted one keeps its own', () => {
    const moved = (write: boolean) => {
      const w = world();
      w.map(0, 1, RW, ANON);
      w.map(5, 1, RW, ANON);
      if (write) w.write(0, 1);
      w.remap(0, 1, 1, MOVE, 6);
      return w.shape();
    };
    expect(moved(false)).toEqual(['5-7 rw-p']);
    expect(moved(true)).toEqual(['5-6 rw-p', '6-7 rw-p']);
  });

  test('MREMAP_DONTUNMAP leaves the old range empty', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.write(0, 3);
    expect(w.remap(0, 1, 1, MOVE | MREMAP.DONTUNMAP, 5)).toBe(5);
    expect(w.shape()).toEqual(['0-1 rw-p', '5-6 rw-p']);
    expect([w.read(0), w.read(5)]).toEqual([0, word(3)]);
    w.map(8, 1, RW, SHARED);
    expect(w.remap(8, 1, 1, MOVE | MREMAP.DONTUNMAP, 12)).toBe(-EINVAL);
  });

  test('an old length of 0 doubles a shared mapping and refuses a private one', () => {
    const w = world();
    w.map(0, 1, RW, SHARED);
    w.map(2, 1, RW, ANON);
    w.write(0, 4);
    expect(w.remap(0, 0, 1, MOVE, 5)).toBe(5);
    expect(w.read(5)).toBe(word(4));
    expect(w.remap(2, 0, 1, MOVE, 8)).toBe(-EINVAL);
  });

  test('a locked mapping that grows beyond all bounds: EAGAIN, or around at 2^64 and ENOMEM', () => {
    const grown = (release: string) => {
      const w = world(release);
      w.map(0, 2, RW, ANON);
      w.lock(0, 2);
      return w.call('mremap', 4096, 4096, -2, 0, 0);
    };
    expect(grown('5.10.0')).toBe(-ENOMEM);
    expect(grown('6.1.0')).toBe(-EAGAIN);
  });

  test('MREMAP_DONTUNMAP beside itself: one VMA, or two since 7.0 and in the 6.1 of stable', () => {
    const beside = (release: string) => {
      const w = world(release);
      w.map(1, 10, RW, ANON);
      expect(w.remap(1, 1, 1, MOVE | MREMAP.DONTUNMAP, 11)).toBe(11);
      return w.shape();
    };
    expect(beside('5.10.0')).toEqual(['1-12 rw-p']);
    expect(beside('6.18.0')).toEqual(['1-12 rw-p']);
    expect(beside('6.1.0')).toEqual(['1-11 rw-p', '11-12 rw-p']);
  });

  test('an address that reads as a negative number', () => {
    expect(world().call('mremap', -4, 4096, 4096, 0, 0)).toBe(-4096);
  });

  test('several VMAs move at once since 6.17', () => {
    const moved = (release: string) => {
      const w = world(release);
      w.map(0, 1, RW, ANON);
      w.map(1, 1, PROT.READ, ANON);
      w.map(3, 1, RW, ANON);
      const result = w.remap(0, 4, 4, MOVE, 10);
      return [result, ...w.shape()];
    };
    expect(moved('6.1.0')).toEqual([-EFAULT, '0-1 rw-p', '1-2 r--p', '3-4 rw-p']);
    expect(moved('6.17.0')).toEqual([10, '10-11 rw-p', '11-12 r--p', '13-14 rw-p']);
  });
});

describe('accesses: do_user_addr_fault(), arch/x86/mm/fault.c', () => {
  test('signals and their codes', () => {
    const w = world();
    expect(w.read(0)).toBe(faultResult('SEGV_MAPERR'));
    w.map(0, 1, PROT.READ, ANON);
    expect(w.write(0, 1)).toBe(faultResult('SEGV_ACCERR'));
    expect(w.run(0)).toBe(faultResult('SEGV_ACCERR'));
    w.map(1, 1, 0, ANON);
    expect(w.read(1)).toBe(faultResult('SEGV_ACCERR'));
    w.map(2, 1, PROT.WRITE, ANON);
    expect(w.read(2)).toBe(0);
    w.map(3, 1, PROT.READ | PROT.EXEC, ANON);
    expect(w.run(3)).toBe(0);
  });

  test('beyond the end of a file', () => {
    const w = world();
    w.map(0, 2, RW, MAP.PRIVATE | MAP.FIXED, 2, 5);
    expect(w.read(0)).toBe((2 * 0x1000 + 5) * 256 + 0xc3);
    expect(w.read(1)).toBe(faultResult('BUS_ADRERR'));
    // The first fetch is taken for a read.
    expect(w.run(1)).toBe(faultResult('BUS_ADRERR'));
  });

  test('private copies of a file, and what DONTNEED leaves of them', () => {
    const w = world();
    w.map(0, 1, RW, MAP.PRIVATE | MAP.FIXED, 0, 1);
    w.map(4, 1, RW, MAP.SHARED | MAP.FIXED, 0, 1);
    const file = w.read(0);
    w.write(0, 8);
    expect([w.read(0), w.read(4)]).toEqual([word(8), file]);
    w.write(4, 9);
    w.advise(0, 1, MADV.DONTNEED);
    expect(w.read(0)).toBe(word(9));
  });

  test('expand_downwards(): the guard gap', () => {
    const w = world();
    w.map(600, 1, RW, ANON | MAP.GROWSDOWN);
    expect(w.write(598, 1)).toBe(0);
    expect(w.shape()).toEqual(['598-601 rw-p']);
    w.map(300, 1, RW, ANON);
    expect(w.write(556, 1)).toBe(faultResult('SEGV_MAPERR'));
    expect(w.write(557, 1)).toBe(0);
  });
});

describe('msync: mm/msync.c, and remap_file_pages(): mm/mmap.c', () => {
  test('holes, locks and contradictions', () => {
    const w = world();
    w.map(0, 1, RW, ANON);
    w.map(2, 1, RW, ANON);
    expect(w.call('msync', 0, 4096, MS.SYNC)).toBe(0);
    expect(w.call('msync', 0, 3 * 4096, MS.SYNC)).toBe(-ENOMEM);
    expect(w.call('msync', 0, 4096, MS.SYNC | MS.ASYNC)).toBe(-EINVAL);
    expect(w.call('msync', 8, 4096, MS.SYNC)).toBe(-EINVAL);
    w.lock(2, 1);
    expect(w.call('msync', 0, 3 * 4096, MS.INVALIDATE)).toBe(-EBUSY);
  });

  test('pages in another order, and back in one piece', () => {
    const w = world();
    w.map(0, 3, RW, SHARED);
    [0, 1, 2].forEach((page) => w.write(page, page + 1));
    expect(w.call('remap_file_pages', 4096, 4096, 0, 0, 0)).toBe(0);
    expect(w.shape()).toEqual(['0-1 rw-s', '1-2 rw-s', '2-3 rw-s']);
    expect([0, 1, 2].map((page) => w.read(page))).toEqual([1, 1, 3].map(word));
    expect(w.call('remap_file_pages', 4096, 4096, 0, 1, 0)).toBe(0);
    expect(w.shape()).toEqual(['0-3 rw-s']);
    w.map(8, 1, RW, ANON);
    expect(w.call('remap_file_pages', 8 * 4096, 4096, 0, 0, 0)).toBe(-EINVAL);
    expect(w.call('remap_file_pages', 0, 4096, 1, 0, 0)).toBe(-EINVAL);
  });
});

describe('brk: mm/mmap.c', () => {
  test('grows, shrinks, and minds what is in the way', () => {
    const w = world();
    expect(w.brk(3)).toBe(3);
    expect(w.shape()).toEqual(['0-3 rw-p']);
    w.map(5, 1, RW, ANON);
    expect(w.brk(5)).toBe(3);
    expect(w.brk(4)).toBe(4);
    expect(w.brk(1)).toBe(1);
    expect(w.shape()).toEqual(['0-1 rw-p', '5-6 rw-p']);
  });

  test('since 6.1 there must be something to give back', () => {
    const after = (release: string) => {
      const w = world(release);
      w.brk(2);
      w.unmap(1, 1);
      return w.brk(1);
    };
    expect(after('5.10.0')).toBe(1);
    expect(after('6.1.0')).toBe(2);
  });
});

describe('/proc/self/maps: show_map_vma(), fs/proc/task_mmu.c', () => {
  test('to the letter', () => {
    const w = world();
    w.map(0, 1, PROT.READ, MAP.SHARED | MAP.FIXED, 0, 2);
    w.map(1, 1, RW, ANON);
    const lines = w.mm.vmas.map((vma) => mapsLine(w.mm, vma, '00:01', 1036));
    expect(lines).toEqual([
      '10000000-10001000 r--s 00002000 00:01 1036                               /memfd:conform-0 (deleted)',
      '10001000-10002000 rw-p 00000000 00:01 1036 ',
    ]);
  });

  test('[heap] is what touches the heap, since 6.6 what overlaps it', () => {
    const names = (release: string) => {
      const w = world(release);
      w.brk(1);
      w.map(1, 1, PROT.READ, ANON);
      return w.mm.vmas.map((vma) => mapsLine(w.mm, vma).endsWith('[heap]'));
    };
    expect(names('5.10.0')).toEqual([true, true]);
    expect(names('6.6.0')).toEqual([true, false]);
  });
});
