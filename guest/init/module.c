// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "init.h"

void load_modules(void)
{
	char path[512];
	FILE *list = fopen("/etc/modules", "re");

	if (!list)
		return;
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		if (!*path)
			continue;
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			give_up("cannot open module", path);
		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			give_up("cannot load module", path);
		close(fd);
	}
	fclose(list);
}
