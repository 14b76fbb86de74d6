/*
 * spf-counters: faults of one kind at a time, counted. Each case runs in a process of its own and prints one line of
 * JSON (harness/model/eligibility/facts.ts, CountedCase). No opinion here on what the counts ought to be.
 */
#define _GNU_SOURCE
#include "code.h"
#include "guard.h"
#include "json.h"
#include "options.h"
#include "perf.h"
#include "rig.h"
#include "settings.h"
#include "spf-cases.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCTL "/proc/sys/vm/speculative_page_fault"

static uint64_t spf_event, rounds = 1, may_set;
static const char *only;

/* Trace events by which the series says why it gave up (include/trace/events/pagefault.h, 24/31). */
#define TRACE_SYSTEM "pagefault"
enum { TRACE_EVENTS = 5 };
static const char *const trace_names[TRACE_EVENTS] = {
	"spf_vma_changed", "spf_vma_noanon", "spf_vma_notsup", "spf_vma_access", "spf_pmd_changed",
};

struct counts {
	uint64_t faults, spf, traces[TRACE_EVENTS];
	int64_t vmstat;
};

struct stage {
	const struct spf_case *row;
	struct scene scene;
	int faults_event, spf_event, trace_events[TRACE_EVENTS], pipe[2];
	int signal;
};

