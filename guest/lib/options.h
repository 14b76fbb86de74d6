/* Command lines as a table: every option is --name VALUE. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

struct option_row {
	const char *name;
	const char *help;
	/* One of the two; `least` and `most` bound a number. */
	uint64_t *number;
	const char **text;
	uint64_t least, most;
};

/* Fills in the rows' variables. --help prints the table; anything wrong ends with exit code 2. Ends with a {0} row. */
void options_parse(int argc, char **argv, const struct option_row *rows);

/* Seconds with a fraction ("1.5") to nanoseconds. */
uint64_t options_seconds(const char *option, const char *text);

/* "name=weight,name=weight" over `names` (ends with NULL) into `weights`; names left out weigh 0. */
void options_weights(const char *option, const char *text, const char *const *names, uint32_t *weights);

#endif
