#define _GNU_SOURCE
#include "rig.h"

#include <errno.h>
#include <stdint.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

__attribute__((noreturn)) static void leave(int code, const char *format, va_list arguments)
{
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	fflush(stderr);
	_exit(code);
}

void rig_broken(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	leave(RIG_BROKEN, format, arguments);
}

void rig_usage(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	leave(RIG_USAGE, format, arguments);
}

size_t rig_page_size(void)
{
	static size_t size;
	if (!size)
		size = (size_t)sysconf(_SC_PAGESIZE);
	return size;
}

static void *filled(size_t bytes, int sharing)
{
	void *buffer = mmap(NULL, bytes, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (buffer == MAP_FAILED)
		rig_broken("cannot map a buffer of %zu bytes: %m; give the guest more memory", bytes);
	/* MAP_POPULATE may stop early without saying so; writing does not. */
	memset(buffer, 0, bytes);
	/* Refused by RLIMIT_MEMLOCK for ordinary users: the pages are there anyway, only swapping could take them. */
	(void)mlock(buffer, bytes);
	return buffer;
}

void *rig_buffer(size_t bytes)
{
	return filled(bytes, MAP_PRIVATE);
}

void *rig_shared_buffer(size_t bytes)
{
	return filled(bytes, MAP_SHARED);
}

enum { ADDRESSES_TRIED = 8 };
#define FIRST_ADDRESS 0x200000000000u
#define ADDRESS_STEP 0x10000000000u

void *rig_region(size_t bytes)
{
	for (uint64_t attempt = 0; attempt < ADDRESSES_TRIED; attempt++) {
		void *wanted = (void *)(uintptr_t)(FIRST_ADDRESS + attempt * ADDRESS_STEP);
		void *got = mmap(wanted, bytes, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (got == wanted)
			return got;
		/* Kernels before 4.17 take the flag for a hint. */
		if (got != MAP_FAILED)
			munmap(got, bytes);
	}
	rig_broken("cannot map a region of %zu bytes: %m", bytes);
}
