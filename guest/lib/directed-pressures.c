/* Faults while something else than the process's own threads changes its pages: policies, swap, compaction, collapse. */
#define _GNU_SOURCE
#include "directed-place.h"

#include "random.h"
#include "rig.h"
#include "settings.h"
#include "swap.h"

#include <linux/mempolicy.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum { PAGES = 64 };

/* Of so many pages the last belongs to nobody: at least one in each huge page that the others are in, whatever their size. */
enum { SPARE = 32 };

/* Every other page is ours alone: what we stored last must be there. */
static void own_and_exchange(struct racer *racer)
{
	struct owned owned[PAGES] = { 0 };
	for (struct random random = random_seeded(racer->seed, racer->number); !race_over() && !racer->verdict;) {
		unsigned page = random_below(&random, PAGES) / 2 * 2 + racer->number % 2;
		if (page % SPARE == SPARE - 1)
			continue;
		if (!owned_exchange(&owned[page], word(page)))
			racer->verdict = "data-lost";
	}
}

static void map_and_unmap(struct racer *racer)
{
	for (; !race_over(); racer->count++) {
		munmap(region, region_bytes);
		mmap(region, region_bytes, RW, PRIVATE | MAP_FIXED, -1, 0);
	}
}

/* --- memory policy: freed by mbind() while a fault reads it --- */

static void change_policy(struct racer *racer)
{
	unsigned long node = 1;
	for (; !race_over(); racer->count++) {
		syscall(SYS_mbind, region, region_bytes, MPOL_BIND, &node, 8 * sizeof node, 0);
		madvise(region, region_bytes, MADV_DONTNEED);
		syscall(SYS_mbind, region, region_bytes, MPOL_PREFERRED, &node, 8 * sizeof node, 0);
	}
}

static const char *fault_while_policy_changes(const struct trial *trial)
{
	place_begin(PAGES * rig_page_size());
	struct racer racers[] = {
		{ .run = change_policy },
		{ .run = touch_all, .seed = trial->seed },
		{ .run = touch_all, .seed = trial->seed },
	};
	return race(racers, 3, trial->ns, "done");
}

static const char *no_policies(const struct trial *trial)
{
	(void)trial;
	unsigned long node = 1;
	void *page = mmap(NULL, rig_page_size(), RW, PRIVATE, -1, 0);
	long refused = syscall(SYS_mbind, page, rig_page_size(), MPOL_BIND, &node, 8 * sizeof node, 0);
	munmap(page, rig_page_size());
	return refused ? "mbind is refused (no NUMA in this kernel)" : NULL;
}

/* --- swap on zram: read in synchronously, which a speculative fault may do --- */

static const char *no_swap(const struct trial *trial)
{
	return trial->may_set ? swap_on_zram() : SETTINGS_REFUSED;
}

static void send_out(struct racer *racer)
{
	for (; !race_over(); racer->count++)
		madvise(region, region_bytes, MADV_PAGEOUT);
}

static const char *exchange_while_swapped(const struct trial *trial)
{
	place_begin(PAGES * rig_page_size());
	struct racer racers[] = {
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = send_out },
	};
	return race(racers, 3, trial->ns, "data-kept");
}

static const char *swap_in_while_unmapped(const struct trial *trial)
{
	place_begin(PAGES * rig_page_size());
	struct racer racers[] = {
		{ .run = touch_all, .seed = trial->seed },
		{ .run = map_and_unmap },
		{ .run = send_out },
	};
	return race(racers, 3, trial->ns, "done");
}

/* --- compaction: pages migrate under the threads --- */

#define COMPACT "/proc/sys/vm/compact_memory"

static const char *no_compaction(const struct trial *trial)
{
	if (!trial->may_set)
		return SETTINGS_REFUSED;
	return access(COMPACT, W_OK) ? "no compaction can be asked for here (" COMPACT ")" : NULL;
}

static void compact(struct racer *racer)
{
	for (; !race_over(); racer->count++)
		setting_write(COMPACT, "1");
}

