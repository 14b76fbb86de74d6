#define _GNU_SOURCE
#include "spf-scene.h"

#include "rig.h"

#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

size_t pages(unsigned count)
{
	return count * rig_page_size();
}

void write_pages(char *first, unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		*(volatile uint64_t *)(first + pages(n)) = 1;
}

void read_pages(char *first, unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		(void)*(volatile uint64_t *)(first + pages(n));
}

char *map_at(char *address, size_t bytes, int prot, int flags, int file)
{
	if (!(flags & (MAP_SHARED | MAP_PRIVATE)))
		flags |= MAP_PRIVATE;
	char *got = mmap(address, bytes, prot, flags | MAP_FIXED, file, 0);
	return got == MAP_FAILED ? NULL : got;
}

char *anonymous(size_t bytes)
{
	char *got = map_at(PLACE, bytes, RW, MAP_ANONYMOUS, -1);
	if (!got)
		rig_broken("cannot map %zu bytes: %m", bytes);
	return got;
}

char *begun(void)
{
	char *region = anonymous(pages(PAGES));
	write_pages(region, 1);
	return region;
}

char *all_written(void)
{
	char *region = anonymous(pages(PAGES));
	write_pages(region, PAGES);
	return region;
}

const char *play(struct scene *scene, char *first, unsigned count)
{
	scene->first = first;
	scene->count = count;
	return NULL;
}

bool company_of_child(struct scene *scene, char *first, unsigned count)
{
	int done[2];
	char byte = 0;
	if (pipe(done))
		return false;
	scene->companion = fork();
	if (scene->companion == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		read_pages(first, count);
		if (write(done[1], &byte, 1) != 1)
			_exit(RIG_BROKEN);
		for (;;)
			pause();
	}
	close(done[1]);
	bool well = scene->companion > 0 && read(done[0], &byte, 1) == 1;
	close(done[0]);
	return well;
}
