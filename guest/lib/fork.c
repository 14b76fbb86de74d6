#define _GNU_SOURCE
#include "calls.h"

#include "guard.h"
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOKS = 2 };

/* Shared with the child, which fills it and sets `done` last. */
struct child_report {
	_Atomic uint32_t done; /* looks that are complete */
	struct {
		bool well;
		int32_t code;
		uint64_t seen; /* the value, or the address that faulted */
	} look[LOOKS * FORK_PAGES_MOST];
};

void fork_prepare(struct actor *actor)
{
	actor->report = rig_shared_buffer(sizeof *actor->report);
}

/* In the child of a process with other threads: their locks may be held for ever, so raw memory and system calls only. */
__attribute__((noreturn)) static void child(struct child_report *report, const uint32_t *pages, uint32_t count,
					    uint64_t number)
{
	for (uint32_t n = 0; n < LOOKS * count; n++) {
		uint64_t value = 0;
		bool well = guard_load((volatile uint64_t *)arena_page(pages[n % count]), &value);
		report->look[n].well = well;
		report->look[n].seen = well ? value : guard_last.address;
		report->look[n].code = guard_last.code | (guard_last.signal == SIGBUS ? HISTORY_SIGBUS : 0);
		atomic_store(&report->done, n + 1);
	}
	/* Breaks copy-on-write from the child's side while the parent's threads do it from theirs. */
	for (uint32_t n = 0; n < count; n += 2) {
		uint64_t old;
		guard_exchange((volatile uint64_t *)arena_page(pages[n]), ~number, &old);
	}
	for (;;)
		syscall(SYS_exit_group, 0);
}

static void record_looks(struct actor *actor, struct history_record common, const uint32_t *pages, uint32_t count)
{
	uint32_t done = atomic_load(&actor->report->done);
	actor->tally.count[OP_CHILD_READ] += done;
	for (uint32_t n = 0; n < done && !actor->recorder->silent; n++) {
		struct history_record record = common;
		record.op = OP_CHILD_READ;
		record.page = pages[n % count];
		record.pages = 1;
		record.sequence = common.sequence + 1 + n;
		record.result = actor->report->look[n].seen;
		record.outcome = actor->report->look[n].well ? OUTCOME_OK : OUTCOME_SIGNAL;
		record.code = actor->report->look[n].well ? 0 : actor->report->look[n].code;
		record_push(actor->recorder, &record);
	}
}

void call_fork(struct actor *actor, const uint32_t *pages, uint32_t count, uint64_t number)
{
	struct recorder *recorder = actor->recorder;
	atomic_store(&actor->report->done, 0);
	record_begin(recorder, (struct history_record){ .op = OP_FORK, .value = number });
	/* Not fork(3): it would run handlers and take the allocator's locks around the instant we want to catch. */
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		child(actor->report, pages, count, number);
	int error = errno;
	record_stop(recorder);
	actor->tally.count[OP_FORK]++;
	actor->tally.errors[OP_FORK] += pid < 0;
	record_outcome(recorder, pid < 0 ? OUTCOME_ERROR : OUTCOME_OK, pid < 0 ? error : 0, pid < 0 ? 0 : (uint64_t)pid);
	if (pid > 0) {
		int status = 0;
		while (waitpid((pid_t)pid, &status, 0) < 0 && errno == EINTR)
			;
		bool whole = WIFEXITED(status) && atomic_load(&actor->report->done) == LOOKS * count;
		actor->tally.children_lost += !whole;
		record_looks(actor, recorder->current, pages, count);
	}
	record_rest(recorder);
}
