/* Two or three threads at the two ends of one window. */
#define _GNU_SOURCE
#include "directed-place.h"

#include "guard.h"
#include "perf.h"
#include "random.h"
#include "rig.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 16 };

static void begin(unsigned pages)
{
	place_begin(pages * rig_page_size());
}

/* --- two threads in MADV_DONTNEED for one VMA: sections of its sequence that nothing serializes --- */

static void discard(struct racer *racer)
{
	(void)racer;
	while (!race_over())
		madvise(region, region_bytes, MADV_DONTNEED);
}

static void disturb(uint64_t ns, uint64_t seed)
{
	struct racer racers[] = { { .run = discard }, { .run = discard }, { .run = touch_all, .seed = seed } };
	race(racers, 3, ns, NULL);
}

static const char *no_event(const struct trial *trial)
{
	return trial->spf_event ? NULL : "the kernel counts no speculative faults";
}

/* All is quiet again: are faults in the VMA still speculative? */
static const char *discard_twice(const struct trial *trial)
{
	begin(PAGES);
	store(word(0), 1);
	disturb(trial->ns, trial->seed);
	keep_company();
	madvise(region, region_bytes, MADV_DONTNEED);
	store(word(0), 1);
	int event = perf_open(trial->spf_event);
	uint64_t before = perf_read(event);
	for (unsigned page = 1; page < PAGES; page++)
		store(word(page), 1);
	/* Other memory of ours may fault along with it, so one is not enough. */
	return perf_read(event) - before >= PAGES / 2 ? "speculation-goes-on" : "speculation-ceased";
}

/*
 * After such a disturbance: does mprotect(PROT_READ) still keep stores out, once it has returned? The first pages are
 * protected first, and their entries are what a late fault may still write to while the others are protected.
 */
enum { PROTECTED_PAGES = 512, WATCHED_PAGES = 8 };

static void protect_and_watch(struct racer *racer)
{
	while (!race_over() && !racer->verdict) {
		uint64_t seen[WATCHED_PAGES];
		madvise(region, WATCHED_PAGES * rig_page_size(), MADV_DONTNEED);
		mprotect(region, region_bytes, PROT_READ);
		for (unsigned page = 0; page < WATCHED_PAGES; page++)
			seen[page] = *word(page);
		for (volatile unsigned pause = 0; pause < 5000; pause++)
			;
		for (unsigned page = 0; page < WATCHED_PAGES; page++)
			if (*word(page) != seen[page])
				racer->verdict = "store-after-protect";
		mprotect(region, region_bytes, RW);
	}
}

static void touch_watched(struct racer *racer)
{
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over();)
		store(word(random_below(&random, WATCHED_PAGES)), ++racer->count);
}

static const char *protect_after_discards(const struct trial *trial)
{
	begin(PROTECTED_PAGES);
	for (unsigned page = 0; page < PROTECTED_PAGES; page++)
		store(word(page), 1);
	disturb(trial->ns / 4, trial->seed);
	for (unsigned page = 0; page < PROTECTED_PAGES; page++)
		store(word(page), 1);
	struct racer racers[] = { { .run = protect_and_watch }, { .run = touch_watched, .seed = trial->seed } };
	return race(racers, 2, trial->ns, "protected");
}

/* --- mremap: stores to pages on the move --- */

enum { MOVED = 8, MARGIN = 4, BLOCK = MOVED + 2 * MARGIN };

/* Page of the moved range, at home or away. At home it is the middle of a VMA, away a VMA of its own. */
static volatile uint64_t *moved_word(unsigned page, bool away)
{
	return word(MARGIN + page + (away ? BLOCK : 0));
}

/* Owns every second page, wherever it is. */
static void own_and_exchange(struct racer *racer)
{
	struct owned owned[MOVED] = { 0 };
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over() && !racer->verdict;) {
		unsigned page = random_below(&random, MOVED) / 2 * 2 + racer->number % 2;
		if (!owned_exchange(&owned[page], moved_word(page, random_percent(&random, 50))))
			racer->verdict = "data-lost";
	}
}

