#define _GNU_SOURCE
#include "rate.h"

#include "cpus.h"
#include "perf.h"
#include "rig.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct rate_scene *scene;
static const struct rate_plan *plan;
static _Atomic enum rate_phase *phase;

static void round_and_tell(struct rate_worker *worker)
{
	if (worker->mapper)
		rate_map_round(worker);
	else
		scene->round(worker);
	struct rusage usage;
	getrusage(RUSAGE_THREAD, &usage);
	uint64_t faults = (uint64_t)(usage.ru_minflt + usage.ru_majflt) + worker->child_faults;
	atomic_store_explicit(&worker->told_faults, faults, memory_order_relaxed);
	atomic_store_explicit(&worker->told_rounds, worker->rounds, memory_order_relaxed);
}

static void rounds_while(struct rate_worker *worker, enum rate_phase now)
{
	while (atomic_load_explicit(phase, memory_order_relaxed) == now)
		round_and_tell(worker);
}

static void *work(void *argument)
{
	struct rate_worker *worker = argument;
	if (plan->pin)
		cpus_pin(cpus_nth(worker->number));
	int faults = perf_open(PERF_FAULTS), spf = plan->spf_event ? perf_open(plan->spf_event) : -1;
	rounds_while(worker, RATE_WARM);
	worker->perf_known = faults >= 0;
	worker->spf_known = spf >= 0;
	worker->perf_faults = perf_read(faults);
	worker->perf_spf = perf_read(spf);
	close(faults);
	close(spf);
	rounds_while(worker, RATE_MEASURE);
	return NULL;
}

/* Pages that may not be touched keep the region's VMA from growing together with others. */
static char *lonely_region(size_t bytes)
{
	size_t page = rig_page_size();
	char *start = mmap(NULL, bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED || mprotect(start + page, bytes, PROT_READ | PROT_WRITE))
		rig_broken("cannot map a region of %zu bytes: %m", bytes);
	return start + page;
}

void rate_work(const struct rate_scene *what, const struct rate_plan *how, struct rate_worker *workers,
	       unsigned count, _Atomic enum rate_phase *when)
{
	scene = what;
	plan = how;
	phase = when;
	for (unsigned n = 0; n < count && !workers[n].mapper; n++) {
		workers[n].region = lonely_region(workers[n].bytes);
		if (what->prepare)
			what->prepare(&workers[n]);
	}
	pthread_t *handles = rig_buffer(count * sizeof *handles);
	for (unsigned n = 1; n < count; n++) {
		int error = pthread_create(&handles[n], NULL, work, &workers[n]);
		if (error)
			rig_broken("cannot start thread %u of %u: %s", n, count, strerror(error));
	}
	work(&workers[0]);
	for (unsigned n = 1; n < count; n++)
		pthread_join(handles[n], NULL);
}
