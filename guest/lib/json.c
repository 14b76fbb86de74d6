#define _GNU_SOURCE
#include "json.h"

#include "rig.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static void add(struct json *json, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	size_t room = sizeof json->text - json->length;
	int length = vsnprintf(json->text + json->length, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		rig_broken("a JSON line is too long");
	json->length += (unsigned)length;
}

static void key(struct json *json, const char *name)
{
	add(json, "%s\"%s\":", json->separate ? "," : "", name);
	json->separate = true;
}

void json_begin(struct json *json)
{
	json->length = 0;
	json->separate = false;
	add(json, "{");
}

void json_open(struct json *json, const char *name)
{
	key(json, name);
	add(json, "{");
	json->separate = false;
}

void json_close(struct json *json)
{
	add(json, "}");
	json->separate = true;
}

void json_text(struct json *json, const char *name, const char *value)
{
	if (!value) {
		json_null(json, name);
		return;
	}
	key(json, name);
	add(json, "\"");
	for (; *value; value++)
		add(json, (unsigned char)*value < 0x20 || *value == '"' || *value == '\\' ? "\\u%04x" : "%c", *value);
	add(json, "\"");
}

void json_number(struct json *json, const char *name, int64_t value)
{
	key(json, name);
	add(json, "%lld", (long long)value);
}

void json_flag(struct json *json, const char *name, bool value)
{
	key(json, name);
	add(json, value ? "true" : "false");
}

void json_null(struct json *json, const char *name)
{
	key(json, name);
	add(json, "null");
}

void json_write(struct json *json, int descriptor)
{
	add(json, "}\n");
	for (unsigned written = 0; written < json->length;) {
		ssize_t got = write(descriptor, json->text + written, json->length - written);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			_exit(RIG_BROKEN);
		written += (unsigned)got;
	}
}
