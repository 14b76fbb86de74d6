/* A place where threads fault changes hands: another mapping is moved onto it, userfaultfd takes its faults over. */
#define _GNU_SOURCE
#include "directed-place.h"

#include "events.h"
#include "guard.h"
#include "random.h"
#include "rig.h"

#include <linux/userfaultfd.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PAGES = 8, MARK = 0x5bf };

/* --- mremap() onto a mapping: no page there is ever empty, so that a zero is one that a fault put in --- */

/* A new mapping without an empty page, far enough from the place to be no neighbour. */
static char *fill_source(uint64_t value)
{
	char *source = (char *)(uintptr_t)word(2 * PAGES);
	if (mmap(source, PAGES * rig_page_size(), RW, PRIVATE | MAP_FIXED, -1, 0) != source)
		rig_broken("cannot map the source: %m");
	for (unsigned page = 0; page < PAGES; page++)
		*word(2 * PAGES + page) = value;
	return source;
}

static void move_onto_place(struct racer *racer)
{
	size_t bytes = PAGES * rig_page_size();
	do {
		char *source = fill_source(++racer->count);
		if (mremap(source, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, region) != region)
			rig_broken("mremap failed: %m");
	} while (!race_over());
}

static void load_place(struct racer *racer)
{
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over() && !racer->verdict;) {
		uint64_t value;
		if (guard_load(word(random_below(&random, PAGES)), &value) && value == 0)
			racer->verdict = "zero-instead-of-data";
	}
}

static void exchange_place(struct racer *racer)
{
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over() && !racer->verdict;) {
		uint64_t old;
		if (guard_exchange(word(random_below(&random, PAGES)), MARK, &old) && old == 0)
			racer->verdict = "zero-instead-of-data";
	}
}

static const char *touch_while_moved_onto(const struct trial *trial)
{
	place_begin(3 * PAGES * rig_page_size());
	munmap(region, region_bytes);
	struct racer racers[] = {
		{ .run = load_place, .seed = trial->seed },
		{ .run = exchange_place, .seed = trial->seed },
		{ .run = move_onto_place },
	};
	return race(racers, 3, trial->ns, "data-kept");
}

/* --- userfaultfd: what is touched while the place is registered has the handler's mark --- */

static int events;
/* Odd: registered, and everything from before is gone. */
static uint64_t epoch;

static uint64_t epoch_now(void)
{
	return __atomic_load_n(&epoch, __ATOMIC_SEQ_CST);
}

static void register_and_unregister(struct racer *racer)
{
	struct uffdio_range range = { (uintptr_t)region, region_bytes };
	for (; !race_over(); racer->count++) {
		events_register(events, region, region_bytes);
		madvise(region, region_bytes, MADV_DONTNEED);
		__atomic_fetch_add(&epoch, 1, __ATOMIC_SEQ_CST);
		for (volatile unsigned pause = 0; pause < 20000; pause++)
			;
		__atomic_fetch_add(&epoch, 1, __ATOMIC_SEQ_CST);
		if (ioctl(events, UFFDIO_UNREGISTER, &range))
			rig_broken("userfaultfd cannot unregister: %m");
	}
}

/* Resolves with a page that has the mark. What is no longer registered is woken by that. */
static void resolve(struct racer *racer)
{
	uint64_t *page = rig_buffer(rig_page_size());
	*page = MARK;
	while (!race_over()) {
		struct pollfd ready = { .fd = events, .events = POLLIN };
		struct uffd_msg message;
		if (poll(&ready, 1, 10) <= 0 || read(events, &message, sizeof message) != sizeof message)
			continue;
		uint64_t at = message.arg.pagefault.address / rig_page_size() * rig_page_size();
		struct uffdio_copy copy = { .dst = at, .src = (uintptr_t)page, .len = rig_page_size() };
		struct uffdio_range range = { at, rig_page_size() };
		if (ioctl(events, UFFDIO_COPY, &copy))
			ioctl(events, UFFDIO_WAKE, &range);
		racer->count++;
	}
}

static void load_in_epoch(struct racer *racer)
{
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over() && !racer->verdict;) {
		uint64_t value, before = epoch_now();
		bool loaded = guard_load(word(random_below(&random, PAGES)), &value);
		if (loaded && value != MARK && before % 2 && before == epoch_now())
			racer->verdict = "event-missed";
	}
}

static const char *touch_while_registered(const struct trial *trial)
{
	events = events_open(0);
	place_begin(PAGES * rig_page_size());
	/* Only a VMA with an anon_vma has speculative faults. */
	store(word(0), 1);
	struct racer racers[] = {
		{ .run = load_in_epoch, .seed = trial->seed },
		{ .run = load_in_epoch, .seed = trial->seed },
		{ .run = resolve },
		{ .run = register_and_unregister },
	};
	return race(racers, 4, trial->ns, "events-kept");
}

static const char *no_events(const struct trial *trial)
{
	(void)trial;
	return events_refused(0);
}

const struct directed directed_handovers[] = {
	{ "touch-while-moved-onto", touch_while_moved_onto, NULL },
	{ "touch-while-registered", touch_while_registered, no_events },
	{ .name = NULL },
};
