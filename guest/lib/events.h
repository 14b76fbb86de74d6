/* userfaultfd(2): faults of a range become messages. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stddef.h>
#include <stdint.h>

/* A file that gives messages, with these features on (UFFD_FEATURE_*). Below 0 where it is refused. */
int events_open(uint64_t features);

/* Why it is refused; NULL when it is not. */
const char *events_refused(uint64_t features);

/* First touches in the range are messages from now on. */
void events_register(int events, void *range, size_t bytes);

#endif
