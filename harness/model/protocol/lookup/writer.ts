import { BLOCKED, labels, type Report, type Step, table } from '../engine/types.ts';
import type { Plans } from './plans.ts';
import { LOOKUP_MARKS, READER } from './reader.ts';
import type { CallKind, LookupScope, Variant } from './scope.ts';
import { LIFE, type LookupState, TOUCH } from './state.ts';
import type { Vmas } from './vma.ts';

export const WRITER = labels(
  'done',
  'call',
  'earlyInvalidate',
  'moveEnd',
  'earlyRcu',
  'eraseLock',
  'erase',
  'eraseUnlock',
  'clearNode',
  'callRcu',
  'invalidate',
  'removeFile',
  'removePut',
  'mergePut',
  'insertLock',
  'link',
  'get',
  'rebalance',
  'insertUnlock',
  'exitClear',
  'exitTreePut',
  'exitFile',
  'exitPut',
);

const CALL = { munmap: 1, mmap: 2, merge: 3, exit: 4 } as const;

interface Call {
  readonly kind: CallKind;
  /** VMA it begins with; the page for mmap. */
  readonly on: number;
}

/** Calls that a writer can choose from; whether one is possible depends on the state. */
function callsOf({ calls, vmas, maps }: LookupScope): Call[] {
  return calls
    .filter((kind) => kind !== 'exit')
    .flatMap((kind): Call[] => {
      const from = kind === 'mmap' ? 0 : 1;
      const end = kind === 'mmap' ? vmas - 1 : vmas + maps;
      return Array.from({ length: end - from + 1 }, (_, nth) => ({ kind, on: from + nth }));
    });
}

/**
 * The system calls that change the tree, one at a time: mmap_lock is held for write. munmap() releases it half way down to
 * read, which matters to nobody here.
 */
