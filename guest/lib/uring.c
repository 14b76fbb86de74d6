#define _GNU_SOURCE
#include "uring.h"

#include "rig.h"

#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The same on all architectures that the harness knows. */
enum { SETUP = 425, ENTER = 426, REGISTER = 427 };

const char *uring_refused(void)
{
	struct io_uring_params params = { 0 };
	int file = (int)syscall(SETUP, 1, &params);
	if (file < 0)
		return "no io_uring here";
	close(file);
	return NULL;
}

void uring_begin(struct uring *ring)
{
	struct io_uring_params params = { 0 };
	ring->file = (int)syscall(SETUP, 1, &params);
	if (ring->file < 0)
		rig_broken("io_uring is refused: %m");
	size_t bytes = rig_page_size();
	int how = MAP_SHARED | MAP_POPULATE;
	ring->submissions = mmap(NULL, bytes, PROT_READ | PROT_WRITE, how, ring->file, IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, bytes, PROT_READ | PROT_WRITE, how, ring->file, IORING_OFF_SQES);
	if (ring->submissions == MAP_FAILED || ring->entries == MAP_FAILED)
		rig_broken("cannot map the rings: %m");
	ring->tail_at = params.sq_off.tail;
	ring->mask_at = params.sq_off.ring_mask;
	ring->array_at = params.sq_off.array;
}

void uring_pin(struct uring *ring, void *range, size_t bytes)
{
	struct iovec one = { range, bytes };
	if (syscall(REGISTER, ring->file, IORING_REGISTER_BUFFERS, &one, 1))
		rig_broken("io_uring cannot pin: %m");
}

static uint32_t *at(struct uring *ring, unsigned offset)
{
	return (uint32_t *)(void *)((char *)ring->submissions + offset);
}

void uring_write_pinned(struct uring *ring, int file, void *from, size_t bytes)
{
	struct io_uring_sqe *entry = ring->entries;
	memset(entry, 0, sizeof *entry);
	entry->opcode = IORING_OP_WRITE_FIXED;
	entry->fd = file;
	entry->addr = (uintptr_t)from;
	entry->len = (uint32_t)bytes;
	uint32_t tail = *at(ring, ring->tail_at);
	at(ring, ring->array_at)[tail & *at(ring, ring->mask_at)] = 0;
	__atomic_store_n(at(ring, ring->tail_at), tail + 1, __ATOMIC_RELEASE);
	if (syscall(ENTER, ring->file, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		rig_broken("io_uring does not take a write: %m");
}
