import { ANY_CODE } from './columns.ts';
import { PageState, View, readable, writable } from './state.ts';

/**
 * Loads, exchanges and their signals on one page. `thread` is a bit, 0 for a thread beyond the 31 that are told apart
 * (it is then allowed to flip back: laxer, never wrong).
 *
 * A signal was decided from the VMA, so it speaks of the newest view; a success may come from the TLB or from an entry
 * not zapped yet, so it may use any view that the thread has not left. A SIGSEGV leaves none: munmap detaches the VMA
 * before it zaps the entry (__do_munmap(), mm/mmap.c, which goes on with the lock held for reading), so a fault finds no
 * VMA while the entry is there. It was taken because the entry was absent and another thread's fault made it meanwhile, or
 * because it was write-protected, or because the TLB had an older one; the next access of the same thread succeeds.
 */

const SEGV_MAPERR = 1;
const SEGV_ACCERR = 2;
const SEGV_PKUERR = 4;

/** Rebuild the views older than `stop` with the thread marked as gone from them. `null` as stop marks them all. */
function leave(view: View | null, stop: View | null, thread: number, found: boolean): View | null {
  if (view === null) return null;
  const beyond = found || stop === null;
  const older = leave(view.older, stop, thread, beyond || view === stop);
  const gone = beyond ? view.gone | thread : view.gone;
  if (older === view.older && gone === view.gone) return view;
  return new View(view.value, gone, view.by, older);
}

function withOlder(state: PageState, older: View | null): PageState {
  return older === state.older
    ? state
    : new PageState(state.mapped, state.prot, state.value, older, state.alias, state.lazy);
}

/** Can this be the content of the newest view? */
const holds = (state: PageState, value: number): boolean =>
  state.value === value || (state.lazy && value === 0);

/**
 * State after a load of `value`, null when the thread cannot see it. Where several views hold the value the oldest is
 * taken: staying behind excludes nothing, the thread can follow later.
 */
export function load(state: PageState, thread: number, value: number): PageState | null {
  if (!readable(state.prot)) return null;
  let chosen: View | null = null;
  for (let view = state.older; view !== null; view = view.older)
    if ((view.gone & thread) === 0 && view.value === value) chosen = view;
  if (chosen !== null) return withOlder(state, leave(state.older, chosen, thread, false));
  if (!state.mapped || !holds(state, value)) return null;
  // Zero was seen where it was not certain: now it is.
  if (state.value !== value)
    return new PageState(true, state.prot, 0, leave(state.older, null, thread, false));
  return state.older === null ? state : withOlder(state, leave(state.older, null, thread, false));
}

function replaceValue(view: View, target: View, value: number): View {
  if (view === target) return new View(value, view.gone, view.by, view.older);
  return new View(view.value, view.gone, view.by, replaceValue(view.older!, target, value));
}

/** States after an exchange that found `old` and left `value`: one for each view where that can have been. */
export function exchange(
  state: PageState,
  thread: number,
  old: number,
  value: number,
  found: (next: PageState) => void,
): void {
  if (!writable(state.prot)) return;
  if (state.mapped && holds(state, old))
    found(
      new PageState(
        true,
        state.prot,
        value,
        state.older === null ? null : leave(state.older, null, thread, false),
      ),
    );
  for (let view = state.older; view !== null; view = view.older) {
    if ((view.gone & thread) !== 0 || view.value !== old) continue;
    const written = replaceValue(state.older!, view, value);
    let target = written;
    for (let known = state.older!; known !== view; known = known.older!) target = target.older!;
    found(
      new PageState(
        state.mapped,
        state.prot,
        state.value,
        leave(written, target, thread, false),
        -1,
        state.lazy,
      ),
    );
  }
}

/** Any exchange that was lost with the guest: whatever was there, `value` is there now. */
export function wildExchange(state: PageState, value: number, found: (next: PageState) => void): void {
  if (!writable(state.prot)) return;
  if (state.mapped) found(new PageState(true, state.prot, value, state.older));
  for (let view = state.older; view !== null; view = view.older)
    found(
      new PageState(
        state.mapped,
        state.prot,
        state.value,
        replaceValue(state.older!, view, value),
        -1,
        state.lazy,
      ),
    );
}

/** Had the kernel a reason for a SIGSEGV with this si_code, on a page that is so? */
export function signalFits(mapped: boolean, prot: number, store: boolean, code: number): boolean {
  if (!mapped) return code === SEGV_MAPERR || code === ANY_CODE;
  if (code === SEGV_ACCERR || code === ANY_CODE) return !(store ? writable(prot) : readable(prot));
  // execute_only_pkey() (arch/x86/mm/pkeys.c): PROT_EXEC alone is made unreadable where there are protection keys.
  return code === SEGV_PKUERR && (prot & 7) === 4;
}

/** State after SIGSEGV with this si_code, null when the kernel had no reason for it. It speaks of the VMA alone. */
export function segv(state: PageState, store: boolean, code: number): PageState | null {
  return signalFits(state.mapped, state.prot, store, code) ? state : null;
}

/** What a child of fork sees of a page that is settled. */
export function childSees(state: PageState, signal: number | null, value: number): boolean {
  if (signal !== null) return signalFits(state.mapped, state.prot, false, signal);
  return state.mapped && readable(state.prot) && holds(state, value);
}
