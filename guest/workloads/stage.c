/*
 * The stage of a schedule (docs/director.md): one process whose threads do what the command line says, one operation after
 * the other, each thread on a CPU of its own. It marks where an operation begins with a system call that the kernel knows
 * nothing of, and whoever holds the debugger's end of the machine stops a thread there.
 *
 *	stage 'map a 16; store a 1' reader='load a+3' writer='unmap a 16'
 *
 * With --turns it gives the actors their turns itself (prompter.h), and marks only where each begins.
 */
#define _GNU_SOURCE
#include "cpus.h"
#include "guard.h"
#include "json.h"
#include "prompter.h"
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

enum { STACK_BYTES = 256 * 1024 };

/* With the memory that the thread writes to: see hide_from_fork(). */
struct actor {
	_Alignas(64 * 1024) char stack[STACK_BYTES];
	unsigned number; /* from 1 */
	const char *name;
	struct operation operations[OPERATIONS_MOST];
	unsigned count;
	int64_t results[OPERATIONS_MOST];
	uint32_t began[OPERATIONS_MOST], ended[OPERATIONS_MOST];
	pthread_t thread;
	pid_t tid;
};

static pthread_barrier_t ready, start;
static bool prompted;

/* Orders what the actors do, for their history. Shared, so that a fork does not make its page read-only. */
static uint32_t *ticket;

static uint32_t draw(void)
{
	return __atomic_fetch_add(ticket, 1, __ATOMIC_SEQ_CST);
}

/* EINVAL for every kernel; harness/director/cast.ts reads the arguments where security hooks see them. */
static void mark(unsigned number, unsigned nth, int64_t value, pid_t tid)
{
	enum { MARK = 0x53504600 };
	prctl(MARK, (unsigned long)number, (unsigned long)nth, (unsigned long)value, (unsigned long)tid);
}

static int64_t perform(struct actor *actor, unsigned n)
{
	actor->began[n] = draw();
	actor->results[n] = operation_run(&actor->operations[n]);
	actor->ended[n] = draw();
	return actor->results[n];
}

static void act_prompted(struct actor *actor)
{
	prompter_enter(actor->number);
	mark(actor->number, 0, 0, actor->tid);
	pthread_barrier_wait(&ready);
	for (unsigned n = 0; n < actor->count; n++) {
		prompter_await(actor->number, n);
		perform(actor, n);
		prompter_done(actor->number, n);
	}
}

static void *act(void *argument)
{
	struct actor *actor = argument;
	cpus_pin(cpus_nth(actor->number));
	guard_thread();
	actor->tid = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&start);
	if (prompted)
		return act_prompted(actor), NULL;
	int64_t result = 0;
	for (unsigned n = 0; n < actor->count; n++) {
		mark(actor->number, n, result, actor->tid);
		result = perform(actor, n);
	}
	mark(actor->number, actor->count, result, actor->tid);
	return NULL;
}

/*
 * A fork write-protects what it copies, and an actor that is still in user mode would fault on its own stack before it comes
 * to what the schedule speaks of. So no child gets it, but for the stack of who forks, which the child begins on.
 */
static void hide_from_fork(void *memory, size_t bytes)
{
	if (madvise(memory, bytes, MADV_DONTFORK))
		rig_broken("MADV_DONTFORK is refused: %m");
}

static bool forks(const struct actor *actor)
{
	for (unsigned n = 0; n < actor->count; n++)
		if (operation_forks(&actor->operations[n]))
			return true;
	return false;
}

static pthread_t start_thread(char *stack, void *(*work)(void *), void *argument)
{
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	int error = pthread_attr_setstack(&attributes, stack, STACK_BYTES);
	if (!error)
		error = pthread_create(&thread, &attributes, work, argument);
	if (error)
		rig_broken("cannot start a thread: %s", strerror(error));
	return thread;
}

/* {"actor":"writer","operation":0,"result":0,"began":1,"ended":4} for each. */
static void tell(const struct actor *actor)
{
	for (unsigned n = 0; n < actor->count; n++) {
		struct json json;
		json_begin(&json);
		json_text(&json, "actor", actor->name);
		json_number(&json, "operation", n);
		json_number(&json, "result", actor->results[n]);
		json_number(&json, "began", actor->began[n]);
		json_number(&json, "ended", actor->ended[n]);
		json_write(&json, STDOUT_FILENO);
	}
}

/* All turns of a stage. */
struct play {
	struct turn turns[TURNS_MOST];
	unsigned count;
};

static void *prompt(void *argument)
{
	const struct play *play = argument;
	pthread_barrier_wait(&ready);
	/* Actor 0: the director learns where the prompter's words are. */
	mark(0, 0, (int64_t)(uintptr_t)prompter_words(), (pid_t)syscall(SYS_gettid));
	prompter_run(play->turns, play->count);
	return NULL;
}

/*
 * With a stack that no fork makes read-only: the prompter must not wait for mmap_sem, which a fork that is held has, and only
 * the prompter lets it go.
 */
static pthread_t start_prompter(struct play *play)
{
	char *stack = rig_buffer(STACK_BYTES);
	hide_from_fork(stack, STACK_BYTES);
	return start_thread(stack, prompt, play);
}

int main(int argc, char **argv)
{
	static struct operation setup[OPERATIONS_MOST];
	static struct play play;
	struct actor *actors = rig_buffer(ACTORS_MOST * sizeof(*actors));
	unsigned count = 0;
	if (argc > 2 && !strcmp(argv[1], "--turns")) {
		prompted = true;
		play.count = turns_parse(argv[2], play.turns);
		argc -= 2;
		argv += 2;
	}
	if (argc < 3 || argc > 2 + ACTORS_MOST)
		rig_usage("it wants the setup, and then one to %d actors: NAME=OPERATIONS", ACTORS_MOST);
	stage_begin();
	ticket = rig_shared_buffer(sizeof(*ticket));
	prompter_start();
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
		if (!forks(actor))
			hide_from_fork(actor, sizeof(*actor));
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
		actors[n].thread = start_thread(actors[n].stack, act, &actors[n]);
	pthread_barrier_wait(&ready);
	if (munlockall())
		rig_broken("munlockall: %m");
	for (unsigned n = 0; n < prepared; n++) {
		int64_t result = operation_run(&setup[n]);
		if (result < 0)
			rig_broken("operation %u of the setup failed: %s", n + 1, strerror((int)-result));
	}
	pthread_barrier_wait(&start);
	if (prompted)
		pthread_join(start_prompter(&play), NULL);
	for (unsigned n = 0; n < count; n++)
		pthread_join(actors[n].thread, NULL);
	for (unsigned n = 0; n < count; n++)
		tell(&actors[n]);
	return RIG_DONE;
}
