#define _GNU_SOURCE
#include "guard.h"

#include "rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

_Thread_local volatile struct guard_fault guard_last;
static uint64_t area_start, area_end;

enum { ALTERNATE_STACK = 64 * 1024 };

#if GUARD_BY_TABLE
struct fixup {
	int32_t from, to; /* each relative to its own place */
};
extern const struct fixup __start_guard_fixups[], __stop_guard_fixups[];

#if defined(__x86_64__)
static greg_t *program_counter(ucontext_t *context)
{
	return &context->uc_mcontext.gregs[REG_RIP];
}
#else
enum { NEXT_INSTRUCTION = 32 }; /* PT_NIP, arch/powerpc/include/uapi/asm/ptrace.h */
static unsigned long *program_counter(ucontext_t *context)
{
	return (unsigned long *)&context->uc_mcontext.gp_regs[NEXT_INSTRUCTION];
}
#endif

static uint64_t current_place(ucontext_t *context)
{
	return (uint64_t)*program_counter(context);
}

static bool skip_access(ucontext_t *context)
{
	for (const struct fixup *fixup = __start_guard_fixups; fixup < __stop_guard_fixups; fixup++) {
		if ((uint64_t)&fixup->from + (uint64_t)(int64_t)fixup->from != current_place(context))
			continue;
		*program_counter(context) = (int64_t)((uint64_t)&fixup->to + (uint64_t)(int64_t)fixup->to);
		return true;
	}
	return false;
}

#else /* Any other architecture: a jump without saving the mask (SA_NODEFER leaves it alone). */
static _Thread_local sigjmp_buf resume;
static _Thread_local volatile sig_atomic_t guarded;

bool guard_load(const volatile uint64_t *word, uint64_t *value)
{
	guarded = 1;
	bool well = !sigsetjmp(resume, 0);
	if (well)
		*value = __atomic_load_n(word, __ATOMIC_SEQ_CST);
	guarded = 0;
	return well;
}

bool guard_exchange(volatile uint64_t *word, uint64_t value, uint64_t *old)
{
	guarded = 1;
	bool well = !sigsetjmp(resume, 0);
	if (well)
		*old = __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
	guarded = 0;
	return well;
}

bool guard_store(volatile uint64_t *word, uint64_t value)
{
	guarded = 1;
	bool well = !sigsetjmp(resume, 0);
	if (well)
		__atomic_store_n(word, value, __ATOMIC_RELAXED);
	guarded = 0;
	return well;
}

static uint64_t current_place(ucontext_t *context)
{
	(void)context;
	return 0;
}

static bool skip_access(ucontext_t *context)
{
	(void)context;
	if (guarded)
		siglongjmp(resume, 1);
	return false;
}
#endif

#if GUARD_EXECUTES
/* Where guard_execute() jumped to, and how to come back from there. */
static _Thread_local volatile uint64_t executed, back_place, back_stack;

/* Zeros are `add %al, (%rax)`; with a zero rax they end in a fault at address 0, which says that they were fetched. */
bool guard_execute(const void *code)
{
	guard_last.signal = 0;
	executed = (uint64_t)(uintptr_t)code;
	__asm__ volatile("leaq -128(%%rsp), %%rsp\n\t" /* past the red zone */
			 "leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\tmovq %%rsp, %1\n\t"
			 "xorl %%eax, %%eax\n\tcall *%2\n1:\tleaq 128(%%rsp), %%rsp"
			 : "=m"(back_place), "=m"(back_stack)
			 : "b"(code)
			 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc", "memory");
	executed = 0;
	return guard_last.signal == 0;
}

static bool end_execution(int signal, const siginfo_t *info, ucontext_t *context)
{
	uint64_t place = current_place(context), address = (uint64_t)(uintptr_t)info->si_addr;
	if (!executed || place != executed || info->si_code <= 0)
		return false;
	if (address) {
		guard_last.code = info->si_code;
		guard_last.address = address;
		guard_last.signal = signal;
	}
	context->uc_mcontext.gregs[REG_RIP] = (greg_t)back_place;
	context->uc_mcontext.gregs[REG_RSP] = (greg_t)back_stack;
	return true;
}
#else
bool guard_execute(const void *code)
{
	rig_broken("cannot jump to %p: this architecture has no way back yet", code);
}

static bool end_execution(int signal, const siginfo_t *info, ucontext_t *context)
{
	(void)signal;
	(void)info;
	(void)context;
	return false;
}
#endif

__attribute__((noreturn)) static void die_loudly(int signal, const siginfo_t *info, uint64_t place)
{
	char text[160];
	int length = snprintf(text, sizeof text,
			      "unexpected signal %d (code %d) at address %#llx, instruction %#llx\n", signal,
			      info->si_code, (unsigned long long)(uintptr_t)info->si_addr, (unsigned long long)place);
	if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0)
		_exit(RIG_BROKEN);
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigaction(signal, &action, NULL);
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, signal);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	raise(signal);
	_exit(RIG_BROKEN);
}

static void handle(int signal, siginfo_t *info, void *context)
{
	uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
	if (end_execution(signal, info, context))
		return;
	/* si_code <= 0 was sent by somebody and is no fault. */
	bool ours = info->si_code > 0 && address >= area_start && address < area_end;
	if (ours) {
		guard_last.code = info->si_code;
		guard_last.address = address;
		guard_last.signal = signal;
		if (skip_access(context))
			return;
	}
	die_loudly(signal, info, current_place(context));
}

void guard_start(const void *area, uint64_t bytes)
{
	area_start = (uint64_t)(uintptr_t)area;
	area_end = area_start + bytes;
	struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGSEGV, &action, NULL) || sigaction(SIGBUS, &action, NULL))
		rig_broken("cannot install the SIGSEGV handler: %m");
}

void guard_thread(void)
{
	stack_t stack = { .ss_sp = rig_buffer(ALTERNATE_STACK), .ss_size = ALTERNATE_STACK };
	if (sigaltstack(&stack, NULL))
		rig_broken("cannot set the signal stack: %m");
}
