/* io_uring(7), as little as it takes to have memory pinned by the kernel and written out by it. */
#ifndef URING_H
#define URING_H

#include <stddef.h>

struct uring {
	int file;
	void *submissions, *entries;
	unsigned tail_at, mask_at, array_at; /* offsets in the ring of submissions */
};

/* Why there is no such thing; NULL when there is. */
const char *uring_refused(void);

void uring_begin(struct uring *ring);

/* pin_user_pages() on a range of whole pages, until the process ends. */
void uring_pin(struct uring *ring, void *range, size_t bytes);

/* Writes from the pinned pages to the beginning of a file, and waits for it. `from` is within the range. */
void uring_write_pinned(struct uring *ring, int file, void *from, size_t bytes);

#endif