static const char *exchange_while_migrated(const struct trial *trial)
{
	place_begin(PAGES * rig_page_size());
	struct racer racers[] = {
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = compact },
	};
	return race(racers, 3, trial->ns, "data-kept");
}

static const char *unmap_while_migrated(const struct trial *trial)
{
	place_begin(PAGES * rig_page_size());
	struct racer racers[] = {
		{ .run = touch_all, .seed = trial->seed },
		{ .run = map_and_unmap },
		{ .run = compact },
	};
	return race(racers, 3, trial->ns, "done");
}

/* --- khugepaged: page tables are taken away to make huge pages of them --- */

#define HUGE "/sys/kernel/mm/transparent_hugepage/"
#define HUGE_PAGE ((size_t)16 << 20) /* the largest of all architectures */

static const char *no_khugepaged(const struct trial *trial)
{
	if (!trial->may_set)
		return SETTINGS_REFUSED;
	bool eager = setting_write(HUGE "khugepaged/scan_sleep_millisecs", "0") &&
		     setting_write(HUGE "khugepaged/alloc_sleep_millisecs", "0") && setting_write(HUGE "enabled", "madvise");
	return eager ? NULL : "khugepaged cannot be told to hurry (no transparent huge pages, or not root)";
}

/* Splits what was collapsed: discards pages that nobody owns. */
static void split_again(struct racer *racer)
{
	for (struct timespec pause = { 0, 20 * 1000 * 1000 }; !race_over(); racer->count++) {
		nanosleep(&pause, NULL);
		for (unsigned page = SPARE - 1; page < PAGES; page += SPARE)
			madvise(region + page * rig_page_size(), rig_page_size(), MADV_DONTNEED);
	}
}

static const char *collapse(const struct trial *trial, void (*disturb)(struct racer *))
{
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	place_begin(HUGE_PAGE);
	/* Small pages first, so that there is something to collapse. */
	madvise(region, region_bytes, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < region_bytes; at += rig_page_size())
		*(volatile uint64_t *)(region + at) = 0;
	madvise(region, region_bytes, MADV_HUGEPAGE);
	struct racer racers[] = {
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = own_and_exchange, .seed = trial->seed },
		{ .run = disturb },
	};
	return race(racers, 3, trial->ns, "data-kept");
}

static const char *exchange_while_collapsed(const struct trial *trial)
{
	return collapse(trial, split_again);
}

/* khugepaged reads in what is not there: a few pages only (max_ptes_swap, an eighth of a huge page). */
enum { SWAPPED = 16 };

static void split_and_send_out(struct racer *racer)
{
	for (struct timespec pause = { 0, 20 * 1000 * 1000 }; !race_over(); racer->count++) {
		nanosleep(&pause, NULL);
		for (unsigned page = SPARE - 1; page < PAGES; page += SPARE)
			madvise(region + page * rig_page_size(), rig_page_size(), MADV_DONTNEED);
		madvise((void *)(uintptr_t)word(PAGES), SWAPPED * rig_page_size(), MADV_PAGEOUT);
	}
}

static const char *exchange_while_collapsed_from_swap(const struct trial *trial)
{
	return collapse(trial, split_and_send_out);
}

static const char *no_khugepaged_or_swap(const struct trial *trial)
{
	const char *reason = no_khugepaged(trial);
	return reason ? reason : no_swap(trial);
}

const struct directed directed_pressures[] = {
	{ "fault-while-policy-changes", fault_while_policy_changes, no_policies },
	{ "exchange-while-swapped", exchange_while_swapped, no_swap },
	{ "swap-in-while-unmapped", swap_in_while_unmapped, no_swap },
	{ "exchange-while-migrated", exchange_while_migrated, no_compaction },
	{ "unmap-while-migrated", unmap_while_migrated, no_compaction },
	{ "exchange-while-collapsed", exchange_while_collapsed, no_khugepaged },
	{ "exchange-while-collapsed-from-swap", exchange_while_collapsed_from_swap, no_khugepaged_or_swap },
	{ .name = NULL },
};
