/* Loads whose page faults a second are measured: one kind of load is a scene, who carries it is a worker. */
#ifndef RATE_H
#define RATE_H

#include "random.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate_worker {
	unsigned number;
	bool mapper;
	struct random random;
	char *region;
	size_t bytes, at; /* of the region, and of what has been written since it was discarded */
	uint64_t rounds;
	uint64_t child_faults; /* of children that have been waited for */
	/* What is behind it, told after each round to who measures. */
	_Alignas(128) _Atomic uint64_t told_faults, told_rounds;
	uint64_t perf_faults, perf_spf; /* of the warm-up */
	bool perf_known, spf_known;
};

struct rate_scene {
	const char *name;
	/* Else one worker alone in its process, where a kernel has no reason to speculate. */
	bool threaded;
	bool mappers;
	void (*prepare)(struct rate_worker *worker);
	/* Some milliseconds of work at most, counted in `rounds`. */
	void (*round)(struct rate_worker *worker);
};

extern const struct rate_scene rate_scenes[]; /* ends with a {0} row */

/* What mappers do in any scene that has them: one round is RATE_MAPS mmaps and as many munmaps. */
enum { RATE_MAPS = 16 };
void rate_map_round(struct rate_worker *worker);

struct rate_plan {
	uint64_t threads, mappers, pages, seed, warm_ns, measure_ns, spf_event;
	bool pin;
};

struct rate_result {
	unsigned threads, mappers;
	uint64_t ns;
	uint64_t faults;
	double faults_per_second, least, most; /* of all threads, and of the slowest and the fastest one */
	double rounds_per_second, maps_per_second;
	int64_t pgfault, speculative; /* growth of /proc/vmstat meanwhile; -1: no such field */
	uint64_t perf_faults, perf_spf;
	bool perf_known, spf_known;
};

/*
 * Runs the scene in a process of its own and measures it from outside, so that a thread that gets no CPU counts as what
 * it is. Faults are those of getrusage(), which costs the fault path nothing and every kernel the same. Perf events
 * would slow down just the kernels that have one more to raise, so they are open in the warm-up only. A scene's process
 * that dies takes us with it, the same way.
 */
struct rate_result rate_measure(const struct rate_scene *scene, const struct rate_plan *plan);

/* What a scene's process does until it is told to stop; workers and `phase` are in memory shared with who measures. */
enum rate_phase { RATE_WARM, RATE_MEASURE, RATE_STOP };
void rate_work(const struct rate_scene *scene, const struct rate_plan *plan, struct rate_worker *workers,
	       unsigned count, _Atomic enum rate_phase *phase);

#endif
