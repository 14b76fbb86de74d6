/* What the cases of spf-counters are made of. */
#ifndef SPF_SCENE_H
#define SPF_SCENE_H

#include "spf-cases.h"

#include <stddef.h>
#include <sys/mman.h>

enum { PAGES = 9 /* the first one is written beforehand */, RW = PROT_READ | PROT_WRITE };

/*
 * Everything happens between here and there: alone in its page tables, and with room for the largest PMD of all page
 * sizes (16 MiB on ppc64 with the hash MMU).
 */
#define PLACE ((char *)0x300000000000)
#define PMD_SPAN ((size_t)16 << 20)

/* Facts of most cases. */
#define ANON .vma_kind = "anon", .threads = 2

/* Bytes of so many. */
size_t pages(unsigned count);

/* One store, or load, to each. */
void write_pages(char *first, unsigned count);
void read_pages(char *first, unsigned count);

/* NULL when it is refused. Private unless the flags say otherwise. */
char *map_at(char *address, size_t bytes, int prot, int flags, int file);

/* At PLACE, read-write. */
char *anonymous(size_t bytes);

/* PAGES of them at PLACE: the first page written, so anon_vma and page table are there, the others untouched. */
char *begun(void);

/* PAGES of them at PLACE, all written, with the same content. */
char *all_written(void);

/* What the accesses will go to; returns NULL, so that a case can end with it. */
const char *play(struct scene *scene, char *first, unsigned count);

/*
 * A child that shares all pages copy-on-write, reads `count` pages from `first`, and is there until we die. Returns when
 * it has read them. False: no child.
 */
bool company_of_child(struct scene *scene, char *first, unsigned count);

#endif
