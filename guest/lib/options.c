#define _GNU_SOURCE
#include "options.h"

#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct option_row *rows)
{
	printf("usage: %s [--OPTION VALUE]...\n", program_invocation_short_name);
	for (; rows->name; rows++) {
		printf("  --%-12s %s", rows->name, rows->help);
		if (rows->text)
			printf(" (%s)\n", *rows->text ? *rows->text : "none");
		else
			printf(" (%llu)\n", (unsigned long long)*rows->number);
	}
	exit(RIG_DONE);
}

static uint64_t number_of(const struct option_row *row, const char *text)
{
	char *end;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value < row->least || value > row->most)
		rig_usage("--%s %s: it must be a number from %llu to %llu", row->name, text,
			  (unsigned long long)row->least, (unsigned long long)row->most);
	return value;
}

void options_parse(int argc, char **argv, const struct option_row *rows)
{
	for (int i = 1; i < argc; i += 2) {
		if (!strcmp(argv[i], "--help"))
			print_help(rows);
		const struct option_row *row = rows;
		while (row->name && (strncmp(argv[i], "--", 2) || strcmp(argv[i] + 2, row->name)))
			row++;
		if (!row->name)
			rig_usage("unknown option %s; --help lists them", argv[i]);
		if (i + 1 == argc)
			rig_usage("--%s needs a value", row->name);
		if (row->text)
			*row->text = argv[i + 1];
		else
			*row->number = number_of(row, argv[i + 1]);
	}
}

uint64_t options_seconds(const char *option, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);
	if (end == text || *end || !(seconds > 0 && seconds < 1e7))
		rig_usage("--%s %s: it must be a number of seconds", option, text);
	return (uint64_t)(seconds * 1e9);
}

void options_weights(const char *option, const char *text, const char *const *names, uint32_t *weights)
{
	uint64_t total = 0;
	for (int n = 0; names[n]; n++)
		weights[n] = 0;
	while (*text) {
		size_t length = strcspn(text, "=");
		int n = 0;
		while (names[n] && (strlen(names[n]) != length || strncmp(names[n], text, length)))
			n++;
		if (!names[n] || text[length] != '=')
			rig_usage("--%s: '%.*s' is none of its names", option, (int)length, text);
		char *end;
		unsigned long weight = strtoul(text + length + 1, &end, 10);
		if (end == text + length + 1 || (*end && *end != ',') || weight > 1000000)
			rig_usage("--%s: %s needs a weight from 0 to 1000000", option, names[n]);
		weights[n] = (uint32_t)weight;
		total += weight;
		text = *end ? end + 1 : end;
	}
	if (!total)
		rig_usage("--%s: at least one weight must be above 0", option);
}