/* -1 when the kernel has none. */
static int sysctl_value(void)
{
	char digit = 0;
	int file = open(SYSCTL, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -1;
	ssize_t got = read(file, &digit, 1);
	close(file);
	return got == 1 ? digit != '0' : -1;
}

static bool sysctl_set(int value)
{
	int file = open(SYSCTL, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool written = write(file, value ? "1" : "0", 1) == 1;
	close(file);
	return written;
}

static struct counts count_now(const struct stage *stage)
{
	struct counts counts = {
		.faults = perf_read(stage->faults_event),
		.spf = perf_read(stage->spf_event),
		.vmstat = vmstat_read("speculative_pgfault"),
	};
	for (unsigned n = 0; n < TRACE_EVENTS; n++)
		counts.traces[n] = perf_read(stage->trace_events[n]);
	return counts;
}

static void count_since(struct counts *counts, const struct counts *before)
{
	counts->faults -= before->faults;
	counts->spf -= before->spf;
	counts->vmstat -= before->vmstat;
	for (unsigned n = 0; n < TRACE_EVENTS; n++)
		counts->traces[n] -= before->traces[n];
}

static void touch(struct stage *stage, char *page)
{
	uint64_t value;
	bool well = true;
	const struct facts *facts = &stage->row->facts;
	if (facts->in_kernel)
		well = facts->write ? read(stage->pipe[0], page, 1) == 1 : write(stage->pipe[1], page, 1) == 1;
	else if (facts->fetch)
		code_call(page);
	else if (facts->write)
		well = guard_store((volatile uint64_t *)page, 2);
	else
		well = guard_load((volatile uint64_t *)page, &value);
	if (!well && !facts->in_kernel)
		stage->signal = guard_last.signal;
}

/* The counts that the scene's accesses add. Everything it uses has been used before, by the first call with no pages. */
static struct counts measure(struct stage *stage, unsigned pages)
{
	struct counts before = count_now(stage);
	for (unsigned n = 0; n < pages; n++)
		touch(stage, stage->scene.first + n * rig_page_size());
	struct counts after = count_now(stage);
	count_since(&after, &before);
	return after;
}

__attribute__((noreturn)) static void *wait_for_ever(void *ready)
{
	pthread_barrier_wait(ready);
	for (;;)
		pause();
}

static void start_company(void)
{
	static pthread_barrier_t ready;
	pthread_t helper;
	pthread_barrier_init(&ready, NULL, 2);
	if (pthread_create(&helper, NULL, wait_for_ever, &ready))
		rig_broken("cannot start a thread: %m");
	pthread_barrier_wait(&ready);
}

static void tell_facts(struct json *json, const struct stage *stage, int sysctl)
{
	const struct facts *facts = &stage->row->facts;
	json_open(json, "facts");
	if (sysctl < 0)
		json_null(json, "sysctl");
	else
		json_flag(json, "sysctl", sysctl);
	json_number(json, "threads", facts->threads);
	json_flag(json, "userMode", !facts->in_kernel);
	json_text(json, "vmaKind", facts->vma_kind);
	json_flag(json, "anonVma", !facts->no_anon_vma);
	json_flag(json, "pageTable", !facts->no_page_table);
	json_flag(json, "uffdMissing", facts->uffd_missing);
	json_flag(json, "interleave", facts->interleave);
	json_flag(json, "vmaPolicy", facts->vma_policy);
	json_flag(json, "hugePmd", facts->huge_pmd);
	json_text(json, "access", facts->fetch ? "exec" : facts->write ? "write" : "read");
	json_open(json, "prot");
	json_flag(json, "r", facts->prot & PROT_READ);
	json_flag(json, "w", facts->prot & PROT_WRITE);
	json_flag(json, "x", facts->prot & PROT_EXEC);
	json_close(json);
	json_flag(json, "keyRefuses", facts->key_refuses);
	json_text(json, "pte", facts->pte);
	json_flag(json, "inBounds", !facts->out_of_bounds);
	json_number(json, "faults", stage->scene.count ? stage->scene.count : 1);
	json_close(json);
}

static void number_or_null(struct json *json, const char *name, bool known, int64_t value)
{
	if (known)
		json_number(json, name, value);
	else
		json_null(json, name);
}

static void tell(const struct stage *stage, int sysctl, const struct counts *counts, const char *skipped)
{
	static struct json json;
	json_begin(&json);
	json_text(&json, "case", stage->row->name);
	tell_facts(&json, stage, sysctl);
	number_or_null(&json, "faults", counts && stage->faults_event >= 0, counts ? (int64_t)counts->faults : 0);
	number_or_null(&json, "spf", counts && stage->spf_event >= 0, counts ? (int64_t)counts->spf : 0);
	bool known = counts && vmstat_read("speculative_pgfault") >= 0;
	number_or_null(&json, "vmstatSpf", known, counts ? counts->vmstat : 0);
	json_open(&json, "events");
	for (unsigned n = 0; n < TRACE_EVENTS; n++)
		number_or_null(&json, trace_names[n], counts && stage->trace_events[n] >= 0,
			       counts ? (int64_t)counts->traces[n] : 0);
	json_close(&json);
	json_text(&json, "signal", stage->signal == SIGSEGV ? "SEGV" : stage->signal == SIGBUS ? "BUS" : NULL);
	json_text(&json, "skipped", skipped);
	json_write(&json, STDOUT_FILENO);
}

static void dismiss(pid_t companion)
{
	if (companion <= 0)
		return;
	kill(companion, SIGKILL);
	waitpid(companion, NULL, 0);
}

/* The first signal touches the handler's code and the signal stack; those faults must not be counted. */
static void survive_one(void)
{
	uint64_t value;
	void *page = mmap(NULL, rig_page_size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		rig_broken("cannot map a page: %m");
	guard_start(page, rig_page_size());
	if (guard_load(page, &value))
		rig_broken("a page without rights could be read");
	munmap(page, rig_page_size());
}

static void open_traces(int *events)
{
	for (unsigned n = 0; n < TRACE_EVENTS; n++)
		events[n] = perf_open_trace(TRACE_SYSTEM, trace_names[n]);
}

/* In the case's own process. */
__attribute__((noreturn)) static void perform(const struct spf_case *row, int sysctl)
{
	struct stage stage = { .row = row };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Not for the case that turns it on again for its own memory. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	guard_thread();
	if (row->facts.threads > 1 && !row->brings_company)
		start_company();
	const char *skipped = row->arrange(&stage.scene);
	if (skipped) {
		settings_restore();
		dismiss(stage.scene.companion);
		tell(&stage, sysctl, NULL, skipped);
		_exit(RIG_DONE);
	}
	char bytes[64] = { 0 };
	if (pipe(stage.pipe) || write(stage.pipe[1], bytes, sizeof bytes) != sizeof bytes)
		rig_broken("cannot make a pipe: %m");
	stage.faults_event = perf_open(PERF_FAULTS);
	stage.spf_event = spf_event ? perf_open(spf_event) : -1;
	open_traces(stage.trace_events);
	survive_one();
	measure(&stage, 0);
	guard_start(stage.scene.first, stage.scene.count * rig_page_size());
	struct counts counts = measure(&stage, stage.scene.count);
	settings_restore();
	dismiss(stage.scene.companion);
	tell(&stage, sysctl, &counts, NULL);
	_exit(RIG_DONE);
}

static bool run_case(const struct spf_case *row, int sysctl)
{
	pid_t child = fork();
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0)
		perform(row, sysctl);
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		dprintf(STDERR_FILENO, "spf-counters: case %s died of signal %d\n", row->name, WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == RIG_DONE;
}

static bool run_with_settings(const struct spf_case *row)
{
	int sysctl = sysctl_value();
	if (row->changes_settings && !may_set) {
		struct stage stage = { .row = row };
		tell(&stage, sysctl, NULL, SETTINGS_REFUSED);
		return true;
	}
	if (!row->sysctl_off)
		return run_case(row, sysctl);
	if (sysctl < 0 || !sysctl_set(0)) {
		struct stage stage = { .row = row };
		tell(&stage, sysctl, NULL, sysctl < 0 ? "the kernel has no " SYSCTL : "only root may write " SYSCTL);
		return true;
	}
	bool well = run_case(row, 0);
	sysctl_set(sysctl);
	return well;
}

int main(int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "spf-event", "perf software event that counts speculative faults, 0 for none", &spf_event, NULL, 0, 1000 },
		{ "rounds", "times that all cases run", &rounds, NULL, 1, 1000000 },
		{ "may-set", "1: cases may change settings of the whole machine (swap, KSM, NUMA balancing, huge pages)", &may_set, NULL, 0, 1 },
		{ "case", "run this one only", NULL, &only, 0, 0 },
		{ 0 },
	};
	options_parse(argc, argv, rows);
	/* Held open: the kernel waits for a grace period when the last user of a trace event goes. */
	int held[TRACE_EVENTS];
	open_traces(held);
	const struct spf_case *const tables[] = { spf_cases_usual, spf_cases_entries };
	unsigned run = 0, broken = 0;
	for (uint64_t n = 0; n < rounds * 2; n++) {
		for (const struct spf_case *row = tables[n % 2]; row->name; row++) {
			if (only && strcmp(only, row->name))
				continue;
			run++;
			broken += !run_with_settings(row);
		}
	}
	if (!run)
		rig_usage("--case %s: there is no such case", only);
	struct json json;
	json_begin(&json);
	json_text(&json, "workload", "spf-counters");
	json_number(&json, "cases", run);
	json_number(&json, "broken", broken);
	json_write(&json, STDERR_FILENO);
	return broken ? RIG_BROKEN : RIG_DONE;
}
