#define _GNU_SOURCE
#include "stage-operations.h"

#include "guard.h"
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Areas a to h, far enough from each other that they neither merge nor share a page table of 512 entries (256 on ppc64 with
 * pages of 64 KiB, where all of them together have to fit into what may be committed).
 */
enum { AREAS = 8, AREA_PAGES = 1024 };

struct operation_row {
	const char *name;
	/* p: a place, n: a number, r: rights (none, r, rw). */
	const char *arguments;
	int64_t (*run)(const uint64_t *arguments);
};

static char *areas;
static size_t page;

static int64_t outcome(int failed)
{
	return failed ? -errno : 0;
}

static int64_t signalled(void)
{
	return -1000 - 100 * guard_last.code - guard_last.signal;
}

static int64_t run_map(const uint64_t *a)
{
	void *got = mmap((void *)a[0], a[1] * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == MAP_FAILED)
		return -errno;
	/* A huge page would be one entry where a schedule speaks of many. Kernels without them say EINVAL. */
	madvise(got, a[1] * page, MADV_NOHUGEPAGE);
	return 0;
}

static int64_t run_unmap(const uint64_t *a)
{
	return outcome(munmap((void *)a[0], a[1] * page));
}

static int64_t run_protect(const uint64_t *a)
{
	return outcome(mprotect((void *)a[0], a[1] * page, (int)a[2]));
}

static int64_t run_discard(const uint64_t *a)
{
	return outcome(madvise((void *)a[0], a[1] * page, MADV_DONTNEED));
}

static int64_t run_move(const uint64_t *a)
{
	void *got = mremap((void *)a[0], a[1] * page, a[1] * page, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)a[2]);
	return got == MAP_FAILED ? -errno : 0;
}

static int64_t run_load(const uint64_t *a)
{
	uint64_t value;
	return guard_load((const uint64_t *)a[0], &value) ? (int64_t)value : signalled();
}

static int64_t run_store(const uint64_t *a)
{
	return guard_store((uint64_t *)a[0], a[1]) ? 0 : signalled();
}

static int64_t run_exchange(const uint64_t *a)
{
	uint64_t old;
	return guard_exchange((uint64_t *)a[0], a[1], &old) ? (int64_t)old : signalled();
}