/* From the middle of a VMA, so that it has to be split twice before the source is gone. */
static void move_to_and_fro(struct racer *racer)
{
	size_t bytes = MOVED * rig_page_size();
	for (bool away = false; !race_over(); racer->count++, away = !away) {
		void *here = (void *)(uintptr_t)moved_word(0, away), *there = (void *)(uintptr_t)moved_word(0, !away);
		if (mremap(here, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, there) != there)
			rig_broken("mremap failed: %m");
	}
}

static const char *exchange_while_moved(const struct trial *trial)
{
	begin(2 * BLOCK);
	munmap(region + region_bytes / 2, region_bytes / 2);
	struct racer racers[] = {
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = move_to_and_fro },
	};
	return race(racers, 3, trial->ns, "data-kept");
}

/* --- fork: stores to pages that are being made copy-on-write --- */

static void add(struct racer *racer)
{
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over(); racer->count++)
		__atomic_fetch_add(word(random_below(&random, 2)), 1, __ATOMIC_SEQ_CST);
}

static void fork_and_wait(struct racer *racer)
{
	for (; !race_over(); racer->count++) {
		pid_t child = fork();
		if (child == 0)
			for (;;)
				syscall(SYS_exit_group, 0);
		int status;
		if (child < 0 || waitpid(child, &status, 0) != child)
			rig_broken("cannot fork: %m");
	}
}

static const char *add_while_forked(const struct trial *trial)
{
	begin(PAGES);
	struct racer racers[] = {
		{ .run = add, .seed = trial->seed },
		{ .run = add, .seed = trial->seed },
		{ .run = add, .seed = trial->seed },
		{ .run = fork_and_wait },
	};
	race(racers, 4, trial->ns, NULL);
	uint64_t added = racers[0].count + racers[1].count + racers[2].count;
	return *word(0) + *word(1) == added ? "data-kept" : "data-lost";
}

/* --- what only the kernel itself can notice: whatever it says is a finding --- */

/*
 * Many VMAs, no two neighbours alike so that they do not merge, gone in one munmap(), while others look the first one up
 * again and again: by stores that it does not permit, each of which is a fault.
 */
enum { MANY = 4096 };

static void map_many_and_unmap(struct racer *racer)
{
	size_t page = rig_page_size();
	for (; !race_over(); racer->count++) {
		for (unsigned n = 0; n < MANY && !race_over(); n++) {
			int prot = n % 2 ? RW : RW | PROT_EXEC;
			mmap(region + n * page, page, prot, PRIVATE | MAP_FIXED, -1, 0);
		}
		store(word(0), 1);
		mprotect(region, page, PROT_READ);
		munmap(region, MANY * page);
	}
}

static void store_to_first(struct racer *racer)
{
	for (; !race_over(); racer->count++)
		store(word(0), racer->count);
}

static const char *lookup_while_unmapped(const struct trial *trial)
{
	begin(MANY);
	struct racer racers[] = { { .run = store_to_first }, { .run = map_many_and_unmap }, { .run = store_to_first } };
	return race(racers, 3, trial->ns, "done");
}

/* A page table of its own for few pages, made and freed as fast as it goes, with faults below it. */
static void make_and_free_tables(struct racer *racer)
{
	for (; !race_over(); racer->count++) {
		mmap(region, region_bytes, RW, PRIVATE | MAP_FIXED, -1, 0);
		store(word(0), 1);
		munmap(region, region_bytes);
	}
}

static const char *fault_while_tables_go(const struct trial *trial)
{
	begin(PAGES);
	struct racer racers[] = {
		{ .run = make_and_free_tables },
		{ .run = touch_all, .seed = trial->seed },
		{ .run = touch_all, .seed = trial->seed },
	};
	return race(racers, 3, trial->ns, "done");
}

const struct directed directed_races[] = {
	{ "discard-twice", discard_twice, no_event },
	{ "protect-after-discards", protect_after_discards, NULL },
	{ "exchange-while-moved", exchange_while_moved, NULL },
	{ "add-while-forked", add_while_forked, NULL },
	{ "lookup-while-unmapped", lookup_while_unmapped, NULL },
	{ "fault-while-tables-go", fault_while_tables_go, NULL },
	{ .name = NULL },
};
