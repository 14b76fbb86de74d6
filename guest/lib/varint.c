#include "varint.h"

#include "rig.h"

size_t varint_put(uint8_t *to, int64_t value)
{
	uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
	size_t used = 0;
	while (rest > 0x7f) {
		to[used++] = (uint8_t)(rest | 0x80);
		rest >>= 7;
	}
	to[used++] = (uint8_t)rest;
	return used;
}

int64_t varint_get(const uint8_t **at, const uint8_t *end)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (*at == end)
			break;
		uint8_t byte = *(*at)++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
	}
	rig_broken("a number in the input is cut or too long");
}
