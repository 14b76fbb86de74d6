/*
 * exit-storm: processes whose threads fault and map while the process goes away: exit_group at a random moment, SIGKILL
 * in the middle of munmap, execve over the running threads, vfork, fork. It judges nothing; it counts, and notices
 * children that end in a way they should not or do not end at all. What it provokes is in exit_mmap(), where v12 drops
 * the tree's reference without a grace period.
 */
#define _GNU_SOURCE
#include "clock.h"
#include "cpus.h"
#include "guard.h"
#include "json.h"
#include "options.h"
#include "perf.h"
#include "random.h"
#include "rig.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { KIND_EXIT, KIND_KILL, KIND_EXEC, KIND_VFORK, KIND_FORK, KINDS };
static const char *const kind_names[KINDS + 1] = { "exit", "kill", "exec", "vfork", "fork", NULL };

enum {
	REGION_PAGES = 512,
	LONGEST_RANGE = 256,
	EXIT_CODE = 42, /* of a victim that ended itself */
	VICTIMS_MOST = 64,
	LIFE_US = 4000, /* a victim ends at a random moment within it */
};

#define POLL_NS (2 * 1000 * 1000)
#define EXEC_ARGUMENT "exec-child"

static uint64_t victims = 0, threads = 3, seed = 1, patience = 60;
static const char *duration = "10", *mix = "exit=4,kill=4,exec=2,vfork=2,fork=2";
static uint32_t weights[KINDS], weight_total;

static char *region;

struct victim {
	pid_t pid; /* 0: the place is free */
	enum kind kind;
	uint64_t kill_at, lost_at; /* ns; kill_at 0: it ends itself */
};

static struct {
	uint64_t started[KINDS], ended[KINDS], odd, lost;
} counts;

static void churn_once(struct random *random)
{
	uint32_t length = 1 + random_below(random, LONGEST_RANGE), first = random_below(random, REGION_PAGES - length);
	char *start = region + first * rig_page_size();
	size_t bytes = length * rig_page_size();
	switch (random_below(random, 4)) {
	case 0:
		munmap(start, bytes);
		/* fallthrough */
	case 1:
		mmap(start, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case 2:
		madvise(start, bytes, MADV_DONTNEED);
		break;
	default:
		mprotect(start, bytes, PROT_READ);
		mprotect(start, bytes, PROT_READ | PROT_WRITE);
	}
}

/* Never returns: the process ends under it. */
static void *churn(void *argument)
{
	struct random random = random_seeded(seed, (uint64_t)(uintptr_t)argument);
	guard_thread();
	for (;;) {
		for (int n = 0; n < 64; n++) {
			uint64_t old;
			uint32_t page = random_below(&random, REGION_PAGES);
			guard_exchange((volatile uint64_t *)(region + page * rig_page_size()), page + 1, &old);
		}
		churn_once(&random);
	}
	return NULL;
}

static void start_churning(uint64_t stream)
{
	region = rig_region(REGION_PAGES * rig_page_size());
	guard_start(region, REGION_PAGES * rig_page_size());
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 128 * 1024);
	for (uint64_t n = 0; n < threads; n++) {
		pthread_t handle;
		int error = pthread_create(&handle, &attributes, churn, (void *)(uintptr_t)(stream * 1024 + n));
		if (error)
			rig_broken("cannot start a victim's thread: %s", strerror(error));
	}
}

static void sleep_us(uint32_t us)
{
	struct timespec time = { 0, (long)us * 1000 };
	nanosleep(&time, NULL);
}

__attribute__((noreturn)) static void exec_ourselves(void)
{
	char *arguments[] = { (char *)"exit-storm", (char *)EXEC_ARGUMENT, NULL };
	char *environment[] = { NULL };
	execve("/proc/self/exe", arguments, environment);
	_exit(RIG_BROKEN);
}

/* Waits for our own child and passes its exit code on, so that the parent sees that all went well. */
static int code_of(pid_t child)
{
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return RIG_BROKEN;
	return WEXITSTATUS(status);
}

__attribute__((noreturn)) static void live(enum kind kind, uint64_t stream)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	struct random random = random_seeded(seed, ~stream);
	start_churning(stream);
	sleep_us(random_below(&random, LIFE_US));
	pid_t child;
	switch (kind) {
	case KIND_KILL:
		for (;;)
			churn_once(&random);
	case KIND_EXEC:
		exec_ourselves();
	case KIND_VFORK:
		child = vfork();
		if (child == 0)
			exec_ourselves();
		_exit(code_of(child));
	case KIND_FORK:
		child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		if (child == 0) {
			/* Copy-on-write against the parent's threads; only raw memory and system calls here. */
			for (uint32_t page = 0; page < REGION_PAGES; page++) {
				uint64_t old;
				guard_exchange((volatile uint64_t *)(region + page * rig_page_size()), 1, &old);
			}
			for (;;)
				syscall(SYS_exit_group, EXIT_CODE);
		}
		_exit(code_of(child));
	case KIND_EXIT:
	case KINDS:
		break;
	}
	_exit(EXIT_CODE);
}

