/* Small seeded random numbers, one state per thread (splitmix64, Vigna). */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline struct random random_seeded(uint64_t seed, uint64_t stream)
{
	return (struct random){ seed * 0x9e3779b97f4a7c15u ^ (stream + 1) * 0xd1342543de82ef95u };
}

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* 0 … bound-1; bound > 0. */
static inline uint32_t random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)((random_next(random) >> 32) * bound >> 32);
}

static inline bool random_percent(struct random *random, uint32_t percent)
{
	return random_below(random, 100) < percent;
}

/* Burns a random while, below 2^bits rounds, so that threads do not fall into step. */
static inline void random_spin(struct random *random, unsigned bits)
{
	for (uint64_t rounds = random_next(random) & ((1u << bits) - 1); rounds; rounds--)
		__asm__ volatile("" ::: "memory");
}

#endif
