// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

/* reboot(2): a kernel without a way to power off halts instead and says "System halted"; the host takes both. */
static void power_off(void)
{
	kill(-1, SIGKILL);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

void give_up(const char *what, const char *name)
{
	fprintf(stderr, "spf-init: %s %s", what, name);
	if (errno)
		fprintf(stderr, ": %s", strerror(errno));
	fputc('\n', stderr);
	power_off();
	__builtin_unreachable();
}

/* The kernel opens /dev/console for us when the initramfs has it; without, errors would go nowhere. */
static void open_console(void)
{
	if (fcntl(STDERR_FILENO, F_GETFD) != -1)
		return;
	for (int fd = open("/dev/console", O_RDWR); fd >= 0 && fd < STDERR_FILENO;)
		fd = dup(fd);
}

int main(void)
{
	umask(022);
	mount_all();
	open_console();
	if (sethostname("spf-guest", strlen("spf-guest")))
		give_up("cannot set", "the host name");
	seed_random();
	load_modules();
	bring_up_network();
	serve();
	power_off();
}
