#define _GNU_SOURCE
#include "events.h"

#include "rig.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int events_open(uint64_t features)
{
	int file = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	if (file >= 0 && ioctl(file, UFFDIO_API, &api)) {
		close(file);
		return -1;
	}
	return file;
}

const char *events_refused(uint64_t features)
{
	int file = events_open(features);
	if (file < 0)
		return "userfaultfd is refused (not in this kernel, or not root)";
	close(file);
	return NULL;
}

void events_register(int events, void *range, size_t bytes)
{
	struct uffdio_register wanted = {
		.range = { (uintptr_t)range, bytes },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	if (ioctl(events, UFFDIO_REGISTER, &wanted))
		rig_broken("userfaultfd cannot register: %m");
}
