/* The workload history as bytes: docs/history-format.md, version 2. */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_MAGIC 0x5350464849535431ull
#define HISTORY_VERSION 2u
#define HISTORY_NO_THREAD 0xffffffffu

enum history_op {
	OP_READ = 1,
	OP_XCHG,
	OP_MAP,
	OP_MAP_HINT,
	OP_UNMAP,
	OP_PROTECT,
	OP_ZAP,
	OP_MOVE,
	OP_FORK,
	OP_CHILD_READ,
	OP_COUNT,
};

enum history_outcome { OUTCOME_OK, OUTCOME_ERROR, OUTCOME_SIGNAL, OUTCOME_PENDING };
enum history_role { ROLE_FAULTER = 1, ROLE_MAPPER, ROLE_FORKER, ROLE_OBSERVER };
enum history_chunk { CHUNK_RECORDS = 1, CHUNK_ROLES, CHUNK_PENDING, CHUNK_END, CHUNK_PROGRESS };

/* Set in `code` when the signal was SIGBUS. */
#define HISTORY_SIGBUS 0x100

struct history_record {
	uint64_t start, end, value, result;
	uint32_t page, pages, target, sequence;
	uint16_t thread;
	uint8_t op, outcome;
	int32_t code;
	uint32_t spf_before, spf_after;
};
_Static_assert(sizeof(struct history_record) == 64, "docs/history-format.md says 64 bytes");

struct history_header {
	uint64_t magic;
	uint32_t version, arch, page_size, clock;
	uint64_t ticks_per_second, skew, seed;
	uint32_t pages, threads;
	uint64_t arena_base;
	uint32_t flags, initial_state;
	char workload[24];
	char release[32];
};
_Static_assert(sizeof(struct history_header) == 128, "docs/history-format.md says 128 bytes");

/* Where the stream goes: "-" for stdout, "none" for nowhere, else a file. */
void history_open(const char *target);
bool history_wanted(void);

/* Fills in magic, version, arch, page size, clock and release; writes the header and the roles. */
void history_begin(struct history_header header, const uint64_t *roles);

/* One chunk. A write error ends the workload with exit code 3: nobody reads what it does any more. */
void history_write(enum history_chunk kind, uint32_t thread, const void *payload, size_t bytes);

#endif
