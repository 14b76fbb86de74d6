#define _GNU_SOURCE
#include "spf-cases.h"

#include "rig.h"

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

enum { PAGES = 9 /* the first one is written beforehand */, RW = PROT_READ | PROT_WRITE };

/*
 * Everything happens between here and there: alone in its page tables, and with room for the largest PMD of all page
 * sizes (16 MiB on ppc64 with the hash MMU).
 */
#define PLACE ((char *)0x300000000000)
#define PMD_SPAN ((size_t)16 << 20)

static size_t pages(unsigned count)
{
	return count * rig_page_size();
}

static void write_pages(char *first, unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		*(volatile uint64_t *)(first + pages(n)) = 1;
}

static void read_pages(char *first, unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		(void)*(volatile uint64_t *)(first + pages(n));
}

static char *map_at(char *address, size_t bytes, int prot, int flags, int file)
{
	if (!(flags & (MAP_SHARED | MAP_PRIVATE)))
		flags |= MAP_PRIVATE;
	char *got = mmap(address, bytes, prot, flags | MAP_FIXED, file, 0);
	return got == MAP_FAILED ? NULL : got;
}

static char *anonymous(size_t bytes)
{
	char *got = map_at(PLACE, bytes, RW, MAP_ANONYMOUS, -1);
	if (!got)
		rig_broken("cannot map %zu bytes: %m", bytes);
	return got;
}

static const char *play(struct scene *scene, char *first, unsigned count)
{
	scene->first = first;
	scene->count = count;
	return NULL;
}

/* The usual scene: the first page is written, so anon_vma and page table are there; the others are untouched. */
static char *begun(void)
{
	char *region = anonymous(pages(PAGES));
	write_pages(region, 1);
	return region;
}

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

static char *all_written(void)
{
	char *region = anonymous(pages(PAGES));
	write_pages(region, PAGES);
	return region;
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
	scene->companion = fork();
	if (scene->companion < 0)
		return "fork failed";
	if (scene->companion == 0)
		wait_for_ever(NULL);
	return play(scene, region, PAGES);
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
	char *region = map_at(PLACE, 2 * PMD_SPAN, RW, MAP_ANONYMOUS | MAP_HUGETLB, -1);
	return region ? play(scene, region, 1) : "no huge pages are reserved (vm.nr_hugepages)";
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

static const char *interleaved(struct scene *scene)
{
	char *region = begun();
	unsigned long nodes = 1;
	if (syscall(SYS_mbind, region, pages(PAGES), MPOL_INTERLEAVE, &nodes, 8 * sizeof nodes, 0))
		return "mbind is refused (no NUMA in this kernel)";
	return play(scene, region + pages(1), PAGES - 1);
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

/* find_vma() gives the mapping above the hole. */
static const char *hole_below(struct scene *scene)
{
	char *region = begun();
	munmap(region + pages(1), pages(4));
	return play(scene, region + pages(1), 4);
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

#define ANON .vma_kind = "anon", .threads = 2

const struct spf_case spf_cases[] = {
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
	{ .name = "grows-down",
	  .arrange = grows_down,
	  .facts = { .vma_kind = "stack", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "main-stack",
	  .arrange = main_stack,
	  .facts = { .vma_kind = "stack", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "private-file",
	  .arrange = private_file,
	  .facts = { .vma_kind = "file", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "shared-anonymous",
	  .arrange = shared_anonymous,
	  .facts = { .vma_kind = "shmem", .threads = 2, .pte = "none", .write = true, .prot = RW, .no_anon_vma = true } },
	{ .name = "private-memfd",
	  .arrange = private_memfd,
	  .facts = { .vma_kind = "shmem", .threads = 2, .pte = "none", .write = true, .prot = RW } },
	{ .name = "huge-page",
	  .arrange = huge_pages,
	  .facts = { .vma_kind = "hugetlb", .threads = 2, .pte = "none", .write = true, .prot = RW, .no_anon_vma = true, .no_page_table = true, .huge_pmd = true } },
	{ .name = "userfault-missing",
	  .arrange = userfault, .brings_company = true,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .uffd_missing = true } },
	{ .name = "interleave",
	  .arrange = interleaved,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .interleave = true } },
	{ .name = "transparent-huge",
	  .arrange = transparent_huge,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .no_page_table = true, .huge_pmd = true } },
	{ .name = "copy-to-user",
	  .arrange = second_touch,
	  .facts = { ANON, .pte = "none", .write = true, .prot = RW, .in_kernel = true } },
	{ .name = "hole-below",
	  .arrange = hole_below,
	  .facts = { ANON, .pte = "none", .prot = RW, .out_of_bounds = true } },

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
	{ .name = NULL },
};
