/*
 * The stage of a schedule (docs/director.md): one process whose threads do what the command line says, one operation after
 * the other, each thread on a CPU of its own. It marks where an operation begins with a system call that the kernel knows
 * nothing of, and whoever holds the debugger's end of the machine stops a thread there.
 *
 *	stage 'map a 16; store a 1' reader='load a+3' writer='unmap a 16'
 */
#define _GNU_SOURCE
#include "cpus.h"
#include "guard.h"
#include "json.h"
#include "rig.h"
#include "stage-operations.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ACTORS_MOST = 6, STACK_BYTES = 256 * 1024 };

/* With the memory that the thread writes to: see hide_from_fork(). */
struct actor {
	_Alignas(64 * 1024) char stack[STACK_BYTES];
	unsigned number; /* from 1 */
	const char *name;
	struct operation operations[OPERATIONS_MOST];
	unsigned count;
	int64_t results[OPERATIONS_MOST];
	pthread_t thread;
	pid_t tid;
};

static pthread_barrier_t ready, start;

/* EINVAL for every kernel; harness/director/cast.ts reads the arguments where security hooks see them. */
static void mark(const struct actor *actor, unsigned operation, int64_t result)
{
	enum { MARK = 0x53504600 };
	prctl(MARK, (unsigned long)actor->number, (unsigned long)operation, (unsigned long)result,
	      (unsigned long)actor->tid);
}

static void *act(void *argument)
{
	struct actor *actor = argument;
	cpus_pin(cpus_nth(actor->number));
	guard_thread();
	actor->tid = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&start);
	int64_t result = 0;
	for (unsigned n = 0; n < actor->count; n++) {
		mark(actor, n, result);
		result = operation_run(&actor->operations[n]);
		actor->results[n] = result;
	}
	mark(actor, actor->count, result);
	return NULL;
}

/*
 * A fork write-protects what it copies, and an actor that is still in user mode would fault on its own stack before it comes
 * to what the schedule speaks of. So no child gets it, but for the stack of who forks, which the child begins on.
 */
static void hide_from_fork(struct actor *actor)
{
	for (unsigned n = 0; n < actor->count; n++)
		if (operation_forks(&actor->operations[n]))
			return;
	if (madvise(actor, sizeof(*actor), MADV_DONTFORK))
		rig_broken("MADV_DONTFORK is refused: %m");
}

static void start_thread(struct actor *actor)
{
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	int error = pthread_attr_setstack(&attributes, actor->stack, sizeof(actor->stack));
	if (!error)
		error = pthread_create(&actor->thread, &attributes, act, actor);
	if (error)
		rig_broken("cannot start an actor: %s", strerror(error));
}

static void tell(const struct actor *actor)
{
	struct json json;
	json_begin(&json);
	json_text(&json, "actor", actor->name);
	json_open(&json, "results");
	for (unsigned n = 0; n < actor->count; n++) {
		char nth[16];
		snprintf(nth, sizeof(nth), "%u", n);
		json_number(&json, nth, actor->results[n]);
	}
	json_close(&json);
	json_write(&json, STDOUT_FILENO);
}

int main(int argc, char **argv)
{
	static struct operation setup[OPERATIONS_MOST];
	struct actor *actors = rig_buffer(ACTORS_MOST * sizeof(*actors));
	unsigned count = 0;
	if (argc < 3 || argc > 2 + ACTORS_MOST)
		rig_usage("it wants the setup, and then one to %d actors: NAME=OPERATIONS", ACTORS_MOST);
	stage_begin();
	unsigned prepared = operations_parse(argv[1], setup);
	for (char **each = argv + 2; *each; each++) {
		struct actor *actor = &actors[count++];
		char *equals = strchr(*each, '=');
		if (!equals)
			rig_usage("\"%s\" is no actor: NAME=OPERATIONS", *each);
		*equals = 0;
		actor->number = count;
		actor->name = *each;
		actor->count = operations_parse(equals + 1, actor->operations);
		hide_from_fork(actor);
	}
	if (cpus_count() <= count)
		rig_usage("%u actors need %u CPUs, and one is left for everybody else", count, count + 1);

	/* What the threads need for themselves is there before they begin, so that their faults are those of their operations. */
	cpus_pin(cpus_nth(0));
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		rig_broken("mlockall: %m");
	pthread_barrier_init(&ready, NULL, count + 1);
	pthread_barrier_init(&start, NULL, count + 1);
	for (unsigned n = 0; n < count; n++)
		start_thread(&actors[n]);
	pthread_barrier_wait(&ready);
	if (munlockall())
		rig_broken("munlockall: %m");
	for (unsigned n = 0; n < prepared; n++) {
		int64_t result = operation_run(&setup[n]);
		if (result < 0)
			rig_broken("operation %u of the setup failed: %s", n + 1, strerror((int)-result));
	}
	pthread_barrier_wait(&start);
	for (unsigned n = 0; n < count; n++)
		pthread_join(actors[n].thread, NULL);
	for (unsigned n = 0; n < count; n++)
		tell(&actors[n]);
	return RIG_DONE;
}
