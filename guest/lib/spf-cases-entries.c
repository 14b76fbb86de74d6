/* Cases whose page-table entries are as swap, KSM, NUMA balancing, userfaultfd or a tracer of dirty pages make them. */
#define _GNU_SOURCE
#include "spf-scene.h"

#include "code.h"
#include "cpus.h"
#include "pagemap.h"
#include "perf.h"
#include "rig.h"
#include "settings.h"
#include "swap.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Write-protected by /proc/PID/clear_refs, as checkpointing does it. */
static const char *soft_dirty(struct scene *scene)
{
	char *region = all_written();
	if (!setting_write("/proc/self/clear_refs", "4"))
		return "the kernel does not track soft-dirty pages";
	return play(scene, region, PAGES);
}

/* --- userfaultfd, write-protected --- */

static int fault_file;
static atomic_uint served;

static bool protect(uintptr_t start, size_t bytes, bool on)
{
	struct uffdio_writeprotect wanted = {
		.range = { start, bytes },
		.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};
	return ioctl(fault_file, UFFDIO_WRITEPROTECT, &wanted) == 0;
}

static void *serve_protected(void *unused)
{
	struct uffd_msg message;
	while (read(fault_file, &message, sizeof message) == sizeof message) {
		served++;
		protect(message.arg.pagefault.address & ~(rig_page_size() - 1), pages(1), false);
	}
	return unused;
}

static const char *uffd_protected(struct scene *scene)
{
	enum { USER_MODE_ONLY = 1 };
	char *region = all_written();
	fault_file = (int)syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY);
	if (fault_file < 0)
		fault_file = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fault_file < 0)
		return "userfaultfd is absent or not allowed";
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP };
	struct uffdio_register wanted = {
		.range = { (uintptr_t)region, pages(PAGES) },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	if (ioctl(fault_file, UFFDIO_API, &api) || ioctl(fault_file, UFFDIO_REGISTER, &wanted) ||
	    !protect((uintptr_t)region, pages(PAGES), true))
		return "userfaultfd does not write-protect here";
	pthread_t server;
	if (pthread_create(&server, NULL, serve_protected, NULL))
		return "no thread for userfaultfd";
	/* 5.10 says yes even where the entries have no bit for it (HAVE_ARCH_USERFAULTFD_WP) and nobody is asked. */
	write_pages(region, 1);
	return served ? play(scene, region + pages(1), PAGES - 1) : "userfaultfd does not write-protect here";
}

/* --- swap --- */

/* In the swap alone, and of nobody else. */
static const char *swapped(struct scene *scene)
{
	const char *reason = swap_on_zram();
	char *region = all_written();
	if (reason)
		return reason;
	return swap_out(region, PAGES) ? play(scene, region, PAGES) : "the pages would not go to the swap";
}

/* A child has them too, so they are read by the readahead; one page, as that may bring the next ones along. */
static const char *swapped_of_two(struct scene *scene)
{
	const char *reason = swapped(scene);
	if (reason)
		return reason;
	return company_of_child(scene, PLACE, 0) ? play(scene, PLACE, 1) : "fork failed";
}

/* A child has read them: they are in the swap cache. */
static const char *swap_cached(struct scene *scene)
{
	const char *reason = swapped(scene);
	if (reason)
		return reason;
	if (!company_of_child(scene, PLACE, PAGES))
		return "fork failed";
	for (unsigned n = 0; n < PAGES; n++)
		if (!pagemap_swapped(PLACE + pages(n)) || !pagemap_in_memory(PLACE + pages(n)))
			return "the pages did not stay in the swap cache";
	return play(scene, PLACE, PAGES);
}

static const char *swapped_code(struct scene *scene)
{
	const char *reason = swap_on_zram();
	if (!CODE_KNOWN || reason)
		return reason ? reason : CODE_UNKNOWN;
	char *region = map_at(PLACE, pages(PAGES), RW | PROT_EXEC, MAP_ANONYMOUS, -1);
	if (!region)
		return "memory to write and to execute is refused";
	for (unsigned n = 0; n < PAGES; n++)
		code_put_return(region + pages(n));
	return swap_out(region, PAGES) ? play(scene, region, PAGES) : "the pages would not go to the swap";
}

/* --- KSM --- */

#define KSM "/sys/kernel/mm/ksm/"

