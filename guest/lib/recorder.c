#define _GNU_SOURCE
#include "recorder.h"

#include "perf.h"
#include "rig.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

static struct recorder *recorders;
static uint32_t recorder_count;
static pthread_t drainer;
static atomic_bool finishing;

enum {
	CHUNK_RECORDS_MOST = 4096,
	ROUND_NS = 20 * 1000 * 1000,
	NAP_NS = 2 * 1000 * 1000,
};

struct recorder *recorders_make(uint32_t count)
{
	/* Shared, because fork would make private pages copy-on-write, and then logging would fault. */
	recorders = rig_shared_buffer(count * sizeof *recorders);
	recorder_count = count;
	for (uint32_t thread = 0; thread < count; thread++) {
		recorders[thread].thread = (uint16_t)thread;
		recorders[thread].spf_event = -1;
		recorders[thread].silent = !history_wanted();
		if (history_wanted())
			recorders[thread].ring = rig_shared_buffer(RING_RECORDS * sizeof(struct history_record));
	}
	return recorders;
}

uint32_t recorder_spf(const struct recorder *recorder)
{
	return (uint32_t)perf_read(recorder->spf_event);
}

static void nap(long ns)
{
	struct timespec time = { 0, ns };
	nanosleep(&time, NULL);
}

void recorder_wait(struct recorder *recorder)
{
	uint64_t head = atomic_load_explicit(&recorder->head, memory_order_relaxed);
	recorder->known_tail = atomic_load_explicit(&recorder->tail, memory_order_acquire);
	if (head - recorder->known_tail < RING_RECORDS)
		return;
	recorder->waits++;
	while (head - recorder->known_tail == RING_RECORDS) {
		nap(200 * 1000);
		recorder->known_tail = atomic_load_explicit(&recorder->tail, memory_order_acquire);
	}
}

/*
 * The tick before which this thread's ended operations are all in the ring, given that the drainer read `now` first,
 * then this phase, and reads the ring after it:
 * - phase 0: an operation that ended before `now` had its phase stored before its end stamp, so a 0 read after `now`
 *   means that its record was pushed since.
 * - under way, bit 0 clear: bit 0 is set before the end stamp is taken, so this one will end after `now`.
 * - bit 0 set: it may have ended any time after its start.
 */
static uint64_t drain_limit(uint64_t now, uint64_t phase)
{
	return phase & 1 && phase >> 1 < now ? phase >> 1 : now;
}

/* Writes the call that the thread is in, if it is in one: accesses in flight have no effect worth telling. */
static void write_pending(struct recorder *recorder, uint64_t phase)
{
	if (!phase)
		return;
	struct history_record record = recorder->current;
	atomic_thread_fence(memory_order_acquire);
	bool torn = atomic_load_explicit(&recorder->phase, memory_order_relaxed) >> 1 != phase >> 1;
	if (torn || record.op < OP_MAP)
		return;
	record.outcome = OUTCOME_PENDING;
	record.end = record.result = 0;
	record.code = 0;
	history_write(CHUNK_PENDING, recorder->thread, &record, sizeof record);
}

static void drain_ring(struct recorder *recorder)
{
	uint64_t tail = atomic_load_explicit(&recorder->tail, memory_order_relaxed);
	uint64_t head = atomic_load_explicit(&recorder->head, memory_order_acquire);
	while (tail < head) {
		uint64_t slot = tail % RING_RECORDS, run = RING_RECORDS - slot;
		if (run > head - tail)
			run = head - tail;
		if (run > CHUNK_RECORDS_MOST)
			run = CHUNK_RECORDS_MOST;
		history_write(CHUNK_RECORDS, recorder->thread, &recorder->ring[slot], run * sizeof *recorder->ring);
		tail += run;
		atomic_store_explicit(&recorder->tail, tail, memory_order_release);
	}
}

static void drain_round(void)
{
	uint64_t now = clock_now(), limit = now;
	atomic_thread_fence(memory_order_seq_cst);
	for (uint32_t thread = 0; thread < recorder_count; thread++) {
		struct recorder *recorder = &recorders[thread];
		uint64_t phase = atomic_load_explicit(&recorder->phase, memory_order_acquire);
		uint64_t thread_limit = drain_limit(now, phase);
		if (thread_limit < limit)
			limit = thread_limit;
		write_pending(recorder, phase);
		drain_ring(recorder);
	}
	/* Another CPU's end stamp may be behind ours by the skew. What was true before stays true: never back. */
	static uint64_t progress[2];
	if (limit > progress[0] + workload_clock.skew)
		progress[0] = limit - workload_clock.skew;
	history_write(CHUNK_PROGRESS, HISTORY_NO_THREAD, progress, sizeof progress);
}

static bool ring_filling(void)
{
	for (uint32_t thread = 0; thread < recorder_count; thread++)
		if (atomic_load(&recorders[thread].head) - atomic_load(&recorders[thread].tail) > RING_RECORDS / 4)
			return true;
	return false;
}

static void *drain(void *unused)
{
	(void)unused;
	while (!atomic_load(&finishing)) {
		drain_round();
		for (long slept = 0; slept < ROUND_NS && !ring_filling() && !atomic_load(&finishing); slept += NAP_NS)
			nap(NAP_NS);
	}
	return NULL;
}

void recorders_start_draining(void)
{
	if (!history_wanted())
		return;
	signal(SIGPIPE, SIG_IGN);
	if (pthread_create(&drainer, NULL, drain, NULL))
		rig_broken("cannot start the drainer thread: %m");
}

void recorders_finish(void)
{
	if (!history_wanted())
		return;
	atomic_store(&finishing, true);
	pthread_join(drainer, NULL);
	drain_round();
	history_write(CHUNK_END, HISTORY_NO_THREAD, NULL, 0);
}
