// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

static struct sockaddr ipv4(const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr out;

	inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(&out, &in, sizeof(out));
	return out;
}

static struct ifreq named(const char *name)
{
	struct ifreq request = { 0 };

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	return request;
}

/* A driver may still be probing when its module has been loaded: look for up to five seconds. */
static int appears(int fd, const char *name)
{
	struct timespec now, step = { .tv_nsec = 10 * 1000 * 1000 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	for (time_t end = now.tv_sec + 5; now.tv_sec < end; clock_gettime(CLOCK_MONOTONIC, &now)) {
		struct ifreq request = named(name);

		if (!ioctl(fd, SIOCGIFINDEX, &request))
			return 1;
		nanosleep(&step, NULL);
	}
	errno = ENODEV;
	return 0;
}

static int set_up(int fd, const char *name, const char *address, const char *netmask)
{
	struct ifreq request = named(name);

	request.ifr_addr = ipv4(address);
	if (ioctl(fd, SIOCSIFADDR, &request))
		return -1;
	request.ifr_netmask = ipv4(netmask);
	if (ioctl(fd, SIOCSIFNETMASK, &request))
		return -1;
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	return ioctl(fd, SIOCSIFFLAGS, &request);
}

void bring_up_network(void)
{
	struct rtentry route = {
		.rt_dst = ipv4("0.0.0.0"),
		.rt_genmask = ipv4("0.0.0.0"),
		.rt_gateway = ipv4("10.0.2.2"),
		.rt_flags = RTF_UP | RTF_GATEWAY,
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		give_up("cannot open a socket for", "the network (CONFIG_INET)");
	if (set_up(fd, "lo", "127.0.0.1", "255.0.0.0"))
		give_up("cannot bring up", "lo");
	if (!appears(fd, "eth0"))
		give_up("no network device", "eth0 (is its driver in the kernel or in /etc/modules?)");
	if (set_up(fd, "eth0", "10.0.2.15", "255.255.255.0"))
		give_up("cannot bring up", "eth0");
	if (ioctl(fd, SIOCADDRT, &route) && errno != EEXIST)
		give_up("cannot route through", "10.0.2.2");
	close(fd);
}
