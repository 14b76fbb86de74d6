#define _GNU_SOURCE
#include "rate.h"

#include "clock.h"
#include "perf.h"
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* One look at everything that is counted. */
struct look {
	uint64_t ns;
	int64_t pgfault, speculative;
	struct {
		uint64_t faults, rounds;
	} of[];
};

static struct look *look_at(struct rate_worker *workers, unsigned count)
{
	struct look *look = rig_buffer(sizeof *look + count * sizeof look->of[0]);
	look->pgfault = vmstat_read("pgfault");
	look->speculative = vmstat_read("speculative_pgfault");
	look->ns = clock_raw_ns();
	for (unsigned n = 0; n < count; n++) {
		look->of[n].faults = atomic_load_explicit(&workers[n].told_faults, memory_order_relaxed);
		look->of[n].rounds = atomic_load_explicit(&workers[n].told_rounds, memory_order_relaxed);
	}
	return look;
}

/* As the scene's process ended, so that who started us sees what happened to it. */
__attribute__((noreturn)) static void end_like(int status)
{
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status) ? WEXITSTATUS(status) : RIG_BROKEN);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(RIG_BROKEN);
}

static void wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			rig_broken("waitpid: %m");
	if (status)
		end_like(status);
}

/* The only thing that may wake us before the time is the end of the scene's process. */
static void sleep_beside(pid_t pid, uint64_t ns)
{
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	struct timespec time = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	if (sigtimedwait(&child, NULL, &time) != SIGCHLD)
		return;
	wait_for(pid);
	rig_broken("a scene ended too early");
}

static struct rate_result subtract(const struct rate_worker *workers, unsigned count, const struct look *from,
				   const struct look *to)
{
	struct rate_result result = { .perf_known = true, .spf_known = true, .pgfault = -1, .speculative = -1 };
	result.ns = to->ns - from->ns;
	double seconds = (double)result.ns / 1e9;
	for (unsigned n = 0; n < count; n++) {
		double rounds = (double)(to->of[n].rounds - from->of[n].rounds) / seconds;
		if (workers[n].mapper) {
			result.mappers++;
			result.maps_per_second += rounds * RATE_MAPS;
			continue;
		}
		uint64_t faults = to->of[n].faults - from->of[n].faults;
		double rate = (double)faults / seconds;
		if (result.threads++ == 0 || rate < result.least)
			result.least = rate;
		if (rate > result.most)
			result.most = rate;
		result.faults += faults;
		result.faults_per_second += rate;
		result.rounds_per_second += rounds;
		result.perf_faults += workers[n].perf_faults;
		result.perf_spf += workers[n].perf_spf;
		result.perf_known &= workers[n].perf_known;
		result.spf_known &= workers[n].spf_known;
	}
	if (from->pgfault >= 0)
		result.pgfault = to->pgfault - from->pgfault;
	if (from->speculative >= 0)
		result.speculative = to->speculative - from->speculative;
	return result;
}

struct rate_result rate_measure(const struct rate_scene *scene, const struct rate_plan *plan)
{
	unsigned threads = scene->threaded ? (unsigned)plan->threads : 1;
	unsigned count = threads + (scene->mappers ? (unsigned)plan->mappers : 0);
	struct rate_worker *workers = rig_shared_buffer(count * sizeof *workers);
	_Atomic enum rate_phase *phase = rig_shared_buffer(sizeof *phase);
	for (unsigned number = 0; number < count; number++) {
		workers[number].number = number;
		workers[number].mapper = number >= threads;
		workers[number].random = random_seeded(plan->seed, number);
		workers[number].bytes = plan->pages * rig_page_size();
	}
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	pid_t pid = fork();
	if (pid < 0)
		rig_broken("fork: %m");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rate_work(scene, plan, workers, count, phase);
		_exit(RIG_DONE);
	}
	sleep_beside(pid, plan->warm_ns);
	atomic_store(phase, RATE_MEASURE);
	struct look *from = look_at(workers, count);
	sleep_beside(pid, plan->measure_ns);
	struct look *to = look_at(workers, count);
	atomic_store(phase, RATE_STOP);
	wait_for(pid);
	sigtimedwait(&child, NULL, &(struct timespec){ 0 }); /* or the next scene would seem to have ended */
	return subtract(workers, count, from, to);
}
