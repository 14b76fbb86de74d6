/*
 * What is done while memory is short: each program does one thing again and again, and each time another allocation
 * fails, the first, the second, and so on until there are no more. Whatever fails, all data must be where it was.
 */
#define _GNU_SOURCE
#include "directed-place.h"

#include "guard.h"
#include "rig.h"
#include "settings.h"
#include "shortage.h"
#include "swap.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 8, ALLOCATIONS_MOST = 400 };

static void *at(unsigned page)
{
	return (void *)(uintptr_t)word(page);
}

static bool has(unsigned page, uint64_t value)
{
	uint64_t got;
	return guard_load(word(page), &got) && got == value;
}

/* A fresh place: every page but the last has its number, nothing else is mapped. */
static void arrange(void)
{
	munmap(region, region_bytes);
	mmap(region, PAGES * rig_page_size(), RW, PRIVATE | MAP_FIXED, -1, 0);
	for (unsigned page = 0; page + 1 < PAGES; page++)
		store(word(page), page + 1);
}

static bool arranged(void)
{
	for (unsigned page = 0; page + 1 < PAGES; page++)
		if (!has(page, page + 1))
			return false;
	return has(PAGES - 1, 0);
}

/*
 * Prepares, does, looks, until no allocation is left to fail. What is done returns whether it claims to have
 * been done, which the look is told.
 */
static const char *with_shortages(void (*prepare)(void), bool (*operate)(void), bool (*look)(bool done))
{
	for (unsigned n = 1; n <= ALLOCATIONS_MOST; n++) {
		prepare();
		shortage_begin(n);
		bool done = operate();
		bool failed = shortage_end();
		if (!look(done))
			return "data-lost";
		if (!failed)
			return done ? "data-kept" : "refused";
	}
	return "endless";
}

/* Each of its own page table, so that a move needs more than one. */
enum { APART = 3 };

static size_t table_pages(void)
{
	return rig_page_size() / sizeof(uint64_t);
}

static void begin(void)
{
	keep_company();
	place_begin(4 * APART * table_pages() * rig_page_size());
}

/* --- faults: a first touch, a copy of the zero page, a copy of a page that a child has too --- */

static pid_t child;

static void arrange_copies(void)
{
	arrange();
	*(volatile uint64_t *)at(0);
	child = fork();
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	madvise(at(1), rig_page_size(), MADV_DONTNEED);
	madvise(at(2), rig_page_size(), MADV_DONTNEED);
	uint64_t zero;
	guard_load(word(2), &zero);
}

static bool store_to_three(void)
{
	for (unsigned page = 0; page < 3; page++)
		store(word(page), 100 + page);
	return true;
}

static bool three_stored(bool done)
{
	(void)done;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	bool well = has(PAGES - 1, 0);
	for (unsigned page = 0; page + 1 < PAGES; page++)
		well &= has(page, page < 3 ? 100 + page : page + 1);
	return well;
}

static const char *store_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	return with_shortages(arrange_copies, store_to_three, three_stored);
}

/* The first write to a VMA makes its anon_vma. */
static void arrange_unwritten(void)
{
	munmap(region, region_bytes);
	mmap(region, PAGES * rig_page_size(), RW, PRIVATE | MAP_FIXED, -1, 0);
	uint64_t zero;
	guard_load(word(0), &zero);
}

static bool store_first(void)
{
	store(word(0), 7);
	return true;
}

static bool first_stored(bool done)
{
	(void)done;
	return has(0, 7) && has(1, 0);
}

static const char *first_store_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	return with_shortages(arrange_unwritten, store_first, first_stored);
}

static void arrange_swapped(void)
{
	arrange();
	if (!swap_out(region, 2))
		rig_broken("pages do not go out to swap");
}

static bool store_to_swapped(void)
{
	store(word(0), 100);
	return true;
}

static bool swapped_stored(bool done)
{
	(void)done;
	store(word(0), 1);
	return arranged();
}

static const char *swap_in_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	return with_shortages(arrange_swapped, store_to_swapped, swapped_stored);
}

static const char *no_swap(const struct trial *trial)
{
	const char *reason = trial->may_set ? shortage_allow() : SETTINGS_REFUSED;
	return reason ? reason : swap_on_zram();
}

