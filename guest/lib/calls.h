/* Recorded operations on the arena: one function each, one record each (fork: one and what its child saw). */
#ifndef CALLS_H
#define CALLS_H

#include "arena.h"
#include "recorder.h"

/* What a thread did, by operation; `errors` and `signals` are among `count`. */
struct tally {
	uint64_t count[OP_COUNT], errors[OP_COUNT], signals, waits;
	uint64_t children_lost; /* forks whose child was killed or reported less than it should */
};

struct actor {
	struct recorder *recorder;
	struct random random;
	struct tally tally;
	uint64_t last_value; /* of the exchanges: thread<<48 | 1, 2, 3, … */
	struct child_report *report; /* made by fork_prepare() */
};

void access_read(struct actor *actor, uint32_t page);
void access_exchange(struct actor *actor, uint32_t page);

void call_map(struct actor *actor, struct range range, int prot);
void call_map_hint(struct actor *actor, struct range range, int prot);
void call_unmap(struct actor *actor, struct range range);
void call_protect(struct actor *actor, struct range range, int prot);
void call_zap(struct actor *actor, struct range range);

/* To range.partner. */
void call_move(struct actor *actor, struct range range);

/* Once per forking thread, before call_fork(). */
void fork_prepare(struct actor *actor);

/*
 * Forks; the child looks at `pages` twice, tells what it saw, writes to some of them and exits. Both looks are
 * recorded: a page that changes between them has leaked a store of the parent.
 */
enum { FORK_PAGES_MOST = 32 };
void call_fork(struct actor *actor, const uint32_t *pages, uint32_t count, uint64_t number);

#endif
