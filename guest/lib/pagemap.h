/* What the page tables have for an address, without touching it: /proc/self/pagemap, /proc/kpageflags, mincore(2). */
#ifndef PAGEMAP_H
#define PAGEMAP_H

#include <stdbool.h>

/* The entry is one of the swap, and the page is in the swap cache or not. */
bool pagemap_swapped(const char *page);
bool pagemap_in_memory(char *page);

/* The entry is there, and the page behind it is counted for this process alone: not so the zero page. */
bool pagemap_exclusive(const char *page);

/* The page is one that KSM has made of several; false for who is not root as well. */
bool pagemap_merged(const char *page);

#endif