/* --- calls --- */

/* A VMA over several page tables, a page in each. */
static void arrange_apart(void)
{
	munmap(region, region_bytes);
	mmap(region, APART * table_pages() * rig_page_size(), RW, PRIVATE | MAP_FIXED, -1, 0);
	for (unsigned n = 0; n < APART; n++)
		store(word(n * (unsigned)table_pages()), n + 1);
}

/* A page off, so that the entries are moved one by one into tables that have to be made (move_page_tables(), mm/mremap.c). */
static unsigned elsewhere_page(void)
{
	return 2 * APART * (unsigned)table_pages() + 1;
}

static void *elsewhere(void)
{
	return at(elsewhere_page());
}

static bool move(void)
{
	size_t bytes = APART * table_pages() * rig_page_size();
	return mremap(region, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere()) == elsewhere();
}

/* Until 6.17 a move that fails may have left its destination mapped and empty; the source has everything. */
static bool moved_or_not(bool done)
{
	unsigned tables = (unsigned)table_pages();
	for (unsigned n = 0; n < APART; n++)
		if (!has((done ? elsewhere_page() : 0) + n * tables, n + 1))
			return false;
	return true;
}

static const char *move_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	return with_shortages(arrange_apart, move, moved_or_not);
}

static bool split(void)
{
	return mprotect(at(2), rig_page_size(), PROT_READ) == 0;
}

static bool split_or_not(bool done)
{
	uint64_t old;
	return arranged() && guard_exchange(word(2), 3, &old) == !done;
}

static const char *split_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	return with_shortages(arrange, split, split_or_not);
}

static bool cut(void)
{
	return munmap(at(2), rig_page_size()) == 0;
}

static bool cut_or_not(bool done)
{
	for (unsigned page = 0; page + 1 < PAGES; page++)
		if (page != 2 && !has(page, page + 1))
			return false;
	uint64_t got;
	return guard_load(word(2), &got) ? !done && got == 3 : done;
}

static const char *unmap_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	return with_shortages(arrange, cut, cut_or_not);
}

static bool have_child(void)
{
	pid_t made = fork();
	if (made == 0)
		_exit(arranged() ? 0 : 1);
	int status = 1;
	if (made < 0)
		return false;
	/* The child is nobody's business but ours, and waiting for it allocates nothing. */
	while (waitpid(made, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		store(word(0), 0);
	return true;
}

static bool still_arranged(bool done)
{
	(void)done;
	return arranged();
}

#ifdef RSEQ_SIG
static char *thread_pointer(void)
{
#ifdef __powerpc64__
	register char *pointer __asm__("r13");
	__asm__("" : "=r"(pointer));
	return pointer;
#else
	return __builtin_thread_pointer();
#endif
}
#endif

/*
 * On its way back from the fork the kernel writes to the thread's rseq area, which has to be copied first; when that fails it
 * is SIGSEGV, on any kernel (__rseq_handle_notify_resume(), kernel/rseq.c).
 */
static void leave_rseq(void)
{
#ifdef RSEQ_SIG
	enum { UNREGISTER = 1 };
	if (__rseq_size)
		syscall(SYS_rseq, thread_pointer() + __rseq_offset, sizeof(struct rseq), UNREGISTER, RSEQ_SIG);
#endif
}

static const char *fork_while_short(const struct trial *trial)
{
	(void)trial;
	begin();
	leave_rseq();
	return with_shortages(arrange, have_child, still_arranged);
}

static const char *no_shortages(const struct trial *trial)
{
	return trial->may_set ? shortage_allow() : SETTINGS_REFUSED;
}

const struct directed directed_shortages[] = {
	{ "first-store-while-short", first_store_while_short, no_shortages },
	{ "store-while-short", store_while_short, no_shortages },
	{ "swap-in-while-short", swap_in_while_short, no_swap },
	{ "move-while-short", move_while_short, no_shortages },
	{ "split-while-short", split_while_short, no_shortages },
	{ "unmap-while-short", unmap_while_short, no_shortages },
	{ "fork-while-short", fork_while_short, no_shortages },
	{ .name = NULL },
};
