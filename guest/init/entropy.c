// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "init.h"

/*
 * random(4), RNDADDENTROPY: credited at once. Without it the SSH server waits for the kernel to gather entropy from
 * timer jitter, a second or more under emulation and for ever on kernels before 5.4.
 */
void seed_random(void)
{
	struct {
		struct rand_pool_info info;
		char bytes[64];
	} seed = { 0 };
	int from = open("/etc/random-seed", O_RDONLY | O_CLOEXEC);
	int to = open("/dev/urandom", O_RDWR | O_CLOEXEC);

	if (from >= 0 && to >= 0 && read(from, seed.info.buf, sizeof(seed.bytes)) == sizeof(seed.bytes)) {
		seed.info.entropy_count = 8 * sizeof(seed.bytes);
		seed.info.buf_size = sizeof(seed.bytes);
		ioctl(to, RNDADDENTROPY, &seed.info);
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	unlink("/etc/random-seed");
}
