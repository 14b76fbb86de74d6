#define _GNU_SOURCE
#include "swap.h"

#include "cpus.h"
#include "pagemap.h"
#include "rig.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define ZRAM "/dev/zram0"

/* The header that mkswap(8) writes: union swap_header, include/linux/swap.h. */
static bool make_swap(uint64_t bytes)
{
	size_t page = rig_page_size();
	char *header = rig_buffer(page);
	uint32_t info[] = { 1 /* version */, (uint32_t)(bytes / page - 1) /* last page */, 0 /* bad pages */ };
	memcpy(header + 1024, info, sizeof info);
	memcpy(header + page - 10, "SWAPSPACE2", 10);
	int file = open(ZRAM, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool well = write(file, header, page) == (ssize_t)page && fsync(file) == 0;
	close(file);
	return well;
}

static bool in_use(void)
{
	static char text[4096];
	int file = open("/proc/swaps", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t got = read(file, text, sizeof text - 1);
	close(file);
	text[got > 0 ? got : 0] = '\0';
	return strstr(text, ZRAM) != NULL;
}

const char *swap_on_zram(void)
{
	bool there = in_use() || (setting_write("/sys/block/zram0/disksize", "64M") && make_swap(64u << 20) &&
				  !swapon(ZRAM, 0));
	return there ? NULL : "no swap on zram can be had here (no zram, or not root)";
}

static bool all_out(char *first, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		char *page = first + n * rig_page_size();
		if (!pagemap_swapped(page) || pagemap_in_memory(page))
			return false;
	}
	return true;
}

bool swap_out(char *first, unsigned count)
{
	enum { TRIES = 200 };
	struct timespec pause = { 0, 10 * 1000 * 1000 };
	for (unsigned n = 0; n < TRIES; n++) {
		/* A page that was just written waits in a list of the CPU where that was (lru_pvecs, mm/swap.c). */
		cpus_pin(cpus_nth(n));
		madvise(first, count * rig_page_size(), MADV_PAGEOUT);
		if (all_out(first, count))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}
