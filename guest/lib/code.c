#include "code.h"

#include <stdint.h>

void code_put_return(char *address)
{
#if defined(__x86_64__)
	*(volatile uint8_t *)address = 0xc3; /* ret */
#elif defined(__powerpc64__)
	*(volatile uint32_t *)address = 0x4e800020; /* blr */
#else
	(void)address;
#endif
}

void code_call(char *address)
{
#if defined(__powerpc64__) && _CALL_ELF != 2
	/* A function pointer is the address of a descriptor (ELF v1). */
	volatile uint64_t descriptor[3] = { (uint64_t)(uintptr_t)address, 0, 0 };
	void (*function)(void) = (void (*)(void))(uintptr_t)descriptor;
#else
	void (*function)(void) = (void (*)(void))(uintptr_t)address;
#endif
	function();
}
