#define _GNU_SOURCE
#include "directed-place.h"

#include "guard.h"
#include "random.h"
#include "rig.h"

#include <pthread.h>
#include <unistd.h>

char *region;
size_t region_bytes;

void place_begin(size_t bytes)
{
	region_bytes = bytes;
	region = rig_region(bytes);
	guard_thread();
	guard_start(region, bytes);
}

volatile uint64_t *word(unsigned page)
{
	return (volatile uint64_t *)(region + page * rig_page_size());
}

void store(volatile uint64_t *at, uint64_t value)
{
	uint64_t old;
	guard_exchange(at, value, &old);
}

__attribute__((noreturn)) static void *wait_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

void keep_company(void)
{
	pthread_t company;
	if (pthread_create(&company, NULL, wait_for_ever, NULL))
		rig_broken("cannot start a thread: %m");
}

void touch_all(struct racer *racer)
{
	uint32_t pages = (uint32_t)(region_bytes / rig_page_size());
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over();)
		store(word(random_below(&random, pages)), ++racer->count);
}
