/* One JSON object, built in place and written with one write(2), so that lines of several processes do not mix. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

struct json {
	char text[8192];
	unsigned length;
	bool separate; /* a comma is due */
};

void json_begin(struct json *json);
void json_open(struct json *json, const char *name);
void json_close(struct json *json);
void json_text(struct json *json, const char *name, const char *value); /* NULL becomes null */
void json_number(struct json *json, const char *name, int64_t value);
void json_flag(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);

/* Closes the object and writes it as a line. */
void json_write(struct json *json, int descriptor);

#endif
