/*
 * The twin of harness/model/protocol/lookup in Promela: find_vma_rcu() without the vmacache against munmap() of single VMAs,
 * three of them at the start. Written apart from it, a d_step for each of its steps, so that both have to find the same
 * verdicts and, without reductions, the same number of states: one more here, before the tree is built.
 *
 * NR readers, FINDS lookups each, OPS calls. Mutants are macros.
 */
#ifndef NR
#define NR 1
#endif
#ifndef FINDS
#define FINDS 1
#endif
#ifndef OPS
#define OPS 2
#endif

#define LIVE 1
#define FREED 2
#define START(v) (v - 1)
#define END(v) (v)

bit ready;
byte root;
byte left[4];
byte right[4];
byte refs[4];
byte life[4];
bit inTree[4];
bit unlinked[4];
bit queued[4];
bit odd;

bit looking[NR];
bit stale[NR];
bit inRcu[NR];
byte holdsUp[NR];
byte running = NR;
bit writing = 1;

#define HELD(v) (((holdsUp[0] >> v) & 1) || (((holdsUp[NR - 1]) >> v) & 1))

inline put(v) {
	assert(life[v] == LIVE);
	assert(refs[v] > 0);
	refs[v]--;
	if
	:: refs[v] == 0 -> assert(unlinked[v]); life[v] = FREED
	:: else
	fi
}

inline bump() {
	odd = 1 - odd;
	r = 0;
	do
	:: r < NR -> if :: looking[r] -> stale[r] = 1 :: else fi; r++
	:: else -> break
	od;
	r = 0
}

/* What find_vma() has for the tree as it is now, for three nodes at most. */
#define HIT(n) (n != 0 && END(n) > address)
#define DOWN(n) (n == 0 -> 0 : (END(n) > address -> (START(n) <= address -> 0 : left[n]) : right[n]))
#define BEST(n, so_far) (HIT(n) -> n : so_far)
#define EXPECTED BEST(DOWN(DOWN(root)), BEST(DOWN(root), BEST(root, 0)))

active [NR] proctype Reader() {
	byte address, node, found;
	byte finds = FINDS;
	byte me = _pid;

fault:
	if
	:: d_step { ready -> address = 0 } -> goto seqbegin
	:: d_step { ready -> address = 1 } -> goto seqbegin
	:: d_step { ready -> address = 2 } -> goto seqbegin
	fi;
seqbegin:
#ifdef SEQBEGIN_ACCEPTS_ODD
	if :: d_step { stale[me] = 0; looking[me] = 1 } fi;
#else
	if :: d_step { odd == 0 -> stale[me] = 0; looking[me] = 1 } fi;
#endif
#ifndef NO_RCU_LOCK
	d_step { inRcu[me] = 1 };
#endif
	if
	:: d_step { root != 0 -> node = root; found = 0 } -> goto visit
	:: d_step { root == 0 -> node = 0; found = 0 } -> goto unlock
	fi;
visit:
	if
	:: d_step {
		DOWN(node) != 0 -> assert(life[node] == LIVE);
		found = BEST(node, found);
		node = DOWN(node)
	   } -> goto visit
	:: d_step {
		DOWN(node) == 0 && BEST(node, found) != 0 -> assert(life[node] == LIVE);
		found = BEST(node, found);
		node = 0
	   } -> goto get
	:: d_step {
		DOWN(node) == 0 && BEST(node, found) == 0 -> assert(life[node] == LIVE);
		node = 0
	   } -> goto unlock
	fi;
get:
	if :: d_step { assert(life[found] == LIVE && refs[found] != 0); refs[found]++ } fi;
unlock:
	if :: d_step { inRcu[me] = 0; holdsUp[me] = 0 } fi;
#ifdef NO_SEQRETRY
#define MOVED 0
#else
#define MOVED (stale[me])
#endif
	if
	:: d_step { MOVED && found != 0 -> stale[me] = 0; looking[me] = 0 } -> goto putBefore
	:: d_step { MOVED && found == 0 -> stale[me] = 0; looking[me] = 0 } -> goto seqbegin
	:: d_step {
		!(MOVED) && found != 0 -> stale[me] = 0; looking[me] = 0;
		assert(found == EXPECTED);
		address = 0
	   } -> goto use
	:: d_step {
		!(MOVED) && found == 0 && finds > 1 -> stale[me] = 0; looking[me] = 0;
		assert(found == EXPECTED);
		address = 0; finds--
	   } -> goto fault
	:: d_step {
		!(MOVED) && found == 0 && finds == 1 -> stale[me] = 0; looking[me] = 0;
		assert(found == EXPECTED);
		address = 0; finds--; running--
	   } -> goto end_done
	fi;
putBefore:
	if
	:: d_step {
#ifndef RETRY_FORGETS_PUT
		put(found);
#endif
		found = 0
	   } -> goto seqbegin
	fi;
use:
	if :: d_step { assert(life[found] == LIVE) } fi;
	if
	:: d_step { finds > 1 -> put(found); found = 0; finds-- } -> goto fault
	:: d_step { finds == 1 -> put(found); found = 0; finds--; running-- } -> goto end_done
	fi;
end_done:
	false
}

