/*
 * Time stamps that bracket an operation: the stamp before it is taken no later than its first effect, the one after it
 * no earlier than its last, on every CPU up to the skew that is measured at the start.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

/* Values of the history header's `clock`. */
enum clock_kind { CLOCK_TICKET = 1, CLOCK_COUNTER = 2, CLOCK_RAW = 3 };

struct clock {
	enum clock_kind kind;
	uint64_t ticks_per_second; /* 0 for tickets */
	uint64_t skew; /* ticks by which two CPUs may disagree */
};

extern struct clock workload_clock;
extern _Alignas(128) _Atomic uint64_t workload_ticket;

/* Chooses the clock ("counter" or "ticket"), calibrates it and measures the skew between the CPUs we may run on. */
void clock_start(const char *kind);

static inline uint64_t clock_raw_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
#define CLOCK_HAS_COUNTER 1
/* mfence drains the store buffer, lfence keeps rdtsc from moving over what stands before and after it (SDM, RDTSC). */
static inline uint64_t clock_counter(void)
{
	uint32_t low, high;
	__asm__ volatile("mfence\n\tlfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}
#elif defined(__powerpc64__)
#define CLOCK_HAS_COUNTER 1
/* sync before; a branch that depends on the value and isync after, so that nothing later starts before the read. */
static inline uint64_t clock_counter(void)
{
	uint64_t ticks;
	__asm__ volatile("sync\n\tmfspr %0,268\n\tcmpd %0,%0\n\tbne- 1f\n1:\tisync" : "=r"(ticks)::"memory", "cr0");
	return ticks;
}
#elif defined(__aarch64__)
#define CLOCK_HAS_COUNTER 1
static inline uint64_t clock_counter(void)
{
	uint64_t ticks;
	__asm__ volatile("dsb ish\n\tisb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks)::"memory");
	return ticks;
}
#else
#define CLOCK_HAS_COUNTER 0
static inline uint64_t clock_counter(void)
{
	atomic_thread_fence(memory_order_seq_cst);
	uint64_t ticks = clock_raw_ns();
	atomic_thread_fence(memory_order_seq_cst);
	return ticks;
}
#endif

static inline uint64_t clock_now(void)
{
	if (workload_clock.kind == CLOCK_TICKET)
		return atomic_fetch_add(&workload_ticket, 1) + 1;
	return clock_counter();
}

#endif
