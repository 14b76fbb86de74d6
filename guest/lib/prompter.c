#define _GNU_SOURCE
#include "prompter.h"

#include "clock.h"
#include "rig.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How long the prompter sleeps while somebody may be held: a word that a debugger writes wakes nobody. */
static const int64_t GLANCE = 1000 * 1000;
/* And between two looks at an actor who may be blocked. */
static const int64_t LOOK = 10 * 1000 * 1000;
/* For an answer: the machine's clock stands while the director thinks. */
static const int64_t PATIENCE = INT64_C(5000) * 1000 * 1000;

/* How long an actor sleeps uninterruptibly, and is not waited for: somebody who is held has what it waits for. A grace period is shorter. */
static const int64_t BLOCKED = 60 * 1000 * 1000;

/* /proc/self/task/TID/stat of each actor. */
static int states[ACTORS_MOST + 1];

/* In memory that a fork does not make a copy of, so that waiting takes no fault after one. */
static struct words {
	/* harness/director/prompter.ts knows these three. Turns, from 1. */
	uint32_t held; /* the last one whose actor was held */
	uint32_t asked, answered;
	uint32_t news; /* counts operations that ended */
	/* So many of its operations may an actor begin, and has it done. */
	uint32_t allowed[ACTORS_MOST + 1], done[ACTORS_MOST + 1];
} *words;

static uint32_t peek(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void wait_while(uint32_t *word, uint32_t value, int64_t nanoseconds)
{
	struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 };
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nanoseconds ? &time : NULL, NULL, 0);
}

static void wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int64_t now(void)
{
	return (int64_t)clock_raw_ns();
}

static unsigned number_of(const char *word, const char *what)
{
	char *end = NULL;
	unsigned long number = word ? strtoul(word, &end, 10) : 0;
	if (!word || end == word || *end || number > 1000000)
		rig_usage("a turn wants %s, not \"%s\"", what, word ? word : "");
	return (unsigned)number;
}

static void parse_one(char *text, struct turn *turn)
{
	char *rest;
	turn->actor = number_of(strtok_r(text, " ", &rest), "an actor");
	turn->goal = number_of(strtok_r(NULL, " ", &rest), "a number of operations");
	turn->patience = number_of(strtok_r(NULL, " ", &rest), "milliseconds");
	const char *kind = strtok_r(NULL, " ", &rest);
	turn->kind = !kind ? TURN_BY_ITSELF : strcmp(kind, "hold") ? TURN_ASKS : TURN_HOLDS;
	if (turn->actor < 1 || turn->actor > ACTORS_MOST || (turn->kind == TURN_ASKS && strcmp(kind, "ask")))
		rig_usage("a turn is ACTOR OPERATIONS MILLISECONDS [ask|hold]");
}

unsigned turns_parse(char *text, struct turn *turns)
{
	unsigned count = 0;
	char *rest;
	for (char *one = strtok_r(text, ";", &rest); one; one = strtok_r(NULL, ";", &rest)) {
		if (count == TURNS_MOST)
			rig_usage("more than %d turns", TURNS_MOST);
		parse_one(one, &turns[count++]);
	}
	return count;
}

void prompter_start(void)
{
	words = rig_shared_buffer(sizeof(*words));
}

void prompter_enter(unsigned actor)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/task/%ld/stat", syscall(SYS_gettid));
	states[actor] = open(path, O_RDONLY | O_CLOEXEC);
	if (states[actor] < 0)
		rig_broken("%s: %m", path);
}

/* proc(5): the third word of stat, behind a name in parentheses. */
static bool sleeps_uninterruptibly(unsigned actor)
{
	char text[128];
	ssize_t got = pread(states[actor], text, sizeof(text) - 1, 0);
	text[got > 0 ? got : 0] = 0;
	const char *end = strrchr(text, ')');
	return end && end[1] == ' ' && end[2] == 'D';
}

void prompter_await(unsigned actor, unsigned nth)
{
	for (uint32_t allowed; (allowed = peek(&words->allowed[actor])) <= nth;)
		wait_while(&words->allowed[actor], allowed, 0);
}

void prompter_done(unsigned actor, unsigned nth)
{
	__atomic_store_n(&words->done[actor], nth + 1, __ATOMIC_RELEASE);
	__atomic_fetch_add(&words->news, 1, __ATOMIC_RELEASE);
	wake(&words->news);
}

/* Until its actor is there, is held, is blocked, or patience has come to its end. */
static void give(const struct turn *turn, unsigned number)
{
	int64_t begin = now(), end = begin + turn->patience * INT64_C(1000000);
	int64_t awake = begin, looked = begin;
	__atomic_store_n(&words->allowed[turn->actor], turn->goal, __ATOMIC_RELEASE);
	wake(&words->allowed[turn->actor]);
	for (;;) {
		uint32_t news = peek(&words->news);
		if (peek(&words->done[turn->actor]) >= turn->goal || peek(&words->held) == number)
			return;
		int64_t time = now();
		if (time - looked >= LOOK) {
			looked = time;
			if (!sleeps_uninterruptibly(turn->actor))
				awake = time;
		}
		if (time >= end || time - awake >= BLOCKED)
			return;
		wait_while(&words->news, news, turn->kind == TURN_HOLDS ? GLANCE : LOOK);
	}
}

/* Writing stops the machine, if somebody watches. Again and again: of two reasons to stop at once, one is not told. */
static void ask(uint32_t turn)
{
	int64_t end = now() + PATIENCE;
	while (peek(&words->answered) != turn && now() < end) {
		__atomic_store_n(&words->asked, turn, __ATOMIC_RELEASE);
		if (peek(&words->answered) != turn)
			wait_while(&words->answered, peek(&words->answered), GLANCE);
	}
}

void *prompter_words(void)
{
	return words;
}

void prompter_run(const struct turn *turns, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		/* Whoever was not held is still looked out for. */
		bool missed = n > 0 && turns[n - 1].kind == TURN_HOLDS && peek(&words->held) != n;
		if (turns[n].kind != TURN_BY_ITSELF || missed)
			ask(n + 1);
		give(&turns[n], n + 1);
	}
	ask(count + 1);
}
