/* /proc/self/maps, without the C library's streams: nothing here allocates. */
#ifndef MAPS_H
#define MAPS_H

#include <stddef.h>
#include <stdint.h>

struct maps_line {
	uint64_t start, end, offset;
	char rights[5]; /* "rwxp" */
	const char *name; /* "" when there is none; ends with '\0' */
	const char *text; /* the whole line; ends with '\0' */
};

/* Opens the calling process's own; a child needs one of its own. */
int maps_open(void);

/* Calls `each` for every line that overlaps [first, last), in order. A line that cannot be read ends with exit(3). */
void maps_each(int maps, uint64_t first, uint64_t last, void (*each)(const struct maps_line *line, void *context),
	       void *context);

#endif
