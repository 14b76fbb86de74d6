/* One access that is not allowed, in a process with a second thread: which signal, with which code? */
#define _GNU_SOURCE
#include "directed-place.h"

#include "code.h"
#include "guard.h"
#include "rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

enum { PAGES = 8 };

static char *page(unsigned n)
{
	return region + n * rig_page_size();
}

static const char *code_name(int signal, int code)
{
	if (signal == 0)
		return "no-signal";
	if (signal == SIGBUS)
		return "SIGBUS";
	return code == SEGV_MAPERR ? "SEGV_MAPERR" : code == SEGV_ACCERR ? "SEGV_ACCERR" : "SEGV_OTHER";
}

/* A region with a page table and an anon_vma, in a process in which faults can be speculative. */
static void begin(void)
{
	keep_company();
	place_begin(PAGES * rig_page_size());
	*word(0) = 1;
}

static const char *try_load(char *address)
{
	uint64_t value;
	return guard_load((volatile uint64_t *)address, &value) ? "no-signal" : code_name(guard_last.signal, guard_last.code);
}

static const char *try_store(char *address)
{
	uint64_t old;
	bool well = guard_exchange((volatile uint64_t *)address, 2, &old);
	return well ? "no-signal" : code_name(guard_last.signal, guard_last.code);
}

static const char *write_read_only(const struct trial *trial)
{
	(void)trial;
	begin();
	mprotect(region, PAGES * rig_page_size(), PROT_READ);
	return try_store(page(2));
}

static const char *write_read_only_present(const struct trial *trial)
{
	(void)trial;
	begin();
	mprotect(region, PAGES * rig_page_size(), PROT_READ);
	return try_store(region);
}

static const char *read_no_access(const struct trial *trial)
{
	(void)trial;
	begin();
	mprotect(region, PAGES * rig_page_size(), PROT_NONE);
	return try_load(page(2));
}

static void begin_with_hole(void)
{
	begin();
	*word(4) = 1;
	munmap(page(1), 3 * rig_page_size());
}

static const char *read_hole_below(const struct trial *trial)
{
	(void)trial;
	begin_with_hole();
	return try_load(page(2));
}

static const char *write_hole_below(const struct trial *trial)
{
	(void)trial;
	begin_with_hole();
	return try_store(page(3));
}

static sigjmp_buf back;
static volatile int fetch_signal, fetch_code;

static void note_and_leave(int signal, siginfo_t *info, void *context)
{
	(void)context;
	fetch_signal = signal;
	fetch_code = info->si_code;
	siglongjmp(back, 1);
}

static const char *fetch(char *address)
{
	struct sigaction action = { .sa_sigaction = note_and_leave, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	if (!sigsetjmp(back, 0))
		code_call(address);
	return code_name(fetch_signal, fetch_code);
}

static const char *fetch_not_executable(const struct trial *trial)
{
	(void)trial;
	begin();
	code_put_return(page(2));
	return fetch(page(2));
}

static const char *fetch_not_executable_absent(const struct trial *trial)
{
	(void)trial;
	begin();
	return fetch(page(2));
}

static const char *only_where_we_can_fetch(const struct trial *trial)
{
	(void)trial;
	return CODE_KNOWN ? NULL : CODE_UNKNOWN;
}

const struct directed directed_accesses[] = {
	{ "write-read-only", write_read_only, NULL },
	{ "write-read-only-present", write_read_only_present, NULL },
	{ "read-no-access", read_no_access, NULL },
	{ "read-hole-below", read_hole_below, NULL },
	{ "write-hole-below", write_hole_below, NULL },
	{ "fetch-not-executable", fetch_not_executable, only_where_we_can_fetch },
	{ "fetch-not-executable-absent", fetch_not_executable_absent, only_where_we_can_fetch },
	{ .name = NULL },
};