static bool wait_until_merged(char *region)
{
	enum { TRIES = 1000 };
	struct timespec pause = { 0, 10 * 1000 * 1000 };
	for (unsigned n = 0, merged = 0; n < TRIES; n++) {
		while (merged < PAGES && pagemap_merged(region + pages(merged)))
			merged++;
		if (merged == PAGES)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static const char *merged(struct scene *scene)
{
	char *region = all_written();
	if (madvise(region, pages(PAGES), MADV_MERGEABLE))
		return "the kernel has no KSM";
	if (!setting_change(KSM "sleep_millisecs", "0") || !setting_change(KSM "pages_to_scan", "1000") ||
	    !setting_change(KSM "run", "1"))
		return "KSM cannot be told to run";
	bool well = wait_until_merged(region);
	/* What is merged stays so. */
	setting_write(KSM "run", "0");
	return well ? play(scene, region, PAGES) : "KSM did not merge the pages";
}

/* --- NUMA balancing --- */

/*
 * The scanner runs in a thread that has used a CPU for a second or so, between two of its instructions, and goes through
 * the whole process (task_numa_work(), kernel/sched/fair.c). It was there when a page that was present faults.
 */
static bool wait_for_scan(char *probe)
{
	enum { SECONDS = 20 };
	struct timespec begin, now;
	int faults = perf_open(PERF_FAULTS);
	bool faulted = false;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		uint64_t before = perf_read(faults);
		read_pages(probe, 1);
		faulted = perf_read(faults) > before;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!faulted && faults >= 0 && now.tv_sec - begin.tv_sec < SECONDS);
	close(faults);
	return faulted;
}

/* Without SCHED_DEBUG 5.10 has no sysctl for it. */
static bool balances_since_boot(void)
{
	static char line[4096];
	int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t got = read(file, line, sizeof line - 1);
	close(file);
	line[got > 0 ? got : 0] = '\0';
	return strstr(line, "numa_balancing=enable") != NULL;
}

/*
 * A page that was just written waits in a list of the CPU where that was, which holds a reference, and NUMA balancing
 * leaves pages with another reference alone (change_pte_range(), mm/mprotect.c). zap_page_range() empties the list.
 */
static void settle(void)
{
	char *page = mmap(NULL, pages(1), RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		rig_broken("cannot map a page: %m");
	madvise(page, pages(1), MADV_DONTNEED);
	munmap(page, pages(1));
}

static const char *numa_hinted(struct scene *scene)
{
	cpus_pin(cpus_nth(0));
	char *region = all_written();
	settle();
	if (!setting_change("/proc/sys/kernel/numa_balancing", "1") && !balances_since_boot())
		return "NUMA balancing cannot be switched on (numa_balancing=enable on the kernel's command line does it)";
	/* The next scan is a second away. */
	return wait_for_scan(region) ? play(scene, region + pages(1), PAGES - 1) : "NUMA balancing did not look at the pages";
}

const struct spf_case spf_cases_entries[] = {
	{ .name = "soft-dirty-write",
	  .arrange = soft_dirty,
	  .facts = { ANON, .pte = "present", .write = true, .prot = RW } },
	{ .name = "userfault-write-protected",
	  .arrange = uffd_protected, .brings_company = true,
	  .facts = { ANON, .pte = "uffd-protected", .write = true, .prot = RW } },
	{ .name = "swap-synchronous-read",
	  .arrange = swapped, .changes_settings = true,
	  .facts = { ANON, .pte = "swap-sync", .prot = RW } },
	{ .name = "swap-synchronous-write",
	  .arrange = swapped, .changes_settings = true,
	  .facts = { ANON, .pte = "swap-sync", .write = true, .prot = RW } },
	{ .name = "swap-synchronous-fetch",
	  .arrange = swapped_code, .changes_settings = true,
	  .facts = { ANON, .pte = "swap-sync", .fetch = true, .prot = RW | PROT_EXEC } },
	{ .name = "swap-cached-read",
	  .arrange = swap_cached, .changes_settings = true,
	  .facts = { ANON, .pte = "swap-cached", .prot = RW } },
	{ .name = "swap-readahead-read",
	  .arrange = swapped_of_two, .changes_settings = true,
	  .facts = { ANON, .pte = "swap", .prot = RW } },
	{ .name = "merged-page-write",
	  .arrange = merged, .changes_settings = true,
	  .facts = { ANON, .pte = "shared-by-ksm", .write = true, .prot = RW } },
	{ .name = "numa-hint-read",
	  .arrange = numa_hinted, .changes_settings = true,
	  .facts = { ANON, .pte = "numa-hint", .prot = RW } },
	{ .name = NULL },
};
