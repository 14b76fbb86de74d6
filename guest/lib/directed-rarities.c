/*
 * Kinds of memory and of forks that few programs have and that the series touches nevertheless. Each makes one, in a
 * process in which faults can be speculative, and looks whether everybody still has their data.
 */
#define _GNU_SOURCE
#include "directed-place.h"

#include "events.h"
#include "guard.h"
#include "rig.h"
#include "settings.h"
#include "uring.h"

#include <fcntl.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MAP_HUGETLB
#define MAP_HUGETLB 0x40000
#endif

enum { PAGES = 8 };

static void begin(void)
{
	keep_company();
	place_begin(PAGES * rig_page_size());
	for (unsigned page = 0; page < PAGES; page++)
		store(word(page), page + 1);
}

/* Whether a child finds everything well. With `sharing` CLONE_FILES it has no copy of what its parent has opened. */
static bool child_well(unsigned long sharing, bool (*look)(void))
{
	pid_t child = (pid_t)syscall(SYS_clone, sharing | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(look() ? 0 : 1);
	}
	int status;
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool has(unsigned page, uint64_t value)
{
	uint64_t got;
	return guard_load(word(page), &got) && got == value;
}

static const char *kept(bool well)
{
	return well ? "data-kept" : "data-lost";
}

/* --- MADV_DONTFORK: dup_mmap() leaves a VMA out, and its neighbours in --- */

enum { LEFT_OUT = 3 };

static bool all_but_one(void)
{
	uint64_t value;
	if (guard_load(word(LEFT_OUT), &value) || guard_last.code != SEGV_MAPERR)
		return false;
	for (unsigned page = 0; page < PAGES; page++)
		if (page != LEFT_OUT && !has(page, page + 1))
			return false;
	return true;
}

static const char *fork_leaves_out(const struct trial *trial)
{
	(void)trial;
	begin();
	if (madvise((void *)(uintptr_t)word(LEFT_OUT), rig_page_size(), MADV_DONTFORK))
		rig_broken("MADV_DONTFORK is refused: %m");
	bool well = child_well(0, all_but_one);
	return kept(well && has(LEFT_OUT, LEFT_OUT + 1));
}

/* --- fork() tells userfaultfd, and nobody listens any more: parent and child are let go --- */

static int events;

static void *close_when_told(void *unused)
{
	struct pollfd ready = { .fd = events, .events = POLLIN };
	while (poll(&ready, 1, -1) <= 0)
		;
	close(events);
	return unused;
}

static bool untouched_is_empty(void)
{
	return has(0, 1) && has(PAGES - 1, 0);
}

static const char *fork_while_events_close(const struct trial *trial)
{
	(void)trial;
	begin();
	madvise((void *)(uintptr_t)word(PAGES - 1), rig_page_size(), MADV_DONTNEED);
	events = events_open(UFFD_FEATURE_EVENT_FORK);
	events_register(events, region, region_bytes);
	pthread_t closer;
	if (pthread_create(&closer, NULL, close_when_told, NULL))
		rig_broken("cannot start a thread: %m");
	/* A child with a file of its own would keep the listener alive, whom it waits for. */
	bool well = child_well(CLONE_FILES, untouched_is_empty);
	return kept(well && untouched_is_empty());
}

static const char *no_fork_events(const struct trial *trial)
{
	(void)trial;
	return events_refused(UFFD_FEATURE_EVENT_FORK);
}

/* --- files --- */

/* An empty file on a file system of its own, which nobody else sees. */
static int private_file(const char *type, const char *data, size_t bytes)
{
	char place[] = "/tmp/directed-XXXXXX", name[sizeof place + 8];
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		rig_broken("no mount namespace of our own: %m");
	if (!mkdtemp(place) || mount("none", place, type, 0, data))
		rig_broken("cannot mount %s: %m", type);
	snprintf(name, sizeof name, "%s/file", place);
	int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0 || ftruncate(file, (off_t)bytes))
		rig_broken("cannot make a file on %s: %m", type);
	/* Not busy any more, and gone with the namespace. */
	umount2(place, MNT_DETACH);
	rmdir(place);
	return file;
}

static bool file_has(int file, size_t at, uint64_t value)
{
	uint64_t got;
	return pread(file, &got, sizeof got, (off_t)at) == sizeof got && got == value;
}

