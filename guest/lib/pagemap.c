#define _GNU_SOURCE
#include "pagemap.h"

#include "rig.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Documentation/admin-guide/mm/pagemap.rst */
#define PRESENT ((uint64_t)1 << 63)
#define SWAPPED ((uint64_t)1 << 62)
#define EXCLUSIVE ((uint64_t)1 << 56)
#define FRAME (((uint64_t)1 << 55) - 1)
#define FLAG_KSM ((uint64_t)1 << 21)

static uint64_t word_of(const char *path, uint64_t index)
{
	uint64_t word = 0;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	if (pread(file, &word, sizeof word, (off_t)(index * sizeof word)) != sizeof word)
		word = 0;
	close(file);
	return word;
}

static uint64_t entry_of(const char *page)
{
	return word_of("/proc/self/pagemap", (uintptr_t)page / rig_page_size());
}

bool pagemap_swapped(const char *page)
{
	return entry_of(page) & SWAPPED;
}

bool pagemap_exclusive(const char *page)
{
	return (entry_of(page) & (PRESENT | EXCLUSIVE)) == (PRESENT | EXCLUSIVE);
}

/* For a swap entry mincore() asks the swap cache (mincore_pte_range(), mm/mincore.c). */
bool pagemap_in_memory(char *page)
{
	unsigned char resident = 0;
	return mincore(page, rig_page_size(), &resident) == 0 && (resident & 1);
}

bool pagemap_merged(const char *page)
{
	uint64_t entry = entry_of(page);
	return (entry & PRESENT) && (entry & FRAME) && (word_of("/proc/kpageflags", entry & FRAME) & FLAG_KSM);
}
