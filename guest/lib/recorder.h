/*
 * Recording operations without faults, locks or system calls: one ring per thread, written by it alone, read by the
 * drainer alone. A full ring makes the thread wait; nothing is ever lost.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include "clock.h"
#include "history.h"

#include <stdatomic.h>

struct recorder {
	/* Written by the thread. */
	_Alignas(128) struct history_record *ring;
	_Atomic uint64_t head;
	/*
	 * 0 when no operation is under way or its record is in the ring; else its start, shifted left, with bit 0 set as
	 * soon as the operation is over and only its record is missing. See drain_limit() for why that is enough.
	 */
	_Atomic uint64_t phase;
	uint64_t known_tail;
	struct history_record current;
	uint32_t sequence;
	uint16_t thread;
	bool silent; /* of the next operation: keep no record, it is on pages that nobody judges */
	int spf_event; /* descriptor read around each operation, or -1 */
	uint64_t waits; /* times the ring was full */
	/* Written by the drainer. */
	_Alignas(128) _Atomic uint64_t tail;
};

/* Makes `count` recorders, numbered from 0, their rings filled and locked. */
struct recorder *recorders_make(uint32_t count);

/* Starts the thread that writes all rings to the history, every 20 ms at the latest. */
void recorders_start_draining(void);

/* To be called when no thread records any more: drains what is left and writes the end chunk. */
void recorders_finish(void);

/* Slow path of record_end(): waits for room. */
void recorder_wait(struct recorder *recorder);
uint32_t recorder_spf(const struct recorder *recorder);

enum { RING_RECORDS = 1 << 15 };

/* Begins an operation; `fields` are op, page, pages, target, value. Takes the start stamp last. */
static inline void record_begin(struct recorder *recorder, struct history_record fields)
{
	if (recorder->silent)
		return;
	/* Keeps these stores behind the phase that ended the last operation, for the drainer's copy. */
	atomic_thread_fence(memory_order_release);
	fields.thread = recorder->thread;
	fields.sequence = recorder->sequence;
	fields.outcome = OUTCOME_PENDING;
	if (recorder->spf_event >= 0)
		fields.spf_before = recorder_spf(recorder);
	recorder->current = fields;
	recorder->current.start = clock_now();
	atomic_store_explicit(&recorder->phase, recorder->current.start << 1, memory_order_release);
}

/* Takes the end stamp. To be called right after the operation, before looking at how it went. */
static inline void record_stop(struct recorder *recorder)
{
	if (recorder->silent)
		return;
	atomic_store_explicit(&recorder->phase, recorder->current.start << 1 | 1, memory_order_release);
	recorder->current.end = clock_now();
}

/* Pushes a finished record. */
static inline void record_push(struct recorder *recorder, const struct history_record *record)
{
	uint64_t head = atomic_load_explicit(&recorder->head, memory_order_relaxed);
	if (head - recorder->known_tail == RING_RECORDS)
		recorder_wait(recorder);
	recorder->ring[head % RING_RECORDS] = *record;
	recorder->sequence = record->sequence + 1;
	atomic_store_explicit(&recorder->head, head + 1, memory_order_release);
}

/* Says how the operation went and pushes its record; record_rest() must follow. */
static inline void record_outcome(struct recorder *recorder, enum history_outcome outcome, int32_t code, uint64_t result)
{
	if (recorder->silent)
		return;
	if (recorder->spf_event >= 0)
		recorder->current.spf_after = recorder_spf(recorder);
	recorder->current.outcome = (uint8_t)outcome;
	recorder->current.code = code;
	recorder->current.result = result;
	record_push(recorder, &recorder->current);
}

/* The operation and all records that share its stamps are in the ring. */
static inline void record_rest(struct recorder *recorder)
{
	if (!recorder->silent)
		atomic_store_explicit(&recorder->phase, 0, memory_order_release);
}

static inline void record_end(struct recorder *recorder, enum history_outcome outcome, int32_t code, uint64_t result)
{
	record_outcome(recorder, outcome, code, result);
	record_rest(recorder);
}

#endif
