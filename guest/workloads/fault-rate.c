/*
 * fault-rate: page faults a second, for `spf bench`. Each scene runs in a process of its own, in an order that the seed
 * decides, first to warm up and then to be measured:
 *
 *	touch	threads write fresh pages of their own while others map and unmap elsewhere
 *	malloc	threads copy, search and free chunks that are big enough to be mapped
 *	fork	a process forks children that write some pages and end (control)
 *	single	one thread writes fresh pages (control)
 *
 * It judges nothing. Huge pages are off.
 */
#define _GNU_SOURCE
#include "cpus.h"
#include "json.h"
#include "options.h"
#include "rate.h"
#include "rig.h"

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { SCENES_MOST = 8 };

static uint64_t threads, mappers, pages = 512, seed = 1, pin = 1, spf_event = 0, warm_up = 17;
static const char *duration = "24", *chosen = "all";

static unsigned choose(const struct rate_scene *scenes[SCENES_MOST])
{
	unsigned count = 0;
	for (const struct rate_scene *scene = rate_scenes; scene->name; scene++)
		if (!strcmp(chosen, "all") || !strcmp(chosen, scene->name))
			scenes[count++] = scene;
	if (!count)
		rig_usage("--scene %s: it must be all, touch, malloc, fork or single", chosen);
	struct random random = random_seeded(seed, 0);
	for (unsigned left = count; left > 1; left--) {
		unsigned other = random_below(&random, left);
		const struct rate_scene *swap = scenes[left - 1];
		scenes[left - 1] = scenes[other];
		scenes[other] = swap;
	}
	return count;
}

static void number_or_null(struct json *json, const char *name, bool known, int64_t value)
{
	if (known)
		json_number(json, name, value);
	else
		json_null(json, name);
}

static void tell(struct json *json, const char *name, const struct rate_result *result)
{
	json_open(json, name);
	json_number(json, "threads", result->threads);
	json_number(json, "mappers", result->mappers);
	json_number(json, "milliseconds", (int64_t)(result->ns / 1000000u));
	json_number(json, "faults", (int64_t)result->faults);
	json_number(json, "faultsPerSecond", (int64_t)result->faults_per_second);
	json_number(json, "slowestThread", (int64_t)result->least);
	json_number(json, "fastestThread", (int64_t)result->most);
	json_number(json, "roundsPerSecond", (int64_t)result->rounds_per_second);
	if (result->mappers)
		json_number(json, "mapsPerSecond", (int64_t)result->maps_per_second);
	json_open(json, "vmstat");
	number_or_null(json, "pgfault", result->pgfault >= 0, result->pgfault);
	number_or_null(json, "speculative_pgfault", result->speculative >= 0, result->speculative);
	json_close(json);
	json_open(json, "warmUp");
	number_or_null(json, "faults", result->perf_known, (int64_t)result->perf_faults);
	number_or_null(json, "spf", result->spf_known, (int64_t)result->perf_spf);
	json_close(json);
	json_close(json);
}

static void parse(int argc, char **argv)
{
	threads = cpus_count();
	mappers = (cpus_count() + 1) / 2;
	const struct option_row rows[] = {
		{ "duration", "seconds of all scenes together", NULL, &duration, 0, 0 },
		{ "warm-up", "percent of each scene that are not measured", &warm_up, NULL, 1, 90 },
		{ "scene", "all, touch, malloc, fork or single", NULL, &chosen, 0, 0 },
		{ "threads", "that fault, in touch and malloc", &threads, NULL, 1, 4096 },
		{ "mappers", "threads that map and unmap meanwhile, in touch", &mappers, NULL, 0, 4096 },
		{ "pages", "of the region that a thread writes before it discards them", &pages, NULL, 1, 1 << 20 },
		{ "pin", "1: each thread stays on a CPU", &pin, NULL, 0, 1 },
		{ "seed", "of the order of the scenes and all choices", &seed, NULL, 0, UINT64_MAX },
		{ "spf-event", "perf software event that counts speculative faults, 0 for none", &spf_event, NULL, 0, 1000 },
		{ .name = NULL },
	};
	options_parse(argc, argv, rows);
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	const struct rate_scene *scenes[SCENES_MOST];
	unsigned count = choose(scenes);
	uint64_t each = options_seconds("duration", duration) / count;
	struct rate_plan plan = {
		.threads = threads,
		.mappers = mappers,
		.pages = pages,
		.seed = seed,
		.pin = pin,
		.spf_event = spf_event,
		.warm_ns = each * warm_up / 100,
		.measure_ns = each - each * warm_up / 100,
	};
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		rig_broken("cannot switch huge pages off: %m");
	struct rate_result results[SCENES_MOST];
	for (unsigned n = 0; n < count; n++)
		results[n] = rate_measure(scenes[n], &plan);
	struct json json;
	json_begin(&json);
	json_text(&json, "workload", "fault-rate");
	json_number(&json, "cpus", cpus_count());
	json_number(&json, "pageSize", (int64_t)rig_page_size());
	json_number(&json, "pages", (int64_t)pages);
	json_number(&json, "pinned", (int64_t)pin);
	for (unsigned n = 0; n < count; n++)
		tell(&json, scenes[n]->name, &results[n]);
	json_write(&json, STDERR_FILENO);
	return RIG_DONE;
}
