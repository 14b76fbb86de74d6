/*
 * Turns of a stage that the program gives itself: an actor waits in user mode, asleep, until it is its turn, and the machine
 * needs to be stopped only where a schedule holds somebody in the kernel. Whoever holds the debugger's end is asked there.
 */
#ifndef PROMPTER_H
#define PROMPTER_H

#include <stdint.h>

enum { ACTORS_MOST = 6, TURNS_MOST = 512 };

struct turn {
	unsigned actor; /* from 1 */
	unsigned goal; /* so many of its operations are done */
	/* Milliseconds. Who is not there by then, or waits for a lock, goes on when it can, and the next turn begins. */
	unsigned patience;
	enum {
		TURN_BY_ITSELF,
		TURN_ASKS, /* the director is asked before it begins */
		TURN_HOLDS, /* and may hold the actor, which ends the turn */
	} kind;
};

/* "1 3 500; 2 1 500 hold; 1 4 500 ask" into at most TURNS_MOST rows; their number. Ends with exit code 2 for other words. */
unsigned turns_parse(char *text, struct turn *turns);

/* Once, before threads. */
void prompter_start(void);

/* By an actor: at its beginning; before its `nth` operation, from 0, and after it. */
void prompter_enter(unsigned actor);
void prompter_await(unsigned actor, unsigned nth);
void prompter_done(unsigned actor, unsigned nth);

/*
 * Gives the turns, one after the other, and returns after the last. For each that asks, and once more at the end, it writes the
 * turn's number, from 1, to the word behind the one at prompter_words(), and waits for the director to write the same to the word after
 * that. The director writes it to the first word when it holds the turn's actor.
 */
void prompter_run(const struct turn *turns, unsigned count);
void *prompter_words(void);

#endif
