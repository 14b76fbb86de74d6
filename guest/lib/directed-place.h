/* The one region of memory that a directed program is about, and what its threads do there. */
#ifndef DIRECTED_PLACE_H
#define DIRECTED_PLACE_H

#include "directed.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

enum { RW = PROT_READ | PROT_WRITE, PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS };

/* Of the program that runs; set by place_begin(). */
extern char *region;
extern size_t region_bytes;

/* Maps the region; faults in it are survived from now on, by this thread too. */
void place_begin(size_t bytes);

/* First word of a page of the region. */
volatile uint64_t *word(unsigned page);

/* A store that may fault for good. */
void store(volatile uint64_t *at, uint64_t value);

/* A second thread that does nothing: from now on faults of the process can be speculative. */
void keep_company(void);

/* Racer: stores to any of the region's pages. */
void touch_all(struct racer *racer);

#endif
