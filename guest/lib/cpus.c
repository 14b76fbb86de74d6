#define _GNU_SOURCE
#include "cpus.h"

#include "rig.h"

#include <pthread.h>
#include <sched.h>

static int allowed[CPU_SETSIZE];
static unsigned count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set))
		rig_broken("cannot ask which CPUs we may use: %m");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			allowed[count++] = cpu;
}

unsigned cpus_count(void)
{
	pthread_once(&once, look);
	return count;
}

int cpus_nth(unsigned n)
{
	return allowed[n % cpus_count()];
}

void cpus_pin(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set))
		rig_broken("cannot pin a thread to CPU %d: %m", cpu);
}
