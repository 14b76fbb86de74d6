#define _GNU_SOURCE
#include "perf.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_event(uint32_t type, uint64_t config, int without_kernel)
{
	struct perf_event_attr attributes = {
		.type = type,
		.size = sizeof attributes,
		.config = config,
		.exclude_kernel = (unsigned)without_kernel & 1,
		.exclude_hv = 1,
	};
	return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int perf_open(uint64_t config)
{
	int descriptor = open_event(PERF_TYPE_SOFTWARE, config, 0);
	/* perf_event_paranoid of 2 and above lets ordinary users count user mode only. */
	return descriptor >= 0 ? descriptor : open_event(PERF_TYPE_SOFTWARE, config, 1);
}

/* perf's number of a trace event; 0 for none. */
static uint64_t trace_id(const char *root, const char *system, const char *name)
{
	char path[256], text[32] = "";
	snprintf(path, sizeof path, "%s/events/%s/%s/id", root, system, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	ssize_t got = read(file, text, sizeof text - 1);
	close(file);
	return got > 0 ? strtoull(text, NULL, 10) : 0;
}

int perf_open_trace(const char *system, const char *name)
{
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	for (unsigned n = 0; n < sizeof roots / sizeof *roots; n++) {
		uint64_t id = trace_id(roots[n], system, name);
		/* A trace event happens in the kernel, so there is no counting without it. */
		if (id)
			return open_event(PERF_TYPE_TRACEPOINT, id, 0);
	}
	return -1;
}

uint64_t perf_read(int descriptor)
{
	uint64_t count = 0;
	if (descriptor < 0 || read(descriptor, &count, sizeof count) != sizeof count)
		return 0;
	return count;
}

/* No stdio and no heap: this runs between two counts and must not fault by itself. */
int64_t vmstat_read(const char *field)
{
	static char text[32 * 1024];
	int descriptor = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -1;
	size_t length = 0;
	ssize_t got;
	while (length < sizeof text - 1 && (got = read(descriptor, text + length, sizeof text - 1 - length)) > 0)
		length += (size_t)got;
	close(descriptor);
	text[length] = 0;
	size_t name = strlen(field);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, field, name) && line[name] == ' ')
			return strtoll(line + name, NULL, 10);
	}
	return -1;
}
