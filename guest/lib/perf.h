/* Page faults as the kernel counts them: perf's software events of one thread, and /proc/vmstat of the machine. */
#ifndef PERF_H
#define PERF_H

#include <stdint.h>

/* Values of perf_event_attr.config for PERF_TYPE_SOFTWARE. */
enum { PERF_FAULTS = 2 /* PERF_COUNT_SW_PAGE_FAULTS */ };

/*
 * Opens the event for the calling thread alone (no inheritance), kernel faults included where the kernel lets us.
 * Returns a descriptor, or -1 where perf is absent or refuses.
 */
int perf_open(uint64_t config);

/* The same for a trace event (events/SYSTEM/NAME of tracefs); -1 as well where the kernel has no such event. */
int perf_open_trace(const char *system, const char *name);

/* The count so far; 0 for -1. */
uint64_t perf_read(int descriptor);

/* The field's value in /proc/vmstat, or -1 when the kernel has no such field. */
int64_t vmstat_read(const char *field);

#endif
