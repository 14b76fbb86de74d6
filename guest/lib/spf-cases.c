#define _GNU_SOURCE
#include "spf-scene.h"

#include "maps.h"
#include "pagemap.h"
#include "rig.h"
#include "settings.h"

#include <fcntl.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *second_touch(struct scene *scene)
{
	return play(scene, begun() + pages(1), PAGES - 1);
}

static const char *zero_page(struct scene *scene)
{
	char *region = begun();
	read_pages(region, PAGES);
	return play(scene, region + pages(1), PAGES - 1);
}

__attribute__((noreturn)) static int wait_for_ever(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

/* A child that shares the pages copy-on-write, until we die. */
static const char *shared_with_child(struct scene *scene)
{
	char *region = all_written();
	return company_of_child(scene, region, 0) ? play(scene, region, PAGES) : "fork failed";
}

/* The pages are ours alone again but still write-protected. */
static const char *child_gone(struct scene *scene)
{
	char *region = all_written();
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	siginfo_t info;
	waitid(P_PID, (id_t)child, &info, WEXITED);
	return play(scene, region, PAGES);
}

static const char *protected_and_back(struct scene *scene)
{
	char *region = all_written();
	mprotect(region, pages(PAGES), PROT_READ);
	mprotect(region, pages(PAGES), RW);
	return play(scene, region, PAGES);
}

static const char *zapped(struct scene *scene)
{
	char *region = all_written();
	madvise(region, pages(PAGES), MADV_DONTNEED);
	return play(scene, region, PAGES);
}

/* mprotect of the upper part splits the VMA; both halves have the anon_vma. */
static const char *split(struct scene *scene)
{
	char *region = begun();
	mprotect(region + pages(4), pages(PAGES - 4), PROT_READ);
	return play(scene, region + pages(4), PAGES - 4);
}

/* A fresh mapping in a hole between two halves merges with them (vma_merge) and takes their anon_vma over. */
static const char *hole_filled(struct scene *scene)
{
	char *region = all_written();
	munmap(region + pages(2), pages(4));
	map_at(region + pages(2), pages(4), RW, MAP_ANONYMOUS, -1);
	return play(scene, region + pages(2), 4);
}

static const char *moved(struct scene *scene)
{
	char *region = begun(), *target = PLACE + 4 * PMD_SPAN;
	/* Keeps the target's page table alive, whatever mremap does with the moved PMD. */
	map_at(target + pages(2 * PAGES), pages(1), RW, MAP_ANONYMOUS, -1);
	write_pages(target + pages(2 * PAGES), 1);
	if (mremap(region, pages(PAGES), pages(PAGES), MREMAP_MAYMOVE | MREMAP_FIXED, target) != target)
		return "mremap failed";
	return play(scene, target + pages(1), PAGES - 1);
}

static const char *heap(struct scene *scene)
{
	char *start = sbrk((intptr_t)(2 * PMD_SPAN));
	if (start == (char *)-1)
		return "the heap cannot grow";
	/* Within one PMD, away from what malloc may use. */
	char *region = (char *)(((uintptr_t)start + PMD_SPAN - 1) & ~(PMD_SPAN - 1));
	write_pages(region, 1);
	return play(scene, region + pages(1), PAGES - 1);
}

/* Another process, not a thread, in the same mm: mm_users is what counts. */
static const char *address_space_shared(struct scene *scene)
{
	char *stack = rig_buffer(pages(4));
	scene->companion = clone(wait_for_ever, stack + pages(4), CLONE_VM | SIGCHLD, NULL);
	if (scene->companion < 0)
		return "clone(CLONE_VM) failed";
	return second_touch(scene);
}

static const char *first_write(struct scene *scene)
{
	return play(scene, anonymous(pages(PAGES)), 1);
}

/* Reading gives the zero page and no anon_vma, so every read of such a VMA is as the first. */
static const char *only_reads(struct scene *scene)
{
	char *region = anonymous(pages(PAGES));
	read_pages(region, 1);
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *new_page_table(struct scene *scene)
{
	char *region = anonymous(4 * PMD_SPAN);
	write_pages(region, 1);
	return play(scene, region + 2 * PMD_SPAN, 1);
}

/* So far away that a table of a higher level is missing as well; nothing of it is ever used. */
static const char *far_away(struct scene *scene, size_t distance)
{
	char *region = map_at(PLACE, distance + pages(1), RW, MAP_ANONYMOUS | MAP_NORESERVE, -1);
	if (!region)
		return "so much address space is refused";
	write_pages(region, 1);
	return play(scene, region + distance, 1);
}

static const char *new_pmd_table(struct scene *scene)
{
	return far_away(scene, (size_t)2 << 30);
}

static const char *new_pud_table(struct scene *scene)
{
	return far_away(scene, (size_t)1 << 40);
}

static const char *grows_down(struct scene *scene)
{
	char *region = map_at(PLACE, pages(PAGES), RW, MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
	if (!region)
		return "MAP_GROWSDOWN is refused";
	write_pages(region, 1);
	return play(scene, region + pages(1), PAGES - 1);
}

/* The lowest page is touched first, which grows the stack over the others. */
__attribute__((noinline)) static const char *main_stack(struct scene *scene)
{
	enum { SPAN = 4 << 20 };
	volatile char deep[SPAN];
	uintptr_t lowest = (uintptr_t)deep & ~(rig_page_size() - 1);
	/* Within 2 MiB, the smallest PMD. */
	uintptr_t start = (lowest + (2 << 20) - 1) & ~(uintptr_t)((2 << 20) - 1);
	write_pages((char *)start, 1);
	return play(scene, (char *)start + pages(1), PAGES - 1);
}

/* Written: a private file page that was never read is copied at once (do_cow_fault), one page a fault. */
static const char *private_file(struct scene *scene)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char *region = map_at(PLACE, pages(PAGES), RW, MAP_PRIVATE, file);
	if (!region)
		return "the program's own file cannot be mapped";
	write_pages(region, 1);
	return play(scene, region + pages(1), PAGES - 1);
}

/* Read first: the pages of the file are there, write-protected. */
static const char *private_file_copy(struct scene *scene)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char *region = map_at(PLACE, pages(PAGES), RW, MAP_PRIVATE, file);
	if (!region)
		return "the program's own file cannot be mapped";
	write_pages(region, 1);
	read_pages(region, PAGES);
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *shared_anonymous(struct scene *scene)
{
	char *region = map_at(PLACE, pages(PAGES), RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (!region)
		return "shared anonymous memory is refused";
	write_pages(region, 1);
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *private_memfd(struct scene *scene)
{
	int file = memfd_create("spf-counters", MFD_CLOEXEC);
	if (file < 0 || ftruncate(file, (off_t)pages(PAGES)))
		return "memfd_create is refused";
	char *region = map_at(PLACE, pages(PAGES), RW, MAP_PRIVATE, file);
	if (!region)
		return "a memfd cannot be mapped";
	write_pages(region, 1);
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *huge_pages(struct scene *scene)
{
	if (!setting_change("/proc/sys/vm/nr_hugepages", "16"))
		return "no huge pages can be reserved (vm.nr_hugepages)";
	char *region = map_at(PLACE, 2 * PMD_SPAN, RW, MAP_ANONYMOUS | MAP_HUGETLB, -1);
	return region ? play(scene, region, 1) : "too few huge pages could be reserved (vm.nr_hugepages)";
}

static void *serve_missing(void *argument)
{
	int fault_file = (int)(intptr_t)argument;
	char *page = rig_buffer(pages(1));
	struct uffd_msg message;
	while (read(fault_file, &message, sizeof message) == sizeof message) {
		struct uffdio_copy copy = {
			.dst = message.arg.pagefault.address & ~(rig_page_size() - 1),
			.src = (uintptr_t)page,
			.len = pages(1),
		};
		ioctl(fault_file, UFFDIO_COPY, &copy);
	}
	return NULL;
}

static const char *userfault(struct scene *scene)
{
	enum { USER_MODE_ONLY = 1 };
	char *region = begun();
	int fault_file = (int)syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY);
	if (fault_file < 0)
		fault_file = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fault_file < 0)
		return "userfaultfd is absent or not allowed";
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register wanted = {
		.range = { (uintptr_t)region, pages(PAGES) },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	if (ioctl(fault_file, UFFDIO_API, &api) || ioctl(fault_file, UFFDIO_REGISTER, &wanted))
		return "userfaultfd does not register anonymous memory";
	pthread_t server;
	if (pthread_create(&server, NULL, serve_missing, (void *)(intptr_t)fault_file))
		return "no thread for userfaultfd";
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *with_policy(struct scene *scene, int policy)
{
	char *region = begun();
	unsigned long nodes = 1;
	if (syscall(SYS_mbind, region, pages(PAGES), policy, &nodes, 8 * sizeof nodes, 0))
		return "mbind is refused (no NUMA in this kernel)";
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *interleaved(struct scene *scene)
{
	return with_policy(scene, MPOL_INTERLEAVE);
}

static const char *bound(struct scene *scene)
{
	return with_policy(scene, MPOL_BIND);
}

static const char *interleaved_task(struct scene *scene)
{
	unsigned long nodes = 1;
	if (syscall(SYS_set_mempolicy, MPOL_INTERLEAVE, &nodes, 8 * sizeof nodes))
		return "set_mempolicy is refused (no NUMA in this kernel)";
	return second_touch(scene);
}

static const char *huge_enabled(void)
{
	char text[64] = "";
	int file = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, text, sizeof text - 1) <= 0)
		return "the kernel has no transparent huge pages";
	close(file);
	return strstr(text, "[never]") ? "transparent huge pages are off" : NULL;
}

static const char *transparent_huge(struct scene *scene)
{
	const char *reason = huge_enabled();
	if (reason)
		return reason;
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	char *region = anonymous(4 * PMD_SPAN);
	if (madvise(region, 4 * PMD_SPAN, MADV_HUGEPAGE))
		return "MADV_HUGEPAGE is refused";
	write_pages(region, 1);
	return play(scene, region + 2 * PMD_SPAN, 1);
}

/* Of a huge page that a child shares: the PMD maps it, write-protected. */
static const char *transparent_huge_copy(struct scene *scene)
{
	const char *reason = transparent_huge(scene);
	if (reason)
		return reason;
	/* The first page was written; the next one is there only if that was a huge one. */
	if (!pagemap_in_memory(PLACE + pages(1)))
		return "no huge page was to be had";
	return company_of_child(scene, PLACE, 0) ? play(scene, PLACE + pages(1), 1) : "fork failed";
}

/* find_vma() gives the mapping above the hole. */
static const char *hole_below(struct scene *scene)
{
	char *region = begun();
	munmap(region + pages(1), pages(4));
	return play(scene, region + pages(1), 4);
}

static void note_end(const struct maps_line *line, void *highest)
{
	/* x86's vsyscall page is listed and has no VMA. */
	if (line->end < (uint64_t)1 << 63)
		*(uint64_t *)highest = line->end;
}

/* Above everything: find_vma() gives nothing. */
static const char *above_all(struct scene *scene)
{
	uint64_t highest = 0;
	begun();
	int maps = maps_open();
	maps_each(maps, 0, UINT64_MAX, note_end, &highest);
	close(maps);
	char *page = (char *)(uintptr_t)(highest + pages(1));
	/* Could it be mapped, then it is an address of user space. */
	void *probe = mmap(page, pages(1), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (probe != page)
		return "the highest mapping ends where the addresses of user space end";
	munmap(page, pages(1));
	return play(scene, page, 1);
}

static const char *read_only(struct scene *scene)
{
	char *region = begun();
	mprotect(region, pages(PAGES), PROT_READ);
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *read_only_present(struct scene *scene)
{
	char *region = all_written();
	mprotect(region, pages(PAGES), PROT_READ);
	return play(scene, region, PAGES);
}

static const char *no_access(struct scene *scene)
{
	char *region = begun();
	mprotect(region, pages(PAGES), PROT_NONE);
	return play(scene, region + pages(1), PAGES - 1);
}

static const char *write_only(struct scene *scene)
{
	char *region = begun();
	mprotect(region, pages(PAGES), PROT_WRITE);
	return play(scene, region + pages(1), PAGES - 1);
}

/* A key of ours that allows nothing to this thread, on the whole region. */
static const char *lock_up(char *region)
{
	enum { DISABLE_ACCESS = 1 };
	long key = syscall(SYS_pkey_alloc, 0, DISABLE_ACCESS);
	if (key < 0)
		return "this kernel or CPU has no protection keys";
	return syscall(SYS_pkey_mprotect, region, pages(PAGES), RW, key) ? "pkey_mprotect is refused" : NULL;
}

static const char *locked_present(struct scene *scene)
{
	char *region = all_written();
	const char *reason = lock_up(region);
	return reason ? reason : play(scene, region, PAGES);
}

static const char *locked_absent(struct scene *scene)
{
	char *region = begun();
	const char *reason = lock_up(region);
	return reason ? reason : play(scene, region + pages(1), PAGES - 1);
}

const struct spf_case spf_cases_usual[] = {
	/* What the speculative path is for. */
	{ .name = "second-touch-write",
	  .arrange = second_touch,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },
	{ .name = "second-touch-read",
	  .arrange = second_touch,
	  .facts = { ANON, .pte = "none", .prot = RW } },
	{ .name = "read-only-vma-read",
	  .arrange = read_only,
	  .facts = { ANON, .pte = "none", .prot = PROT_READ } },
	{ .name = "zero-page-write",
	  .arrange = zero_page,
	  .facts = { ANON, .pte = "zero", .write = true, .prot = RW } },
	{ .name = "cow-shared-with-child",
	  .arrange = shared_with_child,
	  .facts = { ANON, .pte = "present", .write = true, .prot = RW } },
	{ .name = "cow-child-gone",
	  .arrange = child_gone,
	  .facts = { ANON, .pte = "present", .write = true, .prot = RW } },
	{ .name = "protect-round-trip-write",
	  .arrange = protected_and_back,
	  .facts = { ANON, .pte = "present", .write = true, .prot = RW } },
	{ .name = "zapped-write",
	  .arrange = zapped,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },
	{ .name = "split-vma-read",
	  .arrange = split,
	  .facts = { ANON, .pte = "none", .prot = PROT_READ } },
	{ .name = "write-only-vma-read",
	  .arrange = write_only,
	  .facts = { ANON, .pte = "none", .prot = PROT_WRITE } },
	{ .name = "filled-hole-write",
	  .arrange = hole_filled,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },
	{ .name = "moved-write",
	  .arrange = moved,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },
	{ .name = "heap-write",
	  .arrange = heap,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },
	{ .name = "mm-shared-by-process",
	  .arrange = address_space_shared, .brings_company = true,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },

	/* What must go the classic way. */
	{ .name = "single-thread",
	  .arrange = second_touch,
	  .facts = { .vma_kind = "anon", .threads = 1, .pte = "none", .write = true, .prot = RW } },
	{ .name = "sysctl-off",
	  .arrange = second_touch, .sysctl_off = true,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW } },
	{ .name = "first-write",
	  .arrange = first_write,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .no_anon_vma = true, .no_page_table = true } },
	{ .name = "only-reads",
	  .arrange = only_reads,
	  .facts = { ANON, .pte = "none", .prot = RW, .no_anon_vma = true } },
	{ .name = "new-page-table",
	  .arrange = new_page_table,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .no_page_table = true } },
	{ .name = "new-pmd-table",
	  .arrange = new_pmd_table,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .no_page_table = true } },
	{ .name = "new-pud-table",
	  .arrange = new_pud_table,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .no_page_table = true } },
	{ .name = "grows-down",
	  .arrange = grows_down,
	  .facts = { .vma_kind = "stack", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "main-stack",
	  .arrange = main_stack,
	  .facts = { .vma_kind = "stack", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "private-file",
	  .arrange = private_file,
	  .facts = { .vma_kind = "file", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "private-file-copy",
	  .arrange = private_file_copy,
	  .facts = { .vma_kind = "file", .threads = 2, .pte = "present", .write = true, .prot = RW } },
	{ .name = "shared-anonymous",
	  .arrange = shared_anonymous,
	  .facts = { .vma_kind = "shmem", .threads = 2, .pte = "none", .write = true, .prot = RW, .no_anon_vma = true } },
	{ .name = "private-memfd",
	  .arrange = private_memfd,
	  .facts = { .vma_kind = "shmem", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "huge-page",
	  .arrange = huge_pages, .changes_settings = true,
	  .facts = { .vma_kind = "hugetlb", .threads = 2, .pte = "none", .write = true, .prot = RW, .no_anon_vma = true, .no_page_table = true, .huge_pmd = true } },
	{ .name = "userfault-missing",
	  .arrange = userfault, .brings_company = true,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .uffd_missing = true } },
	{ .name = "interleave",
	  .arrange = interleaved,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .interleave = true, .vma_policy = true } },
	{ .name = "interleave-task",
	  .arrange = interleaved_task,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .interleave = true } },
	{ .name = "bound-policy",
	  .arrange = bound,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .vma_policy = true } },
	{ .name = "transparent-huge",
	  .arrange = transparent_huge,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .no_page_table = true, .huge_pmd = true } },
	{ .name = "transparent-huge-copy",
	  .arrange = transparent_huge_copy,
	  .facts = { ANON, .pte = "present", .write = true, .prot = RW, .no_page_table = true, .huge_pmd = true } },
	{ .name = "copy-to-user",
	  .arrange = second_touch,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .in_kernel = true } },
	{ .name = "copy-from-user",
	  .arrange = second_touch,
	  .facts = { ANON, .pte = "none", .prot = RW, .in_kernel = true } },
	{ .name = "hole-below",
	  .arrange = hole_below,
	  .facts = { ANON, .pte = "none", .prot = RW, .out_of_bounds = true } },
	{ .name = "above-all",
	  .arrange = above_all,
	  .facts = { .vma_kind = "none", .threads = 2, .pte = "none", .no_anon_vma = true, .no_page_table = true, .out_of_bounds = true } },
	{ .name = "key-refuses-present",
	  .arrange = locked_present,
	  .facts = { ANON, .pte = "present", .prot = RW, .key_refuses = true } },

	/* Decided on the speculative side, by SIGSEGV: perf counts it, vmstat does not. */
	{ .name = "read-only-vma-write",
	  .arrange = read_only,
	  .facts = { ANON, .pte = "none", .write = true, .prot = PROT_READ } },
	{ .name = "read-only-page-write",
	  .arrange = read_only_present,
	  .facts = { ANON, .pte = "present", .write = true, .prot = PROT_READ } },
	{ .name = "no-access-read",
	  .arrange = no_access,
	  .facts = { ANON, .pte = "none", .prot = PROT_NONE } },
	{ .name = "key-refuses-absent",
	  .arrange = locked_absent,
	  .facts = { ANON, .pte = "none", .prot = RW, .key_refuses = true } },
	{ .name = NULL },
};