/* libc's fork() would look at every thread's stack in the child. */
static pid_t bare_fork(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static int64_t reap(pid_t child)
{
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status;
}

/* The child leaves at once: what a schedule looks at is the parent. */
static int64_t run_fork(const uint64_t *a)
{
	(void)a;
	pid_t child = bare_fork();
	if (child == 0)
		syscall(SYS_exit_group, 0);
	return child < 0 ? -errno : reap(child);
}

/* The first and the last of what the program itself writes, by the linker. */
extern char __data_start[], _end[];

/* A fork makes them read-only. Whoever copied one later would do so in the middle of what a schedule speaks of, and keep others from it. */
static void copy_own_pages(void)
{
	for (char *at = __data_start; at < _end; at += page - (uintptr_t)at % page)
		__atomic_fetch_or(at, 0, __ATOMIC_RELAXED);
}

/* Shares the pages with a child that does nothing, until the next one or the end: a store copies a page then. */
static int64_t run_spawn(const uint64_t *a)
{
	static pid_t child;
	(void)a;
	if (child > 0) {
		kill(child, SIGKILL);
		reap(child);
	}
	pid_t parent = getpid();
	child = bare_fork();
	if (child == 0) {
		/* When the actor ends, whose child it is (prctl(2)). */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			syscall(SYS_pause);
		syscall(SYS_exit_group, 0);
	}
	if (child < 0)
		return -errno;
	copy_own_pages();
	return 0;
}

/* MEMBARRIER_CMD_GLOBAL (linux/membarrier.h) is synchronize_rcu(), see kernel/sched/membarrier.c. */
static int64_t run_grace(const uint64_t *a)
{
	(void)a;
	return outcome((int)syscall(SYS_membarrier, 1, 0, 0));
}

static const struct operation_row rows[] = {
	{ "map", "pn", run_map }, /* private anonymous memory, read and write */
	{ "unmap", "pn", run_unmap },
	{ "protect", "pnr", run_protect },
	{ "discard", "pn", run_discard }, /* MADV_DONTNEED */
	{ "move", "pnp", run_move }, /* mremap to a place */
	{ "load", "p", run_load },
	{ "store", "pn", run_store },
	{ "exchange", "pn", run_exchange },
	{ "fork", "", run_fork },
	{ "spawn", "", run_spawn },
	{ "grace", "", run_grace }, /* waits for a grace period */
	{ 0 },
};

void stage_begin(void)
{
	page = rig_page_size();
	size_t bytes = AREAS * AREA_PAGES * page;
	/* An address that nothing else is put near, found once and given up again. */
	areas = rig_region(bytes);
	munmap(areas, bytes);
	guard_start(areas, bytes);
}

/* a: the first page of area a; a+3: another; a+3/5: the sixth value of that page. */
static bool place_of(const char *word, uint64_t *address)
{
	unsigned area = (unsigned)(word[0] - 'a');
	char *end = (char *)word + 1;
	unsigned long nth = *end == '+' ? strtoul(end + 1, &end, 10) : 0;
	unsigned long value = *end == '/' ? strtoul(end + 1, &end, 10) : 0;
	if (area >= AREAS || *end || nth >= AREA_PAGES || value >= page / sizeof(uint64_t))
		return false;
	*address = (uint64_t)(areas + ((size_t)area * AREA_PAGES + nth) * page + value * sizeof(uint64_t));
	return true;
}

static bool number_of(const char *word, uint64_t *number)
{
	char *end;
	*number = strtoull(word, &end, 0);
	return end != word && !*end;
}

static bool rights_of(const char *word, uint64_t *rights)
{
	static const struct {
		const char *word;
		int rights;
	} all[] = { { "none", PROT_NONE }, { "r", PROT_READ }, { "rw", PROT_READ | PROT_WRITE } };
	for (unsigned n = 0; n < sizeof(all) / sizeof(*all); n++)
		if (!strcmp(word, all[n].word))
			return *rights = (uint64_t)all[n].rights, true;
	return false;
}

static bool argument_of(char kind, const char *word, uint64_t *argument)
{
	if (!word)
		return false;
	return kind == 'p' ? place_of(word, argument) : kind == 'n' ? number_of(word, argument) : rights_of(word, argument);
}

static void parse_one(char *text, struct operation *operation)
{
	char *rest;
	const char *name = strtok_r(text, " ", &rest);
	const struct operation_row *row = rows;
	while (row->name && (!name || strcmp(name, row->name)))
		row++;
	if (!row->name)
		rig_usage("there is no operation \"%s\"", name ? name : "");
	operation->row = row;
	for (unsigned n = 0; row->arguments[n]; n++) {
		const char *word = strtok_r(NULL, " ", &rest);
		if (!argument_of(row->arguments[n], word, &operation->arguments[n]))
			rig_usage("%s: \"%s\" cannot be its argument %u", name, word ? word : "", n + 1);
	}
	if (strtok_r(NULL, " ", &rest))
		rig_usage("%s: too many arguments", name);
}

unsigned operations_parse(char *text, struct operation *operations)
{
	unsigned count = 0;
	char *rest;
	for (char *one = strtok_r(text, ";", &rest); one; one = strtok_r(NULL, ";", &rest)) {
		if (count == OPERATIONS_MOST)
			rig_usage("more than %d operations", OPERATIONS_MOST);
		parse_one(one, &operations[count++]);
	}
	return count;
}

bool operation_forks(const struct operation *operation)
{
	return operation->row->run == run_fork || operation->row->run == run_spawn;
}

int64_t operation_run(const struct operation *operation)
{
	return operation->row->run(operation->arguments);
}
