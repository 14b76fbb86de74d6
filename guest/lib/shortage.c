#define _GNU_SOURCE
#include "shortage.h"

#include "rig.h"
#include "settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define ATTRIBUTES "/sys/kernel/debug/"

const char *shortage_allow(void)
{
	/* By default what may wait, what user space gets and what is one page large never fails. */
	const char *const attributes[] = {
		ATTRIBUTES "failslab/ignore-gfp-wait",
		ATTRIBUTES "fail_page_alloc/ignore-gfp-wait",
		ATTRIBUTES "fail_page_alloc/ignore-gfp-highmem",
		ATTRIBUTES "fail_page_alloc/min-order",
		/* Words about each failure would be findings. */
		ATTRIBUTES "failslab/verbose",
		ATTRIBUTES "fail_page_alloc/verbose",
	};
	if (access(FAIL_NTH, W_OK))
		return "no fault injection in this kernel";
	for (unsigned n = 0; n < sizeof attributes / sizeof *attributes; n++)
		if (!setting_write(attributes[n], "0"))
			return "the kernel's fault injection cannot be set up (debugfs)";
	return NULL;
}

/* One file for both, so that what is opened and closed does not count. */
static _Thread_local int file = -1;

static void arm(unsigned n)
{
	char text[16];
	int bytes = snprintf(text, sizeof text, "%u", n);
	if (file < 0)
		file = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (pwrite(file, text, (size_t)bytes, 0) != bytes)
		rig_broken("cannot write " FAIL_NTH ": %m");
}

void shortage_begin(unsigned n)
{
	arm(n);
}

bool shortage_end(void)
{
	char text[16] = "";
	if (pread(file, text, sizeof text - 1, 0) <= 0)
		rig_broken("cannot read " FAIL_NTH ": %m");
	bool failed = atoi(text) == 0;
	arm(0);
	return failed;
}