static enum kind choose_kind(struct random *random)
{
	uint32_t dice = random_below(random, weight_total);
	int kind = 0;
	for (; dice >= weights[kind]; kind++)
		dice -= weights[kind];
	return (enum kind)kind;
}

static void start(struct victim *victim, struct random *random, uint64_t stream)
{
	enum kind kind = choose_kind(random);
	uint64_t now = clock_raw_ns(), kill_at = now + random_below(random, 2 * LIFE_US) * 1000u;
	pid_t pid = fork();
	if (pid < 0)
		rig_broken("cannot fork: %m");
	if (pid == 0)
		live(kind, stream);
	counts.started[kind]++;
	*victim = (struct victim){ pid, kind, kind == KIND_KILL ? kill_at : 0, now + patience * 1000000000u };
}

static bool ended_well(enum kind kind, int status)
{
	if (kind == KIND_KILL)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CODE;
}

static void reap(struct victim *table)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		struct victim *victim = table;
		while (victim < table + victims && victim->pid != pid)
			victim++;
		if (victim == table + victims)
			continue;
		victim->pid = 0;
		counts.ended[victim->kind]++;
		if (ended_well(victim->kind, status))
			continue;
		counts.odd++;
		fprintf(stderr, "exit-storm: %s victim ended with status %#x\n", kind_names[victim->kind], (unsigned)status);
	}
}

/* Kills those whose time has come; gives up those that do not end, killed or not. Returns how many still live. */
static unsigned attend(struct victim *table)
{
	unsigned living = 0;
	uint64_t now = clock_raw_ns();
	for (struct victim *victim = table; victim < table + victims; victim++) {
		if (!victim->pid)
			continue;
		if (victim->kill_at && now >= victim->kill_at) {
			kill(victim->pid, SIGKILL);
			victim->kill_at = 0;
		}
		if (now < victim->lost_at) {
			living++;
			continue;
		}
		fprintf(stderr, "exit-storm: %s victim %d did not end within %u s\n", kind_names[victim->kind],
			(int)victim->pid, (unsigned)patience);
		kill(victim->pid, SIGKILL);
		counts.lost++;
		victim->pid = 0;
	}
	return living;
}

static void storm(uint64_t ns)
{
	static struct victim table[VICTIMS_MOST];
	struct random random = random_seeded(seed, 0);
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	uint64_t stream = 1, until = clock_raw_ns() + ns;
	bool asked = false;
	for (;;) {
		bool over = asked || clock_raw_ns() >= until;
		for (struct victim *victim = table; victim < table + victims && !over; victim++)
			if (!victim->pid)
				start(victim, &random, stream++);
		struct timespec time = { 0, POLL_NS };
		int got = sigtimedwait(&signals, NULL, &time);
		asked |= got == SIGTERM || got == SIGINT;
		reap(table);
		if (!attend(table) && over)
			return;
	}
}

static void tell(int64_t pgfault, int64_t speculative)
{
	struct json json;
	json_begin(&json);
	json_text(&json, "workload", "exit-storm");
	json_open(&json, "started");
	for (int kind = 0; kind < KINDS; kind++)
		json_number(&json, kind_names[kind], (int64_t)counts.started[kind]);
	json_close(&json);
	json_open(&json, "ended");
	for (int kind = 0; kind < KINDS; kind++)
		json_number(&json, kind_names[kind], (int64_t)counts.ended[kind]);
	json_close(&json);
	json_number(&json, "odd", (int64_t)counts.odd);
	json_number(&json, "childrenLost", (int64_t)counts.lost);
	json_open(&json, "vmstat");
	if (pgfault >= 0)
		json_number(&json, "pgfault", vmstat_read("pgfault") - pgfault);
	if (speculative >= 0)
		json_number(&json, "speculative_pgfault", vmstat_read("speculative_pgfault") - speculative);
	json_close(&json);
	json_write(&json, STDERR_FILENO);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], EXEC_ARGUMENT))
		return EXIT_CODE;
	victims = cpus_count() + 1;
	const struct option_row rows[] = {
		{ "duration", "seconds", NULL, &duration, 0, 0 },
		{ "seed", "of all choices", &seed, NULL, 0, UINT64_MAX },
		{ "victims", "processes at a time", &victims, NULL, 1, VICTIMS_MOST },
		{ "threads", "of each process, besides its first", &threads, NULL, 1, 64 },
		{ "mix", "weights of the ways to end", NULL, &mix, 0, 0 },
		{ "patience", "seconds after which a process that does not end is given up", &patience, NULL, 1, 100000 },
		{ .name = NULL },
	};
	options_parse(argc, argv, rows);
	options_weights("mix", mix, kind_names, weights);
	for (int kind = 0; kind < KINDS; kind++)
		weight_total += weights[kind];
	uint64_t ns = options_seconds("duration", duration);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	int64_t pgfault = vmstat_read("pgfault"), speculative = vmstat_read("speculative_pgfault");
	storm(ns);
	tell(pgfault, speculative);
	return RIG_DONE;
}
