/*
 * Directed programs: each arranges the one situation in which a defect shows, if it is there, and says in a word what
 * came of it. Which words are right is not decided here but by harness/model/directed.
 */
#ifndef DIRECTED_H
#define DIRECTED_H

#include <stdbool.h>
#include <stdint.h>

struct trial {
	uint64_t seed, ns; /* a race goes on for that long; 0 for a single access */
	uint64_t spf_event; /* perf software event that counts speculative faults; 0 where there is none */
	bool may_set; /* settings of the whole machine may be changed: swap, khugepaged, compaction */
};

struct directed {
	const char *name;
	/* Runs in a process of its own, the shared place is empty. Returns the outcome. */
	const char *(*run)(const struct trial *trial);
	/* Why the situation cannot be had here; NULL when it can. NULL pointer: it always can. */
	const char *(*impossible)(const struct trial *trial);
};

/* Each ends with a row without name. */
extern const struct directed directed_accesses[], directed_races[], directed_handovers[], directed_pressures[],
	directed_rarities[], directed_shortages[];

/* Threads of a race. Each is pinned to a CPU of its own, as far as there are any, and runs until race_over(). */
struct racer {
	void (*run)(struct racer *racer);
	uint64_t seed;
	unsigned number;
	uint64_t count; /* the racer's own */
	const char *verdict; /* NULL: nothing noticed */
};

/* Starts them all, waits for `ns`, stops them. Returns the first verdict, or `otherwise`. */
const char *race(struct racer *racers, unsigned count, uint64_t ns, const char *otherwise);
bool race_over(void);

/*
 * A page whose only writer is the caller: exchanges its next value in. Returns false when the old value is not the one
 * that was stored last. An access that faults changes nothing.
 */
struct owned {
	uint64_t stored;
};
bool owned_exchange(struct owned *owned, volatile uint64_t *word);

#endif
