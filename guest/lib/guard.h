/*
 * Accesses that may fault for good. A SIGSEGV or SIGBUS raised by one of them, at an address inside the guarded area, is
 * noted and survived: the handler moves the program counter to the access's fix-up, found in a table like the kernel's
 * own (arch/x86/mm/extable.c). Any other such signal is fatal and says so.
 */
#ifndef GUARD_H
#define GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct guard_fault {
	int signal; /* 0 when the access went well */
	int code; /* si_code */
	uint64_t address; /* si_addr */
};

/* What the last guarded access of this thread met. */
extern _Thread_local volatile struct guard_fault guard_last;

/* Installs the handlers and sets the area whose faults are survived. Once, before threads start. */
void guard_start(const void *area, uint64_t bytes);

/* Gives the calling thread its alternate stack. Before its first guarded access. */
void guard_thread(void);

/*
 * Fetches and runs an instruction at `code`, which must be a return or zeros. False when it could not be fetched: see
 * guard_last. Where this architecture has no way to do it, GUARD_EXECUTES is 0 and the process ends.
 */
bool guard_execute(const void *code);

#if defined(__x86_64__)
#define GUARD_BY_TABLE 1
#define GUARD_EXECUTES 1
#define GUARD_FIXUP(from, to) \
	".pushsection guard_fixups, \"a\"\n\t.balign 4\n\t.long " #from " - ., " #to " - .\n\t.popsection\n\t"

static inline bool guard_load(const volatile uint64_t *word, uint64_t *value)
{
	uint64_t got = 0;
	uint32_t faulted = 1;
	__asm__ volatile("1:\tmovq %2, %0\n\txorl %1, %1\n2:\n\t" GUARD_FIXUP(1b, 2b)
			 : "+r"(got), "+r"(faulted)
			 : "m"(*word)
			 : "cc", "memory");
	*value = got;
	return !faulted;
}

static inline bool guard_exchange(volatile uint64_t *word, uint64_t value, uint64_t *old)
{
	uint32_t faulted = 1;
	__asm__ volatile("1:\txchgq %0, %2\n\txorl %1, %1\n2:\n\t" GUARD_FIXUP(1b, 2b)
			 : "+r"(value), "+r"(faulted), "+m"(*word)
			 :
			 : "cc", "memory");
	*old = value;
	return !faulted;
}

/* One store and nothing else: an exchange may fault twice, once to read and once to write (ldarx, stdcx.). */
static inline bool guard_store(volatile uint64_t *word, uint64_t value)
{
	uint32_t faulted = 1;
	__asm__ volatile("1:\tmovq %2, %1\n\txorl %0, %0\n2:\n\t" GUARD_FIXUP(1b, 2b)
			 : "+r"(faulted), "=m"(*word)
			 : "r"(value)
			 : "cc", "memory");
	return !faulted;
}

#elif defined(__powerpc64__)
#define GUARD_BY_TABLE 1
#define GUARD_FIXUP(from, to) \
	".pushsection guard_fixups, \"a\"\n\t.balign 4\n\t.long " #from " - ., " #to " - .\n\t.popsection\n\t"

static inline bool guard_load(const volatile uint64_t *word, uint64_t *value)
{
	uint64_t got = 0;
	uint64_t faulted = 1;
	__asm__ volatile("1:\tld %0, 0(%2)\n\tli %1, 0\n2:\n\t" GUARD_FIXUP(1b, 2b)
			 : "+r"(got), "+r"(faulted)
			 : "b"(word)
			 : "memory");
	*value = got;
	return !faulted;
}

/* ldarx faults for want of a page, stdcx. for want of the right to write: both have a fix-up. */
static inline bool guard_exchange(volatile uint64_t *word, uint64_t value, uint64_t *old)
{
	uint64_t got = 0;
	uint64_t faulted = 1;
	__asm__ volatile("sync\n1:\tldarx %0, 0, %2\n3:\tstdcx. %3, 0, %2\n\tbne- 1b\n\tli %1, 0\n2:\tsync\n\t" GUARD_FIXUP(
				 1b, 2b) GUARD_FIXUP(3b, 2b)
			 : "+&r"(got), "+&r"(faulted)
			 : "b"(word), "r"(value)
			 : "cc", "memory");
	*old = got;
	return !faulted;
}

static inline bool guard_store(volatile uint64_t *word, uint64_t value)
{
	uint64_t faulted = 1;
	__asm__ volatile("1:\tstd %2, 0(%1)\n\tli %0, 0\n2:\n\t" GUARD_FIXUP(1b, 2b)
			 : "+&r"(faulted)
			 : "b"(word), "r"(value)
			 : "memory");
	return !faulted;
}

#else
#define GUARD_BY_TABLE 0
bool guard_store(volatile uint64_t *word, uint64_t value);
bool guard_load(const volatile uint64_t *word, uint64_t *value);
bool guard_exchange(volatile uint64_t *word, uint64_t value, uint64_t *old);
#endif

#ifndef GUARD_EXECUTES
#define GUARD_EXECUTES 0
#endif

#endif
