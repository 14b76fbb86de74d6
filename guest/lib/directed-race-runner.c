#define _GNU_SOURCE
#include "directed.h"

#include "cpus.h"
#include "guard.h"
#include "rig.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

static volatile bool over;

bool race_over(void)
{
	return __atomic_load_n(&over, __ATOMIC_RELAXED);
}

static void *enter(void *argument)
{
	struct racer *racer = argument;
	cpus_pin(cpus_nth(racer->number));
	guard_thread();
	racer->run(racer);
	return NULL;
}

const char *race(struct racer *racers, unsigned count, uint64_t ns, const char *otherwise)
{
	enum { MOST = 16 };
	pthread_t handles[MOST];
	const char *verdict = NULL;
	over = false;
	for (unsigned n = 0; n < count && n < MOST; n++) {
		racers[n].number = n;
		int error = pthread_create(&handles[n], NULL, enter, &racers[n]);
		if (error)
			rig_broken("cannot start a racer: %s", strerror(error));
	}
	struct timespec time = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	nanosleep(&time, NULL);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (unsigned n = 0; n < count && n < MOST; n++) {
		pthread_join(handles[n], NULL);
		if (!verdict)
			verdict = racers[n].verdict;
	}
	return verdict ? verdict : otherwise;
}

bool owned_exchange(struct owned *owned, volatile uint64_t *word)
{
	uint64_t old;
	if (!guard_exchange(word, owned->stored + 1, &old))
		return true;
	bool kept = old == owned->stored;
	owned->stored++;
	return kept;
}
