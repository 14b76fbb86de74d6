/*
 * The pages that threads fault on and change, and who may change which. Pages come in stripes, stripes in pairs: the
 * two stripes of a pair have the same owners, and a page is only ever moved to the page of the same place in its
 * partner, so that mremap never ties more than two pages together in the checker's eyes.
 */
#ifndef ARENA_H
#define ARENA_H

#include "random.h"

#include <stdbool.h>
#include <stdint.h>

struct arena {
	char *base;
	uint32_t pages;
	uint32_t stripe; /* pages in a stripe */
	uint32_t pairs;
	uint64_t page_size;
};

struct arena_plan {
	uint32_t pages, stripe, owners;
	uint32_t shared_percent; /* of pairs that have two owners */
	uint32_t dark_percent; /* of pairs whose operations are not recorded */
	uint64_t seed;
};

/* A range that an owner may change with one call. */
struct range {
	uint32_t page, pages;
	uint32_t partner; /* where a move may take it; the same place in the other stripe */
	bool shared; /* another owner may change it meanwhile */
	bool dark;
};

extern struct arena arena;

/*
 * Maps the arena read-write and zero, with its page tables and an anon_vma (both are preconditions of a speculative
 * fault), far from where the kernel puts mappings by itself. Transparent huge pages are off for the whole process:
 * MADV_NOHUGEPAGE would mark the VMA, and fresh mappings would no longer merge with it.
 */
void arena_make(struct arena_plan plan);

/* Pairs that this owner may change; the array lives as long as the process. */
uint32_t arena_owned(uint32_t owner, const uint32_t **pairs);

/* A range of 1 … `longest` pages within one stripe of the pair. */
struct range arena_range(struct random *random, uint32_t pair, uint32_t longest);

bool arena_is_dark(uint32_t page);

static inline char *arena_page(uint32_t page)
{
	return arena.base + page * arena.page_size;
}

#endif
