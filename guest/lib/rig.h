/* How a workload says that it, and not the kernel, is at fault. */
#ifndef RIG_H
#define RIG_H

#include <stddef.h>

/* Exit codes of every workload. A signal that was not expected ends it by that signal. */
enum { RIG_DONE = 0, RIG_USAGE = 2, RIG_BROKEN = 3 };

/* One line on stderr, "PROGRAM: message", then exit(3). errno is not printed: say it yourself with %m. */
__attribute__((noreturn, format(printf, 1, 2))) void rig_broken(const char *format, ...);

/* The same with exit(2), for arguments. */
__attribute__((noreturn, format(printf, 1, 2))) void rig_usage(const char *format, ...);

/* mmap of `bytes` private anonymous memory, filled and locked (best effort), so that using it takes no fault. */
void *rig_buffer(size_t bytes);

/* The same, shared with children. */
void *rig_shared_buffer(size_t bytes);

/*
 * mmap of `bytes` private anonymous memory, read-write, far from where the kernel puts mappings by itself: whoever makes
 * holes in it need not fear that somebody's stack moves in.
 */
void *rig_region(size_t bytes);

size_t rig_page_size(void);

#endif
