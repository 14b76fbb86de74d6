#define _GNU_SOURCE
#include "arena.h"

#include "rig.h"

#include <sys/mman.h>
#include <sys/prctl.h>

struct arena arena;
static struct arena_plan plan;

enum { PAIRS_MOST = 1 << 16 };

void arena_make(struct arena_plan wanted)
{
	plan = wanted;
	arena.page_size = rig_page_size();
	arena.pages = plan.pages;
	arena.stripe = plan.stripe;
	arena.pairs = plan.pages / (2 * plan.stripe);
	if (!arena.pairs || arena.pairs > PAIRS_MOST)
		rig_usage("--pages %u must be 2 to %u times --stripe %u", plan.pages, 2 * PAIRS_MOST, plan.stripe);
	/* Refused by no Linux since 3.15; emulators that know no such call have no huge pages either. */
	(void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	uint64_t bytes = arena.pages * arena.page_size;
	arena.base = rig_region(bytes);
	for (uint32_t page = 0; page < arena.pages; page++)
		*(volatile uint64_t *)arena_page(page) = 1;
	if (madvise(arena.base, bytes, MADV_DONTNEED))
		rig_broken("cannot empty the arena: %m");
}

/* The same for every caller: a number that the seed gives to this pair. */
static uint32_t dice(uint32_t pair, uint32_t stream)
{
	struct random random = random_seeded(plan.seed, (uint64_t)stream << 32 | pair);
	return random_below(&random, 100);
}

static bool is_shared(uint32_t pair)
{
	return plan.owners > 1 && dice(pair, 1) < plan.shared_percent;
}

static bool is_owned(uint32_t pair, uint32_t owner)
{
	return pair % plan.owners == owner || (is_shared(pair) && (pair + 1) % plan.owners == owner);
}

uint32_t arena_owned(uint32_t owner, const uint32_t **pairs)
{
	uint32_t *owned = rig_buffer(arena.pairs * sizeof *owned), count = 0;
	for (uint32_t pair = 0; pair < arena.pairs; pair++)
		if (is_owned(pair, owner))
			owned[count++] = pair;
	*pairs = owned;
	return count;
}

static bool is_dark(uint32_t pair)
{
	return dice(pair, 2) < plan.dark_percent;
}

bool arena_is_dark(uint32_t page)
{
	return is_dark(page / (2 * arena.stripe));
}

struct range arena_range(struct random *random, uint32_t pair, uint32_t longest)
{
	uint32_t most = longest < arena.stripe ? longest : arena.stripe;
	uint32_t pages = 1 + random_below(random, most);
	uint32_t place = random_below(random, arena.stripe - pages + 1);
	uint32_t side = random_below(random, 2);
	uint32_t first = pair * 2 * arena.stripe;
	return (struct range){
		.page = first + side * arena.stripe + place,
		.pages = pages,
		.partner = first + (1 - side) * arena.stripe + place,
		.shared = is_shared(pair),
		.dark = is_dark(pair),
	};
}
