#define _GNU_SOURCE
#include "history.h"

#include "clock.h"
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

struct chunk_header {
	uint32_t kind, thread, bytes, crc;
};

static int stream = -1;

/* Of every byte written so far but the CRCs themselves: what is missing, moved or foreign breaks the chain. */
static uint32_t chain;

/* zlib's CRC-32 (polynomial 0xedb88320, reflected), eight bytes a step. */
static uint32_t crc_table[8][256];

static void crc_prepare(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
		crc_table[0][byte] = crc;
	}
	for (uint32_t byte = 0; byte < 256; byte++)
		for (int n = 1; n < 8; n++)
			crc_table[n][byte] = crc_table[n - 1][byte] >> 8 ^ crc_table[0][crc_table[n - 1][byte] & 0xff];
}

/* Goes on from the CRC of the bytes before; 0 where there are none. */
static uint32_t crc32_from(uint32_t before, const void *from, size_t length)
{
	const uint8_t *bytes = from;
	uint32_t crc = ~before;
	for (; length >= 8; length -= 8, bytes += 8) {
		crc ^= (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
		crc = crc_table[7][crc & 0xff] ^ crc_table[6][crc >> 8 & 0xff] ^ crc_table[5][crc >> 16 & 0xff] ^
		      crc_table[4][crc >> 24] ^ crc_table[3][bytes[4]] ^ crc_table[2][bytes[5]] ^
		      crc_table[1][bytes[6]] ^ crc_table[0][bytes[7]];
	}
	for (; length; length--, bytes++)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *bytes) & 0xff];
	return ~crc;
}

static void write_all(struct iovec *parts, int count)
{
	while (count) {
		ssize_t written = writev(stream, parts, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			rig_broken("cannot write the history: %m");
		for (; count && (size_t)written >= parts->iov_len; parts++, count--)
			written -= (ssize_t)parts->iov_len;
		if (count) {
			parts->iov_base = (char *)parts->iov_base + written;
			parts->iov_len -= (size_t)written;
		}
	}
}

void history_open(const char *target)
{
	crc_prepare();
	if (!strcmp(target, "none"))
		return;
	stream = !strcmp(target, "-") ? STDOUT_FILENO : open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (stream < 0)
		rig_broken("cannot create %s: %m", target);
}

bool history_wanted(void)
{
	return stream >= 0;
}

static uint32_t architecture(void)
{
#if defined(__x86_64__)
	return 1;
#elif defined(__powerpc64__)
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 2 : 3;
#elif defined(__aarch64__)
	return 4;
#else
	return 0;
#endif
}

void history_begin(struct history_header header, const uint64_t *roles)
{
	if (!history_wanted())
		return;
	struct utsname system;
	uname(&system);
	header.magic = HISTORY_MAGIC;
	header.version = HISTORY_VERSION;
	header.arch = architecture();
	header.page_size = (uint32_t)rig_page_size();
	header.clock = workload_clock.kind;
	header.ticks_per_second = workload_clock.ticks_per_second;
	header.skew = workload_clock.skew;
	memcpy(header.release, system.release, strnlen(system.release, sizeof header.release - 1));
	chain = crc32_from(0, &header, sizeof header);
	struct iovec part = { &header, sizeof header };
	write_all(&part, 1);
	history_write(CHUNK_ROLES, HISTORY_NO_THREAD, roles, header.threads * sizeof *roles);
}

void history_write(enum history_chunk kind, uint32_t thread, const void *payload, size_t bytes)
{
	if (!history_wanted())
		return;
	struct chunk_header header = { kind, thread, (uint32_t)bytes, 0 };
	chain = crc32_from(chain, &header, offsetof(struct chunk_header, crc));
	chain = header.crc = crc32_from(chain, payload, bytes);
	struct iovec parts[2] = { { &header, sizeof header }, { (void *)(uintptr_t)payload, bytes } };
	write_all(parts, bytes ? 2 : 1);
}
