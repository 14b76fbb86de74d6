import { OP, OUTCOME, type HistoryRecord } from './types.ts';
import type { PageState } from './state.ts';

const hex = (value: bigint): string => (value === 0n ? '0' : `0x${value.toString(16)}`);

/** Errno of the calls that are recorded; the rest prints as a number. */
const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  4: 'EINTR',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  22: 'EINVAL',
};

const SEGV: Readonly<Record<number, string>> = { 1: 'SEGV_MAPERR', 2: 'SEGV_ACCERR', 4: 'SEGV_PKUERR' };

export function rightsText(prot: number): string {
  return `${(prot & 1) !== 0 ? 'r' : '-'}${(prot & 2) !== 0 ? 'w' : '-'}${(prot & 4) !== 0 ? 'x' : '-'}`;
}

export function signalText(code: number): string {
  if ((code & 0x100) !== 0) return `SIGBUS (code ${code & 0xff})`;
  return SEGV[code] ?? `SIGSEGV (code ${code})`;
}

export function pagesText(first: number, count: number): string {
  return count === 1 ? `page ${first}` : `pages ${first}-${first + count - 1}`;
}

function callText(record: HistoryRecord): string {
  const range = pagesText(record.page, record.pages);
  const rights = rightsText(Number(record.value));
  switch (record.op) {
    case OP.READ:
      return `read ${record.outcome === OUTCOME.ok ? hex(record.result) : ''} on ${range}`.replace('  ', ' ');
    case OP.XCHG:
      return record.outcome === OUTCOME.ok
        ? `exchange ${hex(record.result)}→${hex(record.value)} on ${range}`
        : `exchange ?→${hex(record.value)} on ${range}`;
    case OP.MAP:
      return `mmap(${rights}, MAP_FIXED) of ${range}`;
    case OP.MAP_HINT:
      return `mmap(${rights}, hint) of ${range}`;
    case OP.UNMAP:
      return `munmap of ${range}`;
    case OP.PROTECT:
      return `mprotect(${rights}) of ${range}`;
    case OP.ZAP:
      return `madvise(MADV_DONTNEED) of ${range}`;
    case OP.FREE:
      return `madvise(MADV_FREE) of ${range}`;
    case OP.MOVE:
      return `mremap of ${range} to ${pagesText(record.target, record.pages)}`;
    case OP.FORK:
      return `fork ${record.value}`;
    case OP.CHILD_READ:
      return `child of fork ${record.value} saw ${record.outcome === OUTCOME.ok ? hex(record.result) : ''} on ${range}`.replace(
        '  ',
        ' ',
      );
  }
}

function outcomeText(record: HistoryRecord): string {
  switch (record.outcome) {
    case OUTCOME.ok:
      return '';
    case OUTCOME.signal:
      return `: ${signalText(record.code)}`;
    case OUTCOME.error:
      return record.code === 0 ? ': elsewhere' : `: ${ERRNO[record.code] ?? `errno ${record.code}`}`;
    case OUTCOME.pending:
      return ': not known to have returned';
  }
}

/** `T3 exchange 0x2a0001→0x50003 on page 17`, `T1 munmap of pages 16-19`, `T2 read on page 3: SEGV_MAPERR`. */
export function operationText(record: HistoryRecord): string {
  return `T${record.thread} ${callText(record)}${outcomeText(record)}`;
}

/** `mapped rw- with 0x50003`, `unmapped`, `mapped r-- with 0 (0x2a0001 for threads that have not flipped)`. */
export function stateText(state: PageState, valueOf: (id: number) => bigint): string {
  const olds: string[] = [];
  for (let view = state.older; view !== null; view = view.older) olds.push(hex(valueOf(view.value)));
  const lag = olds.length === 0 ? '' : ` (${olds.join(', ')} for threads whose TLB is not flushed yet)`;
  if (state.alias >= 0) return 'destination of an mremap under way';
  if (!state.mapped) return `unmapped${lag}`;
  const lazy = state.lazy ? ' or 0 (freed lazily)' : '';
  return `mapped ${rightsText(state.prot)} with ${hex(valueOf(state.value))}${lazy}${lag}`;
}
