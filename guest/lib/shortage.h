/*
 * One allocation of the kernel that fails, on purpose: the n-th that the calling thread causes (/proc/PID/fail-nth,
 * Documentation/fault-injection/fault-injection.rst). The kernel has no memory for what it is about and must put
 * everything back.
 */
#ifndef SHORTAGE_H
#define SHORTAGE_H

#include <stdbool.h>

/* Prepares the machine, silently and for all kinds of allocations. Why it cannot be done; NULL when it can. */
const char *shortage_allow(void);

/* From here on the n-th allocation of this thread fails, n from 1. */
void shortage_begin(unsigned n);

/* Nothing fails any more. False when there were not that many allocations: then all went as ever. */
bool shortage_end(void);

#endif
