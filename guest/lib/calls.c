#define _GNU_SOURCE
#include "calls.h"

#include "guard.h"
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

static volatile uint64_t *word(uint32_t page)
{
	return (volatile uint64_t *)arena_page(page);
}

static int32_t signal_code(void)
{
	return guard_last.code | (guard_last.signal == SIGBUS ? HISTORY_SIGBUS : 0);
}

static void access_done(struct actor *actor, enum history_op op, bool well, uint64_t value)
{
	actor->tally.count[op]++;
	if (well) {
		record_end(actor->recorder, OUTCOME_OK, 0, value);
		return;
	}
	actor->tally.signals++;
	record_end(actor->recorder, OUTCOME_SIGNAL, signal_code(), guard_last.address);
}

void access_read(struct actor *actor, uint32_t page)
{
	uint64_t value;
	record_begin(actor->recorder, (struct history_record){ .op = OP_READ, .page = page, .pages = 1 });
	bool well = guard_load(word(page), &value);
	record_stop(actor->recorder);
	access_done(actor, OP_READ, well, value);
}

void access_exchange(struct actor *actor, uint32_t page)
{
	uint64_t old, value = ++actor->last_value;
	record_begin(actor->recorder, (struct history_record){ .op = OP_XCHG, .page = page, .pages = 1, .value = value });
	bool well = guard_exchange(word(page), value, &old);
	record_stop(actor->recorder);
	access_done(actor, OP_XCHG, well, old);
}

static void call_begin(struct actor *actor, enum history_op op, struct range range, int prot)
{
	record_begin(actor->recorder, (struct history_record){
					      .op = (uint8_t)op,
					      .page = range.page,
					      .pages = range.pages,
					      .target = op == OP_MOVE ? range.partner : 0,
					      .value = (uint64_t)prot,
				      });
}

static void call_done(struct actor *actor, enum history_op op, bool well, int32_t error, uint64_t result)
{
	actor->tally.count[op]++;
	actor->tally.errors[op] += !well;
	record_end(actor->recorder, well ? OUTCOME_OK : OUTCOME_ERROR, well ? 0 : error, result);
}

/* For calls that return 0 or -1. */
static void status_done(struct actor *actor, enum history_op op, int status, int error)
{
	record_stop(actor->recorder);
	call_done(actor, op, status == 0, error, 0);
}

static uint64_t bytes_of(struct range range)
{
	return range.pages * arena.page_size;
}

static void *map(struct range range, int prot, int flags)
{
	return mmap(arena_page(range.page), bytes_of(range), prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

void call_map(struct actor *actor, struct range range, int prot)
{
	call_begin(actor, OP_MAP, range, prot);
	void *got = map(range, prot, MAP_FIXED);
	int error = errno;
	record_stop(actor->recorder);
	call_done(actor, OP_MAP, got != MAP_FAILED, error, got == MAP_FAILED ? 0 : (uint64_t)(uintptr_t)got);
}

void call_map_hint(struct actor *actor, struct range range, int prot)
{
	call_begin(actor, OP_MAP_HINT, range, prot);
	void *got = map(range, prot, 0);
	int error = errno;
	record_stop(actor->recorder);
	bool elsewhere = got != MAP_FAILED && got != arena_page(range.page);
	if (elsewhere) {
		if ((char *)got < arena_page(arena.pages) && (char *)got + bytes_of(range) > arena.base)
			rig_broken("mmap without MAP_FIXED chose %p, inside the arena but not the hint %p", got,
				   (void *)arena_page(range.page));
		munmap(got, bytes_of(range));
		error = 0;
	}
	call_done(actor, OP_MAP_HINT, got != MAP_FAILED && !elsewhere, error,
		  got == MAP_FAILED ? 0 : (uint64_t)(uintptr_t)got);
}

void call_unmap(struct actor *actor, struct range range)
{
	call_begin(actor, OP_UNMAP, range, 0);
	int status = munmap(arena_page(range.page), bytes_of(range));
	status_done(actor, OP_UNMAP, status, errno);
}

void call_protect(struct actor *actor, struct range range, int prot)
{
	call_begin(actor, OP_PROTECT, range, prot);
	int status = mprotect(arena_page(range.page), bytes_of(range), prot);
	status_done(actor, OP_PROTECT, status, errno);
}

void call_zap(struct actor *actor, struct range range)
{
	call_begin(actor, OP_ZAP, range, 0);
	int status = madvise(arena_page(range.page), bytes_of(range), MADV_DONTNEED);
	status_done(actor, OP_ZAP, status, errno);
}

void call_move(struct actor *actor, struct range range)
{
	call_begin(actor, OP_MOVE, range, 0);
	void *got = mremap(arena_page(range.page), bytes_of(range), bytes_of(range), MREMAP_MAYMOVE | MREMAP_FIXED,
			   arena_page(range.partner));
	int error = errno;
	record_stop(actor->recorder);
	call_done(actor, OP_MOVE, got != MAP_FAILED, error, got == MAP_FAILED ? 0 : (uint64_t)(uintptr_t)got);
}
