// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

static const struct {
	const char *type, *where, *data;
	int required;
} mounts[] = {
	{ "proc", "/proc", NULL, 1 },
	{ "sysfs", "/sys", NULL, 1 },
	{ "devtmpfs", "/dev", NULL, 1 },
	{ "devpts", "/dev/pts", "mode=0620,ptmxmode=0666", 0 },
	{ "tmpfs", "/dev/shm", "mode=1777", 0 },
	{ "tmpfs", "/tmp", "mode=1777", 0 },
	{ "tmpfs", "/run", "mode=0755", 0 },
	{ "debugfs", "/sys/kernel/debug", NULL, 0 },
	{ "tracefs", "/sys/kernel/tracing", NULL, 0 },
	{ "cgroup2", "/sys/fs/cgroup", NULL, 0 },
};

void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i].where, 0755);
		if (mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, mounts[i].data) && errno != EBUSY &&
		    mounts[i].required)
			give_up("cannot mount", mounts[i].where);
	}
	/* What devtmpfs does not make and shells expect. */
	if (symlink("/proc/self/fd", "/dev/fd") && errno != EEXIST)
		give_up("cannot make", "/dev/fd");
}
