#define _GNU_SOURCE
#include "rate.h"

#include "rig.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Pages of the small things: of a chunk, of what a mapper maps, of what a child writes. */
enum { SOME_PAGES = 64, CHUNKS = 8 };

static void write_pages(char *start, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += rig_page_size())
		*(volatile char *)(start + at) = 1;
}

static size_t some_of(size_t bytes)
{
	size_t some = SOME_PAGES * rig_page_size();
	return bytes < some ? bytes : some;
}

/*
 * Some pages a round, so that an emulated CPU tells often enough; all are discarded when the last is written. The
 * region's page tables and its anon_vma stay, so that every fault but the very first ones is only a page.
 */
static void touch_round(struct rate_worker *worker)
{
	size_t bytes = some_of(worker->bytes - worker->at);
	write_pages(worker->region + worker->at, bytes);
	worker->at += bytes;
	if (worker->at == worker->bytes) {
		worker->at = 0;
		if (madvise(worker->region, worker->bytes, MADV_DONTNEED))
			rig_broken("MADV_DONTNEED: %m");
	}
	worker->rounds++;
}

void rate_map_round(struct rate_worker *worker)
{
	size_t bytes = SOME_PAGES * rig_page_size();
	for (int n = 0; n < RATE_MAPS; n++) {
		void *got = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (got == MAP_FAILED || munmap(got, bytes))
			rig_broken("cannot map and unmap: %m");
	}
	worker->rounds++;
}

/* Sorted records, the same for all threads: chunk c has the numbers 2n + c, so that none is zero but the first. */
static uint64_t *chunks;
static size_t chunk_records;

static void build_chunks(struct rate_worker *worker)
{
	if (worker->number)
		return;
	size_t bytes = SOME_PAGES * rig_page_size();
	chunk_records = bytes / sizeof *chunks;
	chunks = rig_buffer(CHUNKS * bytes);
	for (size_t chunk = 0; chunk < CHUNKS; chunk++)
		for (size_t n = 0; n < chunk_records; n++)
			chunks[chunk * chunk_records + n] = 2 * n + chunk;
	/* A fixed threshold: left alone it grows, and freed chunks would keep their pages. */
	mallopt(M_MMAP_THRESHOLD, (int)bytes);
}

static bool has_record(const uint64_t *records, uint64_t key)
{
	size_t from = 0, to = chunk_records;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (records[middle] == key)
			return true;
		if (records[middle] < key)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

/* The idea of ebizzy: a server copies a piece of its data to memory of its own, searches it, and gives it back. */
static void malloc_round(struct rate_worker *worker)
{
	const uint64_t *source = chunks + random_below(&worker->random, CHUNKS) * chunk_records;
	uint64_t key = source[random_below(&worker->random, (uint32_t)chunk_records)];
	uint64_t *copy = malloc(chunk_records * sizeof *copy);
	if (!copy)
		rig_broken("malloc: %m");
	memcpy(copy, source, chunk_records * sizeof *copy);
	if (!has_record(copy, key))
		rig_broken("a copy lacks a record that is in its source: memory was lost");
	free(copy);
	worker->rounds++;
}

static void fill_region(struct rate_worker *worker)
{
	write_pages(worker->region, worker->bytes);
}

/* A child that writes some of its parent's pages and ends, as a shell's do. */
static void fork_round(struct rate_worker *worker)
{
	pid_t pid = fork();
	if (pid < 0)
		rig_broken("fork: %m");
	if (pid == 0) {
		write_pages(worker->region, some_of(worker->bytes));
		_exit(0);
	}
	struct rusage usage;
	int status;
	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			rig_broken("wait4: %m");
	if (status)
		rig_broken("a child ended with status %#x", (unsigned)status);
	worker->child_faults += (uint64_t)(usage.ru_minflt + usage.ru_majflt);
	worker->rounds++;
}

const struct rate_scene rate_scenes[] = {
	{ .name = "touch", .threaded = true, .mappers = true, .round = touch_round },
	{ .name = "malloc", .threaded = true, .prepare = build_chunks, .round = malloc_round },
	{ .name = "fork", .prepare = fill_region, .round = fork_round },
	{ .name = "single", .round = touch_round },
	{ .name = NULL },
};