#define TWO(v) (left[v] != 0 && right[v] != 0)
#define HEIR(v) (TWO(v) -> right[v] : (left[v] != 0 -> left[v] : right[v]))
#define LEAK(v) ((inTree[v] && refs[v] != 2) || (!inTree[v] && life[v] == LIVE))

active proctype Writer() {
	byte at, second, r;
	byte ops = OPS;

	d_step {
		root = 2; left[2] = 1; right[2] = 3;
		at = 1;
		do
		:: at < 4 -> refs[at] = 2; life[at] = LIVE; inTree[at] = 1; at++
		:: else -> break
		od;
		at = 0;
		ready = 1
	};
end_call:
	if
	:: d_step { ops > 0 && inTree[1] -> at = 1; ops-- }
	:: d_step { ops > 0 && inTree[2] -> at = 2; ops-- }
	:: d_step { ops > 0 && inTree[3] -> at = 3; ops-- }
	:: d_step { ops == 0 -> writing = 0 } -> goto end_done
	:: d_step {
		ops > 0 && running == 0 && !inTree[1] && !inTree[2] && !inTree[3] &&
		!queued[1] && !queued[2] && !queued[3] && (LEAK(1) || LEAK(2) || LEAK(3)) -> assert(false)
	   } -> goto end_done
	fi;
	d_step { bump() };
erase:
	if
	:: d_step { TWO(at) && second == 0 -> left[right[at]] = left[at]; second = 1 } -> goto erase
	:: d_step {
		!TWO(at) || second == 1 ->
		if
		:: root == at -> root = HEIR(at)
		:: root != at && left[root] == at -> left[root] = HEIR(at)
		:: root != at && left[root] != at -> right[root] = HEIR(at)
		fi;
		second = 0;
		inTree[at] = 0
	   }
	fi;
	d_step { bump() };
#ifndef NO_CLEAR_NODE
	d_step { unlinked[at] = 1 };
#endif
	d_step {
		assert(life[at] == LIVE && unlinked[at]);
#ifdef DIRECT_PUT
		put(at);
#else
		assert(!queued[at]);
		queued[at] = 1;
		r = 0;
		do
		:: r < NR -> if :: inRcu[r] -> holdsUp[r] = holdsUp[r] | (1 << at) :: else fi; r++
		:: else -> break
		od;
		r = 0
#endif
	};
	/* vmacache_invalidate(): nobody has a cache here. */
	d_step { skip };
	d_step { assert(life[at] == LIVE && unlinked[at]) };
	d_step { put(at); at = 0 } -> goto end_call;
end_done:
	/* Nothing goes on: a leak is an error (P8). */
	if
	:: d_step {
		running == 0 && !queued[1] && !queued[2] && !queued[3] && (LEAK(1) || LEAK(2) || LEAK(3)) -> assert(false)
	   } -> goto end_done
	fi
}

active proctype Rcu() {
end_wait:
	if
	:: d_step { queued[1] && !HELD(1) -> queued[1] = 0; assert(!inTree[1]); put(1) }
	:: d_step { queued[2] && !HELD(2) -> queued[2] = 0; assert(!inTree[2]); put(2) }
	:: d_step { queued[3] && !HELD(3) -> queued[3] = 0; assert(!inTree[3]); put(3) }
	fi;
	goto end_wait
}
