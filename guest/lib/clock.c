#define _GNU_SOURCE
#include "clock.h"

#include "cpus.h"
#include "rig.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

struct clock workload_clock;
_Alignas(128) _Atomic uint64_t workload_ticket;

enum { ROUNDS = 400, CALIBRATION_NS = 20 * 1000 * 1000 };

/* One cache line that two CPUs hand to each other; the stamp in it was taken just before it was written. */
struct court {
	_Alignas(128) _Atomic uint64_t ball;
	_Alignas(128) uint64_t best[2]; /* least (received - sent) seen by each side, ticks */
	int cpu[2];
};

/* Waits for the other side's stamp: the ball's lowest bit says whose it is. */
static uint64_t receive(struct court *court, unsigned side)
{
	uint64_t ball;
	unsigned spins = 0;
	while ((ball = atomic_load(&court->ball)) == 0 || (ball & 1) == side)
		if (++spins % 4096 == 0)
			sched_yield();
	return ball;
}

static void play(struct court *court, unsigned side)
{
	cpus_pin(court->cpu[side]);
	for (int round = 0; round < ROUNDS; round++) {
		if (side == 0)
			atomic_store(&court->ball, clock_counter() & ~(uint64_t)1);
		uint64_t sent = receive(court, side) & ~(uint64_t)1;
		uint64_t got = clock_counter();
		/* A clock that runs behind makes the delay negative: no proof of anything, the other side sees it large. */
		uint64_t delay = got > sent ? got - sent : 0;
		if (round == 0 || delay < court->best[side])
			court->best[side] = delay;
		if (side == 1)
			atomic_store(&court->ball, clock_counter() | 1);
	}
}

static void *play_second(void *court)
{
	play(court, 1);
	return NULL;
}

/*
 * A bound on the offset between two CPUs' clocks: delay(a to b) = offset + time of flight, delay(b to a) = -offset +
 * time of flight, so the greater of the two least delays is at least |offset| (Ordo, EuroSys 2018).
 */
static uint64_t offset_bound(int first, int second)
{
	struct court court = { .cpu = { first, second } };
	pthread_t other;
	if (pthread_create(&other, NULL, play_second, &court))
		rig_broken("cannot start a thread to measure the clock skew: %m");
	play(&court, 0);
	pthread_join(other, NULL);
	return court.best[0] > court.best[1] ? court.best[0] : court.best[1];
}

static uint64_t measured_skew(void)
{
	uint64_t worst = 0;
	cpu_set_t before;
	sched_getaffinity(0, sizeof before, &before);
	for (unsigned n = 1; n < cpus_count(); n++) {
		uint64_t bound = offset_bound(cpus_nth(0), cpus_nth(n));
		if (bound > worst)
			worst = bound;
	}
	sched_setaffinity(0, sizeof before, &before);
	/* Every CPU was compared with the first: two others may differ by twice that. */
	return cpus_count() > 2 ? 2 * worst : worst;
}

static uint64_t calibrated(void)
{
	uint64_t ns = clock_raw_ns(), ticks = clock_counter(), elapsed;
	while ((elapsed = clock_raw_ns() - ns) < CALIBRATION_NS)
		;
	ticks = clock_counter() - ticks;
	return (uint64_t)((double)ticks * 1e9 / (double)elapsed);
}

void clock_start(const char *kind)
{
	if (!strcmp(kind, "ticket")) {
		workload_clock = (struct clock){ .kind = CLOCK_TICKET };
		return;
	}
	if (strcmp(kind, "counter"))
		rig_usage("--clock %s: it must be counter or ticket", kind);
	workload_clock.kind = CLOCK_HAS_COUNTER ? CLOCK_COUNTER : CLOCK_RAW;
	workload_clock.ticks_per_second = CLOCK_HAS_COUNTER ? calibrated() : 1000000000u;
	/* One microsecond at least: it costs no detection worth having and covers what ping-pong cannot see. */
	uint64_t floor = workload_clock.ticks_per_second / 1000000u + 1;
	uint64_t skew = measured_skew();
	workload_clock.skew = skew > floor ? skew : floor;
}
