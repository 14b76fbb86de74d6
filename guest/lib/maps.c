#define _GNU_SOURCE
#include "maps.h"

#include "rig.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int maps_open(void)
{
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		rig_broken("cannot open /proc/self/maps: %m");
	return file;
}

static uint64_t hex(char **at)
{
	uint64_t value = 0;
	for (;; (*at)++) {
		char digit = **at;
		if (digit >= '0' && digit <= '9')
			value = value << 4 | (uint64_t)(digit - '0');
		else if (digit >= 'a' && digit <= 'f')
			value = value << 4 | (uint64_t)(digit - 'a' + 10);
		else
			return value;
	}
}

/* `text` ends with '\0' where the newline was. */
static struct maps_line parse(char *text)
{
	struct maps_line line = { .text = text };
	char *at = text;
	line.start = hex(&at);
	if (*at++ != '-')
		rig_broken("/proc/self/maps has a line that is none: %s", text);
	line.end = hex(&at);
	if (*at++ != ' ' || strlen(at) < 6)
		rig_broken("/proc/self/maps has a line that is none: %s", text);
	memcpy(line.rights, at, 4);
	at += 5;
	line.offset = hex(&at);
	/* device and inode */
	for (int column = 0; column < 2; column++) {
		at += strspn(at, " ");
		at += strcspn(at, " ");
	}
	at += strspn(at, " ");
	line.name = at;
	return line;
}

void maps_each(int maps, uint64_t first, uint64_t last, void (*each)(const struct maps_line *line, void *context),
	       void *context)
{
	static char buffer[3 * 4096 + 1];
	size_t filled = 0;
	off_t offset = 0;
	for (;;) {
		ssize_t got = pread(maps, buffer + filled, sizeof buffer - 1 - filled, offset);
		if (got < 0)
			rig_broken("cannot read /proc/self/maps: %m");
		if (got == 0)
			return;
		offset += got;
		filled += (size_t)got;
		char *at = buffer;
		char *newline;
		while ((newline = memchr(at, '\n', filled - (size_t)(at - buffer)))) {
			*newline = '\0';
			struct maps_line line = parse(at);
			if (line.start >= last)
				return;
			if (line.end > first)
				each(&line, context);
			at = newline + 1;
		}
		filled -= (size_t)(at - buffer);
		memmove(buffer, at, filled);
	}
}