export function writerSteps(
  model: LookupState,
  vmas: Vmas,
  plans: Plans,
  report: Report,
  variant: Variant,
  scope: LookupScope,
): readonly Step[] {
  const { W, V, R, vma, mmSeqOdd, red, vmaCount, readers } = model;
  const has = (id: string): boolean => variant.has(id);
  const calls = callsOf(scope);
  const cached = !has('uncached-lookup');
  const exits = scope.calls.includes('exit');
  const noEraseSeq = has('erase-outside-mm-seq');
  const noInsertSeq = has('insert-outside-mm-seq');
  const rcuFirst = has('call-rcu-before-erase');
  const noClear = has('no-clear-node');
  const noGet = has('no-get-vma-on-insert');
  const invalidateFirst = has('invalidate-before-erase');
  const noInvalidate = has('no-vmacache-invalidate');
  // Whether there still is a file matters to nobody else.
  const tracksFile = has('handler-uses-file');
  const exitAnyTime = has('exit-while-reader-runs');

  const inTree = (s: Uint8Array, id: number): boolean => s[vma(id) + V.inTree] !== 0;
  const eachReader = (each: (at: number) => void): void => {
    for (let nth = 0; nth < scope.threads; nth++) each(readers.base + nth * readers.length);
  };
  /** mm_seq++. Whoever is between its two looks at it will find that it moved; the others have not looked yet. */
  const bump = (s: Uint8Array): void => {
    s[mmSeqOdd]! ^= 1;
    eachReader((reader) => {
      if (looking(s[reader]!)) s[reader + R.stale] = 1;
    });
  };
  const invalidate = (s: Uint8Array): void =>
    eachReader((reader) => {
      // An empty cache that nothing is being put into stays as it is.
      const walking = s[reader]! >= READER.cacheFind && s[reader]! <= READER.visit;
      if (cached && (walking || s[reader + R.cached] !== 0)) s[reader + R.flush] = 1;
    });
  /** The VMA in the tree with the lowest address at or above `from`; 0 when there is none. */
  const lowest = (s: Uint8Array, from: number): number => {
    let found = 0;
    for (let id = 1; id <= vmaCount; id++)
      if (inTree(s, id) && s[vma(id) + V.start]! >= from)
        if (found === 0 || s[vma(id) + V.start]! < s[vma(found) + V.start]!) found = id;
    return found;
  };
  const after = (s: Uint8Array, id: number): number => lowest(s, s[vma(id) + V.end]!);

  const eraseOne = rcuFirst ? WRITER.earlyRcu : WRITER.eraseLock;
  const begin = (s: Uint8Array, me: number, call: number, at: number, last: number): void => {
    s[me + W.call] = call;
    s[me + W.at] = at;
    s[me + W.first] = at;
    s[me + W.last] = last;
    s[me + W.left]!--;
  };
  const startErase = (s: Uint8Array, me: number): void => {
    s[me + W.plan] = plans.erase(s, s[me + W.at]!);
    s[me + W.store] = 0;
  };
  const over = (s: Uint8Array, me: number): number => {
    for (const part of [W.call, W.at, W.first, W.last, W.plan, W.store]) s[me + part] = 0;
    return WRITER.call;
  };
  /** After the removal of one VMA of a list: the next one of it. */
  const onwards = (s: Uint8Array, me: number, again: number): number => {
    if (s[me + W.at] === s[me + W.last]) return over(s, me);
    s[me + W.at] = s[me + W.last]!;
    return again;
  };
  const put = (s: Uint8Array, id: number): void => {
    vmas.put(s, id);
    if (s[vma(id) + V.life] === LIFE.freed) report.mark(LOOKUP_MARKS.freedByWriter);
  };
  const queue = (s: Uint8Array, id: number): void => {
    const at = vma(id);
    if (s[at + V.queued] !== 0)
      report.break('P4', `call_rcu() of VMA ${id}, whose callback is queued already`);
    s[at + V.queued] = 1;
    eachReader((reader) => {
      if (s[reader + R.inRcu] !== 0 && !has('grace-period-ignores-readers'))
        s[reader + R.holdsUp]! |= 1 << (id - 1);
    });
  };
  const name = (s: Uint8Array, me: number): string => `VMA ${s[me + W.at]}`;
  const file = (s: Uint8Array, id: number): void => {
    s[vma(id) + V.file] = 0;
  };
  const bug = (s: Uint8Array, id: number, where: string): void => {
    if (s[vma(id) + V.empty] === 0)
      report.break('P3', `VM_BUG_ON_VMA(!RB_EMPTY_NODE(&vma->vm_rb)) in ${where}() of VMA ${id}`);
  };
  const possible = (s: Uint8Array, { kind, on }: Call): boolean => {
    if (kind === 'mmap') {
      for (let id = 1; id <= vmaCount; id++) if (inTree(s, id) && vmas.covers(s, id, on)) return false;
      return fresh(s) !== 0;
    }
    if (!inTree(s, on)) return false;
    if (kind === 'munmap') return true;
    const next = after(s, on);
    return next !== 0 && (kind === 'munmap2' || s[vma(next) + V.start] === s[vma(on) + V.end]);
  };
  /** A VMA structure is never used twice, so that a use after free always shows. */
  const fresh = (s: Uint8Array): number => {
    for (let id = scope.vmas + 1; id <= vmaCount; id++) if (s[vma(id) + V.life] === LIFE.unused) return id;
    return 0;
  };

  return table(WRITER, {
    done: { in: 'exit_mmap', does: 'done', reads: 0, writes: 0, goes: [], run: () => BLOCKED },
    call: {
      in: 'mmap_write_lock_killable',
      does: 'the next system call',
      begins: (s, me, way) => {
        if (s[me + W.left] === 0) return exits ? { call: 'exit', on: 0 } : null;
        const call = calls[way];
        return call === undefined ? null : { call: call.kind, on: call.on };
      },
      reads: 0,
      writes: 0,
      goes: [
        eraseOne,
        WRITER.eraseLock,
        WRITER.earlyInvalidate,
        WRITER.moveEnd,
        WRITER.insertLock,
        WRITER.link,
        WRITER.exitClear,
        WRITER.done,
      ],
      ways: Math.max(1, calls.length),
      run: (s, me, way) => {
        if (s[me + W.left] === 0) {
          if (way !== 0) return BLOCKED;
          const first = exits ? lowest(s, 0) : 0;
          if (first === 0) return WRITER.done;
          s[me + W.call] = CALL.exit;
          s[me + W.at] = first;
          return WRITER.exitClear;
        }
        const call = calls[way];
        // Nothing to do is a way to end as well: fewer calls than the scope allows.
        if (call === undefined || !possible(s, call)) return BLOCKED;
        const { kind, on } = call;
        if (kind === 'mmap') return map(s, me, on);
        if (kind === 'merge') {
          begin(s, me, CALL.merge, on, 0);
          return WRITER.moveEnd;
        }
        begin(s, me, CALL.munmap, on, kind === 'munmap' ? on : after(s, on));
        return invalidateFirst ? WRITER.earlyInvalidate : eraseOne;
      },
      shows: (s, me, way) => {
        if (s[me + W.left] === 0) return exits ? 'the process exits' : 'no more';
        const call = calls[way]!;
        return `${call.kind} of ${call.kind === 'mmap' ? 'page' : 'VMA'} ${call.on}`;
      },
    },
    earlyInvalidate: {
      in: 'detach_vmas_to_be_unmapped',
      does: 'vmacache_invalidate(mm), too early',
      reads: 0,
      writes: TOUCH.vmacacheSeqnum,
      goes: [eraseOne],
      run: (s) => {
        invalidate(s);
        return eraseOne;
      },
    },
    moveEnd: {
      in: '__vma_adjust',
      does: 'WRITE_ONCE(vma->vm_end, end), over the next VMA',
      reads: 0,
      writes: TOUCH.vma,
      goes: [eraseOne],
      run: (s, me) => {
        const id = s[me + W.at]!;
        const next = after(s, id);
        s[vma(id) + V.end] = s[vma(next) + V.end]!;
        eachReader((reader) => {
          if (looking(s[reader]!)) s[reader + R.moved] = 1;
        });
        s[me + W.at] = next;
        s[me + W.first] = next;
        s[me + W.last] = next;
        return eraseOne;
      },
      shows: name,
    },
    earlyRcu: {
      in: '__vma_rb_erase',
      does: 'vm_rcu_put(vma): call_rcu(), too early',
      reads: TOUCH.rcu,
      writes: TOUCH.rcu,
      goes: [WRITER.eraseLock],
      run: (s, me) => {
        queue(s, s[me + W.at]!);
        return WRITER.eraseLock;
      },
      shows: name,
    },
    eraseLock: {
      in: '__vma_rb_erase',
      does: 'mm_write_seqlock(mm)',
      at: '__vma_rb_erase: line mm_write_seqlock(mm) | __do_munmap: line mm_write_seqlock(mm)',
      reads: 0,
      writes: TOUCH.mmSeq,
      goes: [WRITER.erase],
      run: (s, me) => {
        vmas.touch(s, s[me + W.at]!, '__vma_rb_erase() takes out');
        startErase(s, me);
        if (!noEraseSeq) bump(s);
        return WRITER.erase;
      },
      shows: (s) => (s[mmSeqOdd] === 0 ? 'mm_seq gets odd' : 'mm_seq gets even'),
    },
    erase: {
      in: '__vma_rb_erase',
      does: 'rb_erase_augmented(): one link of the tree',
      at: '__vma_rb_erase: line rb_erase_augmented( | __do_munmap: line rb_erase_augmented(',
      reads: TOUCH.refs,
      writes: TOUCH.tree,
      goes: [WRITER.erase, WRITER.eraseUnlock],
      run: (s, me) => {
        const plan = plans.at(s[me + W.plan]!);
        plans.store(s, plan.stores[s[me + W.store]!]!);
        s[me + W.store]!++;
        if (s[me + W.store]! < plan.stores.length) return WRITER.erase;
        s[red] = plan.red;
        s[vma(s[me + W.at]!) + V.inTree] = 0;
        return WRITER.eraseUnlock;
      },
      shows: (s, me) => storeText(plans, s, me, W),
    },
    eraseUnlock: {
      in: '__vma_rb_erase',
      does: 'mm_write_sequnlock(mm)',
      at: '__vma_rb_erase: line mm_write_sequnlock(mm) | __do_munmap: line mm_write_sequnlock(mm)',
      reads: 0,
      writes: TOUCH.mmSeq,
      goes: [WRITER.clearNode, WRITER.callRcu, WRITER.eraseLock, WRITER.invalidate],
      run: (s, me) => {
        if (!noEraseSeq) bump(s);
        s[me + W.plan] = 0;
        s[me + W.store] = 0;
        return noClear ? WRITER.callRcu : WRITER.clearNode;
      },
      shows: (s) => (s[mmSeqOdd] === 0 ? 'mm_seq gets odd' : 'mm_seq gets even'),
    },
    clearNode: {
      in: '__vma_rb_erase',
      does: 'RB_CLEAR_NODE(&vma->vm_rb)',
      at: '__vma_rb_erase: line RB_CLEAR_NODE(&vma->vm_rb) | __do_munmap: line RB_CLEAR_NODE(&vma->vm_rb)',
      reads: 0,
      writes: TOUCH.vma,
      goes: [WRITER.callRcu, eraseOne, WRITER.invalidate],
      run: (s, me) => {
        s[vma(s[me + W.at]!) + V.empty] = 1;
        return rcuFirst ? afterErase(s, me) : WRITER.callRcu;
      },
      shows: name,
    },
    callRcu: {
      in: 'vm_rcu_put',
      does: 'call_rcu(&vma->vm_rcu, __vm_rcu_put)',
      at: has('direct-put') ? 'put_vma | __vma_rb_erase: line put_vma(vma)' : 'call_rcu',
      holds: (s, me) => s[me + W.at]!,
      reads: TOUCH.rcu | TOUCH.vma | TOUCH.refs,
      writes: TOUCH.rcu | (has('direct-put') ? TOUCH.refs : 0),
      goes: [eraseOne, WRITER.invalidate],
      run: (s, me) => {
        const id = s[me + W.at]!;
        vmas.touch(s, id, 'call_rcu() of');
        bug(s, id, 'vm_rcu_put');
        if (has('direct-put')) put(s, id);
        else {
          queue(s, id);
          if (has('call-rcu-twice-on-merge') && s[me + W.call] === CALL.merge) queue(s, id);
        }
        return afterErase(s, me);
      },
      shows: name,
    },
    invalidate: {
      in: 'vmacache_invalidate',
      does: 'mm->vmacache_seqnum++',
      at: '__do_munmap: in vmacache_invalidate',
      reads: 0,
      writes: TOUCH.vmacacheSeqnum,
      goes: [WRITER.removeFile, WRITER.mergePut],
      run: (s, me) => {
        if (!invalidateFirst && !noInvalidate) invalidate(s);
        if (s[me + W.call] === CALL.merge) return WRITER.mergePut;
        s[me + W.at] = s[me + W.first]!;
        return WRITER.removeFile;
      },
    },
    removeFile: {
      in: 'remove_vma',
      does: 'fput(vma->vm_file), vm_file = NULL',
      at: 'remove_vma | __remove_vma',
      reads: TOUCH.refs | TOUCH.vma,
      writes: TOUCH.vma,
      goes: [WRITER.removePut],
      run: (s, me) => {
        const id = s[me + W.at]!;
        vmas.touch(s, id, 'remove_vma() looks into');
        bug(s, id, 'remove_vma');
        file(s, id);
        return WRITER.removePut;
      },
      shows: name,
    },
    removePut: {
      in: '__remove_vma',
      does: 'put_vma(vma)',
      at: '__remove_vma: line put_vma(vma)',
      reads: TOUCH.refs,
      writes: TOUCH.refs,
      goes: [WRITER.removeFile, WRITER.call],
      run: (s, me) => {
        const id = s[me + W.at]!;
        if (!has('remove-forgets-put')) put(s, id);
        if (has('double-put-in-remove')) put(s, id);
        return onwards(s, me, WRITER.removeFile);
      },
      shows: name,
    },
    mergePut: {
      in: '__vma_adjust',
      does: 'fput(file), put_vma(next)',
      reads: TOUCH.refs,
      writes: TOUCH.refs | TOUCH.vma,
      goes: [WRITER.call],
      run: (s, me) => {
        const id = s[me + W.at]!;
        file(s, id);
        if (!has('merge-forgets-put')) put(s, id);
        return over(s, me);
      },
      shows: name,
    },
    insertLock: {
      in: '__vma_link_rb',
      does: 'mm_write_seqlock(mm)',
      reads: 0,
      writes: TOUCH.mmSeq,
      goes: [WRITER.link],
      run: (s) => {
        bump(s);
        return WRITER.link;
      },
      shows: (s) => (s[mmSeqOdd] === 0 ? 'mm_seq gets odd' : 'mm_seq gets even'),
    },
    link: {
      in: '__vma_link_rb',
      does: 'rb_link_node(): *rb_link = node',
      reads: 0,
      writes: TOUCH.tree | TOUCH.vma,
      goes: [WRITER.get, WRITER.rebalance, WRITER.insertUnlock],
      run: (s, me) => {
        const id = s[me + W.at]!;
        const plan = plans.at(s[me + W.plan]!);
        for (let nth = 0; nth < plan.linked; nth++) plans.store(s, plan.stores[nth]!);
        s[me + W.store] = plan.linked;
        s[vma(id) + V.empty] = 0;
        s[vma(id) + V.inTree] = 1;
        eachReader((reader) => {
          if (s[reader] !== READER.fault && s[reader] !== READER.done) s[reader + R.seen]! |= 1 << (id - 1);
        });
        return noGet ? afterGet(s, me) : WRITER.get;
      },
      shows: name,
    },
    get: {
      in: 'vma_rb_insert',
      does: 'get_vma(vma): the reference of the tree',
      reads: TOUCH.refs,
      writes: TOUCH.refs,
      goes: [WRITER.rebalance, WRITER.insertUnlock],
      run: (s, me) => {
        vmas.get(s, s[me + W.at]!);
        return afterGet(s, me);
      },
      shows: name,
    },
    rebalance: {
      in: 'vma_rb_insert',
      does: 'rb_insert_augmented(): one link of the tree',
      reads: 0,
      writes: TOUCH.tree,
      goes: [WRITER.rebalance, WRITER.insertUnlock],
      run: (s, me) => {
        const plan = plans.at(s[me + W.plan]!);
        plans.store(s, plan.stores[s[me + W.store]!]!);
        s[me + W.store]!++;
        return afterGet(s, me);
      },
      shows: (s, me) => storeText(plans, s, me, W),
    },
    insertUnlock: {
      in: '__vma_link_rb',
      does: 'mm_write_sequnlock(mm)',
      reads: 0,
      writes: TOUCH.mmSeq,
      goes: [WRITER.call],
      run: (s, me) => {
        s[red] = plans.at(s[me + W.plan]!).red;
        if (!noInsertSeq) bump(s);
        return over(s, me);
      },
      shows: (s) => (s[mmSeqOdd] === 0 ? 'mm_seq gets odd' : 'mm_seq gets even'),
    },
    exitClear: {
      in: '__remove_vma',
      does: 'exit_mmap(): RB_CLEAR_NODE() by force',
      reads: TOUCH.users | TOUCH.vma | TOUCH.refs,
      writes: TOUCH.vma,
      goes: [WRITER.exitTreePut, WRITER.exitFile],
      run: (s, me) => {
        if (!exitAnyTime) {
          let users = 0;
          eachReader((reader) => (users += s[reader] === READER.done ? 0 : 1));
          if (users > 0) return BLOCKED;
        }
        const id = s[me + W.at]!;
        vmas.touch(s, id, 'exit_mmap() looks into');
        if (has('exit-uses-remove-vma')) bug(s, id, 'remove_vma');
        if (!has('exit-without-clear')) s[vma(id) + V.empty] = 1;
        return has('exit-forgets-tree-put') ? WRITER.exitFile : WRITER.exitTreePut;
      },
      shows: name,
    },
    exitTreePut: {
      in: '__remove_vma',
      does: 'put_vma(vma): the reference of the tree',
      reads: TOUCH.refs,
      writes: TOUCH.refs,
      goes: [WRITER.exitFile],
      run: (s, me) => {
        put(s, s[me + W.at]!);
        return WRITER.exitFile;
      },
      shows: name,
    },
    exitFile: {
      in: '__remove_vma',
      does: 'fput(vma->vm_file), vm_file = NULL',
      reads: TOUCH.refs,
      writes: TOUCH.vma,
      goes: [WRITER.exitPut],
      run: (s, me) => {
        const id = s[me + W.at]!;
        vmas.touch(s, id, '__remove_vma() looks into');
        file(s, id);
        return WRITER.exitPut;
      },
      shows: name,
    },
    exitPut: {
      in: '__remove_vma',
      does: 'put_vma(vma)',
      reads: TOUCH.refs,
      writes: TOUCH.refs | TOUCH.tree,
      goes: [WRITER.exitClear, WRITER.done],
      run: (s, me) => {
        const id = s[me + W.at]!;
        put(s, id);
        // The list of VMAs leads on; nobody is left to look at the tree, which is not updated.
        const next = after(s, id);
        s[vma(id) + V.inTree] = 0;
        s[me + W.at] = next;
        if (next !== 0) return WRITER.exitClear;
        over(s, me);
        s[model.root] = 0;
        return WRITER.done;
      },
      shows: name,
    },
  });

  function map(s: Uint8Array, me: number, page: number): number {
    const id = fresh(s);
    const at = vma(id);
    begin(s, me, CALL.mmap, id, id);
    s[at + V.life] = LIFE.live;
    s[at + V.refs] = 1;
    s[at + V.empty] = 1;
    s[at + V.file] = tracksFile ? 1 : 0;
    s[at + V.start] = page;
    s[at + V.end] = page + 1;
    s[me + W.plan] = plans.insert(s, id);
    return noInsertSeq ? WRITER.link : WRITER.insertLock;
  }

  function afterErase(s: Uint8Array, me: number): number {
    if (s[me + W.at] === s[me + W.last]) return WRITER.invalidate;
    s[me + W.at] = s[me + W.last]!;
    return eraseOne;
  }

  function afterGet(s: Uint8Array, me: number): number {
    return s[me + W.store]! < plans.at(s[me + W.plan]!).stores.length
      ? WRITER.rebalance
      : WRITER.insertUnlock;
  }
}

/** Between read_seqbegin() and read_seqretry(). */
const looking = (label: number): boolean => label > READER.seqbegin && label <= READER.seqretry;

function storeText(plans: Plans, s: Uint8Array, me: number, W: LookupState['W']): string {
  const store = plans.at(s[me + W.plan]!).stores[s[me + W.store]!]!;
  const where = store.to === 'root' ? 'mm_rb.rb_node' : `rb_${store.to} of VMA ${store.node}`;
  return `${where} = ${store.value === 0 ? 'NULL' : `VMA ${store.value}`}`;
}