/* A page that is there to be read: the store asks the file system first (page_mkwrite). */
static const char *store_to_file_page(const struct trial *trial)
{
	(void)trial;
	keep_company();
	size_t page = rig_page_size();
	int file = private_file("ramfs", NULL, PAGES * page);
	char *mapped = mmap(NULL, PAGES * page, RW, MAP_SHARED, file, 0);
	if (mapped == MAP_FAILED)
		rig_broken("cannot map a file of ramfs: %m");
	bool well = true;
	for (unsigned n = 0; n < PAGES; n++) {
		volatile uint64_t *at = (volatile uint64_t *)(mapped + n * page);
		well &= *at == 0;
		*at = n + 1;
		well &= *at == n + 1 && file_has(file, n * page, n + 1);
	}
	return kept(well);
}

enum { HUGE_PAGES = 2 };

static size_t huge_page_size(void)
{
	unsigned long bytes = 0;
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
	if (file) {
		if (fscanf(file, "%lu", &bytes) != 1)
			bytes = 0;
		fclose(file);
	}
	return bytes;
}

static const char *store_to_huge_file_page(const struct trial *trial)
{
	(void)trial;
	keep_company();
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	size_t huge = huge_page_size(), bytes = HUGE_PAGES * huge;
	int file = private_file("tmpfs", "huge=always", bytes);
	char *space = mmap(NULL, bytes + huge, PROT_NONE, PRIVATE, -1, 0);
	char *aligned = (char *)(((uintptr_t)space + huge - 1) / huge * huge);
	char *mapped = mmap(aligned, bytes, RW, MAP_SHARED | MAP_FIXED, file, 0);
	if (mapped == MAP_FAILED)
		rig_broken("cannot map a file of tmpfs: %m");
	bool well = true;
	for (size_t at = 0; at < bytes; at += huge / 4) {
		well &= *(volatile uint64_t *)(mapped + at) == 0;
		*(volatile uint64_t *)(mapped + at) = at + 1;
		well &= file_has(file, at, at + 1);
	}
	return kept(well);
}

/* Root in a container may be refused as well, so it is tried, by a process that may be left in another namespace. */
static const char *no_mounts(const struct trial *trial)
{
	(void)trial;
	pid_t child = fork();
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0)
		_exit(unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		      mount("none", "/tmp", "ramfs", 0, NULL));
	int status = 1;
	bool well = waitpid(child, &status, 0) == child && status == 0;
	return well ? NULL : "mounting is refused (not root, or in a container)";
}

static const char *no_huge_files(const struct trial *trial)
{
	return huge_page_size() ? no_mounts(trial) : "no transparent huge pages in this kernel";
}

/* --- a page of hugetlbfs that is locked: VM_LOCKED is taken from it again (mmap_region(), mm/mmap.c) --- */

static const char *store_to_locked_huge_page(const struct trial *trial)
{
	(void)trial;
	keep_company();
	if (!setting_change("/proc/sys/vm/nr_hugepages", "2"))
		rig_broken("cannot have pages of hugetlbfs");
	volatile uint64_t *mapped = mmap(NULL, 1, RW, PRIVATE | MAP_HUGETLB | MAP_LOCKED, -1, 0);
	bool there = (void *)mapped != MAP_FAILED;
	if (there)
		*mapped = 1;
	const char *word = there ? kept(*mapped == 1) : "no-huge-page";
	settings_restore();
	return word;
}

static const char *no_locked_huge_page(const struct trial *trial)
{
	if (!trial->may_set)
		return SETTINGS_REFUSED;
	return access("/proc/sys/vm/nr_hugepages", W_OK) ? "no hugetlbfs in this kernel" : NULL;
}

/* --- memory policies --- */

static bool only_node(unsigned long node, int how)
{
	unsigned long nodes = 1ul << node;
	return syscall(SYS_set_mempolicy, how, &nodes, 8 * sizeof nodes) == 0;
}

/* Pages of shared memory are placed by the policy of the object, which is reached by a VMA that exists on the stack only. */
static const char *store_by_shared_policy(const struct trial *trial)
{
	(void)trial;
	keep_company();
	size_t bytes = PAGES * rig_page_size();
	unsigned long node = 1;
	char *mapped = mmap(NULL, bytes, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mapped == MAP_FAILED || syscall(SYS_mbind, mapped, bytes, MPOL_BIND, &node, 8 * sizeof node, 0))
		rig_broken("shared memory takes no policy: %m");
	bool well = true;
	for (size_t at = 0; at < bytes; at += rig_page_size()) {
		*(volatile uint64_t *)(mapped + at) = at + 1;
		well &= *(volatile uint64_t *)(mapped + at) == at + 1;
	}
	return kept(well);
}

