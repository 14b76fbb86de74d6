/* What the actors of a stage can do: words to operations, and operations to system calls and accesses. */
#ifndef STAGE_OPERATIONS_H
#define STAGE_OPERATIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { OPERATIONS_MOST = 192, ARGUMENTS_MOST = 3 };

struct operation {
	const struct operation_row *row;
	/* Addresses, numbers of pages, values; whatever the row says. */
	uint64_t arguments[ARGUMENTS_MOST];
};

/* "store a+3 7; unmap a 16" into at most OPERATIONS_MOST rows; their number. Ends with exit code 2 for other words. */
unsigned operations_parse(char *text, struct operation *operations);

/* Finds the addresses of the areas and installs the signal handlers. Before operations_parse(), and before threads. */
void stage_begin(void);

bool operation_forks(const struct operation *operation);

/*
 * What it returned: a value that was loaded, or was there before an exchange; 0, or minus the errno. SIGSEGV and SIGBUS give
 * -1000 minus 100 times their si_code minus their number.
 */
int64_t operation_run(const struct operation *operation);

#endif
