#define _GNU_SOURCE
#include "settings.h"

#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { CHANGES_MOST = 8, VALUE_MOST = 64 };

static struct change {
	const char *path;
	char before[VALUE_MOST];
} changes[CHANGES_MOST];
static unsigned changed;

bool setting_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool well = write(file, text, strlen(text)) == (ssize_t)strlen(text);
	close(file);
	return well;
}

static bool setting_read(const char *path, char *text)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t got = read(file, text, VALUE_MOST - 1);
	close(file);
	if (got > 0)
		text[got] = '\0';
	return got > 0;
}

bool setting_change(const char *path, const char *text)
{
	struct change *change = &changes[changed];
	if (changed == CHANGES_MOST || !setting_read(path, change->before))
		return false;
	change->path = path;
	changed++;
	return setting_write(path, text);
}

void settings_restore(void)
{
	while (changed) {
		changed--;
		setting_write(changes[changed].path, changes[changed].before);
	}
}