static const char *no_policies(const struct trial *trial)
{
	(void)trial;
	bool refused = !only_node(0, MPOL_PREFERRED);
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
	return refused ? "no memory policies (no NUMA in this kernel)" : NULL;
}

/* Pages on the other node come to the CPU that uses them: hinting faults, which migrate. */
static void exchange_own(struct racer *racer)
{
	struct owned owned[PAGES] = { 0 };
	for (unsigned page = racer->number; page < PAGES; page += 2)
		owned[page].stored = page + 1;
	for (unsigned n = 0; !race_over() && !racer->verdict; n++) {
		unsigned page = (n * 2 + racer->number) % PAGES;
		if (!owned_exchange(&owned[page], word(page)))
			racer->verdict = "data-lost";
	}
}

static const char *exchange_while_balanced(const struct trial *trial)
{
	only_node(1, MPOL_BIND);
	begin();
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
	struct racer racers[] = { { .run = exchange_own }, { .run = exchange_own } };
	/* The kernel begins to look after a second (numa_balancing_scan_delay_ms, kernel/sched/fair.c). */
	return race(racers, 2, trial->ns + 2000000000u, "data-kept");
}

/* Whether it is on cannot be asked without CONFIG_SCHED_DEBUG (kernel/sysctl.c); numa_balancing=enable has it. */
static const char *no_second_node(const struct trial *trial)
{
	(void)trial;
	bool refused = !only_node(1, MPOL_BIND);
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
	return refused ? "this machine has one memory node (numa=fake=2)" : NULL;
}

#define CPUSETS "/sys/fs/cgroup"

/* mpol_rebind_mm(), mm/mempolicy.c, goes through all VMAs of a process that changes its cpuset. */
static void change_cpuset(struct racer *racer)
{
	for (; !race_over(); racer->count++) {
		setting_write(CPUSETS "/directed/cgroup.procs", "0");
		setting_write(CPUSETS "/cgroup.procs", "0");
	}
}

static const char *exchange_while_cpuset_changes(const struct trial *trial)
{
	begin();
	struct racer racers[] = { { .run = exchange_own }, { .run = exchange_own }, { .run = change_cpuset } };
	const char *word = race(racers, 3, trial->ns, "data-kept");
	setting_write(CPUSETS "/cgroup.procs", "0");
	return word;
}

static const char *no_cpusets(const struct trial *trial)
{
	if (!trial->may_set)
		return SETTINGS_REFUSED;
	bool there = setting_write(CPUSETS "/cgroup.subtree_control", "+cpuset") &&
		     (access(CPUSETS "/directed", F_OK) == 0 || mkdir(CPUSETS "/directed", 0755) == 0);
	return there ? NULL : "no cpusets here (cgroup2 at " CPUSETS ")";
}

/* --- a page that a device may write to: fork() must leave it to the parent (copy_present_page(), mm/memory.c) --- */

static bool inherited(void)
{
	return has(0, 1);
}

static const char *fork_while_pinned(const struct trial *trial)
{
	(void)trial;
	begin();
	struct uring ring;
	uring_begin(&ring);
	uring_pin(&ring, region, rig_page_size());
	bool well = child_well(0, inherited);
	store(word(0), 2);
	/* The kernel writes out what it has pinned, wherever our page table points by now. */
	int file = (int)syscall(SYS_memfd_create, "directed", 0);
	uring_write_pinned(&ring, file, region, sizeof(uint64_t));
	return kept(well && file_has(file, 0, 2));
}

static const char *no_rings(const struct trial *trial)
{
	(void)trial;
	return uring_refused();
}

const struct directed directed_rarities[] = {
	{ "fork-leaves-out", fork_leaves_out, NULL },
	{ "fork-while-events-close", fork_while_events_close, no_fork_events },
	{ "fork-while-pinned", fork_while_pinned, no_rings },
	{ "store-to-file-page", store_to_file_page, no_mounts },
	{ "store-to-huge-file-page", store_to_huge_file_page, no_huge_files },
	{ "store-to-locked-huge-page", store_to_locked_huge_page, no_locked_huge_page },
	{ "store-by-shared-policy", store_by_shared_policy, no_policies },
	{ "exchange-while-balanced", exchange_while_balanced, no_second_node },
	{ "exchange-while-cpuset-changes", exchange_while_cpuset_changes, no_cpusets },
	{ .name = NULL },
};
