/* Numbers in as few bytes as they need: seven bits a byte, low ones first, the sign in the lowest bit (zigzag). */
#ifndef VARINT_H
#define VARINT_H

#include <stddef.h>
#include <stdint.h>

enum { VARINT_LONGEST = 10 };

/* Writes `value` at `to`, which has room for VARINT_LONGEST; returns the bytes used. */
size_t varint_put(uint8_t *to, int64_t value);

/* Reads from [*at, end) and moves *at behind it. A number that is cut or too long ends the program with exit(3). */
int64_t varint_get(const uint8_t **at, const uint8_t *end);

#endif
