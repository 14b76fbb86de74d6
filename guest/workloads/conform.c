/*
 * conform: runs programs of system calls and accesses, each in a process of its own in which a second thread lives, and
 * tells what every step gave and how the address space looks after it. What ought to have come out is not known here:
 * the model is on the other side (harness/model/address-space). Both formats: docs/address-space-model.md.
 */
#define _GNU_SOURCE
#include "guard.h"
#include "json.h"
#include "maps.h"
#include "options.h"
#include "pagemap.h"
#include "rig.h"
#include "varint.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* The places of harness/model/address-space/operation.ts. */
enum operation {
	OP_MMAP,
	OP_MUNMAP,
	OP_MPROTECT,
	OP_MADVISE,
	OP_MREMAP,
	OP_BRK,
	OP_MLOCK,
	OP_MLOCK2,
	OP_MUNLOCK,
	OP_MLOCKALL,
	OP_MUNLOCKALL,
	OP_READ,
	OP_WRITE,
	OP_EXECUTE,
	OP_FORK,
	OP_MSYNC,
	OP_REMAP_FILE_PAGES,
	OPERATIONS,
};
/* a: address, l: length, i: integer. */
static const char *const signatures[OPERATIONS] = {
	"aliiil", "al", "ali", "ali", "allia", "a", "al", "ali", "al", "i", "", "a", "ai", "a", "i", "ali", "aliii",
};
static const uint64_t addresses[] = { 0, (1ull << 47) - 4096, 1ull << 47, -4096ull, 1 };
static const uint64_t lengths[] = { -1ull, -4096ull, 1ull << 47, 1ull << 63 };

/*
 * FIRST_FILE is far enough for what is open already and below 64, where the table of files grows: in a process with
 * threads expand_fdtable(), fs/file.c, then waits for a grace period, which took longer than a program does.
 */
enum {
	ARENA_PAGES = 1024,
	MEMLOCK_PAGES = 32,
	STACK_PAGES = 200,
	LARGEST_PROGRAM = 1 << 16,
	LARGEST_RESULT = 8 << 20,
	FIRST_FILE = 40,
	NOBODY = 65534,
};
/* Results that are neither addresses nor errno. */
enum { ELSEWHERE = -5000, SIGNALLED = 0x100000, WRONG_ADDRESS = 0x80000 };
enum { FILES = 1 /* the program maps files */ };
enum status { DONE, DIED, TIMED_OUT };

static uint64_t full, patience = 60;
static uint64_t base, arena_end, page_size;

/* Shared by all processes of a program. */
static struct result {
	uint32_t used;
	uint8_t bytes[LARGEST_RESULT];
} *result;

static int maps_file;

static void put(const void *bytes, size_t count)
{
	if (result->used + count > LARGEST_RESULT)
		rig_broken("a program's result is too large");
	memcpy(result->bytes + result->used, bytes, count);
	result->used += (uint32_t)count;
}

static void put_number(int64_t value)
{
	uint8_t bytes[VARINT_LONGEST];
	put(bytes, varint_put(bytes, value));
}

/* --- The address space after a step --- */

static uint32_t mix(uint32_t hash, uint32_t word)
{
	word *= 0xcc9e2d51u;
	word = word << 15 | word >> 17;
	hash ^= word * 0x1b873593u;
	return (hash << 13 | hash >> 19) * 5 + 0xe6546b64u;
}

static uint32_t name_code(const char *name)
{
	static const char memfd[] = "/memfd:conform-";
	if (!*name)
		return 0;
	if (!strcmp(name, "[heap]"))
		return 1;
	if (!strcmp(name, "/dev/zero (deleted)"))
		return 2;
	if (!strncmp(name, memfd, sizeof memfd - 1) && !strcmp(name + sizeof memfd, " (deleted)"))
		return 3 + (uint32_t)(name[sizeof memfd - 1] - '0');
	return 99;
}

enum { LARGEST_TEXT = 1 << 16 };
struct look {
	uint32_t maps, contents;
	char text[LARGEST_TEXT];
	size_t length;
};

static void note(struct look *look, const char *format, ...)
{
	va_list arguments;
	if (!full)
		return;
	va_start(arguments, format);
	int length = vsnprintf(look->text + look->length, LARGEST_TEXT - look->length, format, arguments);
	va_end(arguments);
	if (length < 0 || look->length + (size_t)length >= LARGEST_TEXT)
		rig_broken("a step has too much to tell");
	look->length += (size_t)length;
}

static void look_into(uint64_t start, uint64_t end, struct look *look)
{
	if (start < base)
		return;
	for (uint64_t page = start; page < end; page += page_size) {
		uint64_t value;
		if (!guard_load((const volatile uint64_t *)(uintptr_t)page, &value))
			value = guard_last.signal == SIGBUS ? 0xb05 : 0x5e9;
		if (!value)
			continue;
		uint32_t number = (uint32_t)((page - base) / page_size);
		look->contents = mix(mix(mix(look->contents, number), (uint32_t)value), (uint32_t)(value >> 32));
		note(look, "%u=%llx\n", number, (unsigned long long)value);
	}
}

struct seen {
	uint64_t start, end;
};
struct sight {
	struct look *look;
	/* To be read once the list is complete: reading may change it. */
	struct seen readable[ARENA_PAGES];
	unsigned count;
};

static void see_line(const struct maps_line *line, void *context)
{
	struct sight *sight = context;
	struct look *look = sight->look;
	uint32_t rights = (line->rights[0] == 'r') | (line->rights[1] == 'w') << 1 | (line->rights[2] == 'x') << 2 |
			  (line->rights[3] == 's') << 3;
	look->maps = mix(look->maps, (uint32_t)((int64_t)(line->start - base) / (int64_t)page_size));
	look->maps = mix(look->maps, (uint32_t)((int64_t)(line->end - base) / (int64_t)page_size));
	look->maps = mix(look->maps, rights);
	look->maps = mix(look->maps, (uint32_t)(line->offset / page_size));
	look->maps = mix(look->maps, name_code(line->name));
	note(look, "%s\n", line->text);
	if (rights & 1 && sight->count < ARENA_PAGES)
		sight->readable[sight->count++] = (struct seen){ line->start, line->end };
}

static void look_around(void)
{
	static struct look look;
	static struct sight sight;
	look.maps = look.contents = 0x811c9dc5u;
	look.length = 0;
	sight.look = &look;
	sight.count = 0;
	maps_each(maps_file, base, arena_end, see_line, &sight);
	for (unsigned n = 0; n < sight.count; n++)
		look_into(sight.readable[n].start, sight.readable[n].end, &look);
	put(&look.maps, sizeof look.maps);
	put(&look.contents, sizeof look.contents);
	if (!full)
		return;
	put_number((int64_t)look.length);
	put(look.text, look.length);
}

/* --- A step --- */

struct step {
	unsigned operation;
	uint64_t args[6];
};

static struct step read_step(const uint8_t **at, const uint8_t *end)
{
	struct step step = { .operation = *(*at)++ };
	if (step.operation >= OPERATIONS)
		rig_broken("operation %u is unknown", step.operation);
	const char *kinds = signatures[step.operation];
	for (int n = 0; kinds[n]; n++) {
		int64_t value = varint_get(at, end);
		uint64_t special = (uint64_t)(-1 - value);
		if (value >= 0 || kinds[n] == 'i')
			step.args[n] = (uint64_t)value + (kinds[n] == 'a' ? base : 0);
		else if (kinds[n] == 'a' && special < sizeof addresses / sizeof *addresses)
			step.args[n] = addresses[special];
		else if (kinds[n] == 'l' && special < sizeof lengths / sizeof *lengths)
			step.args[n] = lengths[special];
		else
			rig_broken("%lld is no argument of operation %u", (long long)value, step.operation);
	}
	return step;
}

static int64_t outcome(long value)
{
	return value == -1 ? -(int64_t)errno : value;
}

/* A place that the kernel chose far from the arena is given back: nobody looks there. */
static int64_t place(long got, uint64_t length)
{
	uint64_t address = (uint64_t)got;
	if (got == -1)
		return -(int64_t)errno;
	if (address >= base && address < arena_end)
		return got;
	if (munmap((void *)got, length))
		rig_broken("cannot unmap what the kernel placed at %#lx: %m", got);
	return ELSEWHERE;
}

static int64_t access_result(bool well, uint64_t value, uint64_t address)
{
	if (well)
		return (int64_t)value;
	int64_t code = SIGNALLED + guard_last.signal * 256 + guard_last.code;
	return -(guard_last.address == address ? code : code + WRONG_ADDRESS);
}

static int64_t perform(const struct step *step)
{
	const uint64_t *a = step->args;
	uint64_t value = 0;
	void *address = (void *)(uintptr_t)a[0];
	bool well;
	switch (step->operation) {
	case OP_MMAP: {
		long file = (int64_t)a[4] < 0 ? -1 : (long)a[4] + FIRST_FILE;
		return place(syscall(SYS_mmap, a[0], a[1], a[2], a[3], file, a[5]), a[1]);
	}
	case OP_MUNMAP:
		return outcome(syscall(SYS_munmap, a[0], a[1]));
	case OP_MPROTECT:
		return outcome(syscall(SYS_mprotect, a[0], a[1], a[2]));
	case OP_MADVISE:
		return outcome(syscall(SYS_madvise, a[0], a[1], a[2]));
	case OP_MREMAP: {
		long got = syscall(SYS_mremap, a[0], a[1], a[2], a[3], a[4]);
		/* A mapping that stays where nothing is has no place to give back. */
		return got == (long)a[0] ? got : place(got, a[2]);
	}
	case OP_BRK:
		return syscall(SYS_brk, a[0]);
	case OP_MLOCK:
		return outcome(syscall(SYS_mlock, a[0], a[1]));
	case OP_MLOCK2:
		return outcome(syscall(SYS_mlock2, a[0], a[1], a[2]));
	case OP_MUNLOCK:
		return outcome(syscall(SYS_munlock, a[0], a[1]));
	case OP_MLOCKALL:
		return outcome(syscall(SYS_mlockall, a[0]));
	case OP_MUNLOCKALL:
		return outcome(syscall(SYS_munlockall));
	case OP_MSYNC:
		return outcome(syscall(SYS_msync, a[0], a[1], a[2]));
	case OP_REMAP_FILE_PAGES:
		return outcome(syscall(SYS_remap_file_pages, a[0], a[1], a[2], a[3], a[4]));
	case OP_READ:
		well = guard_load(address, &value);
		return access_result(well, value, a[0]);
	case OP_WRITE:
		well = guard_exchange(address, a[1] * 256 + 0xc3, &value);
		return access_result(well, value, a[0]);
	case OP_EXECUTE:
		well = guard_execute(address);
		return access_result(well, 0, a[0]);
	default:
		rig_broken("operation %u is unknown", step->operation);
	}
}

/* --- A process --- */

static int wait_for_ever(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

/* It makes the process one that faults speculatively; it needs no stack of its own VMA, and nothing of the C library. */
static void start_company(void)
{
	static char stack[8192] __attribute__((aligned(16)));
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	if (clone(wait_for_ever, stack + sizeof stack, flags, NULL) < 0)
		rig_broken("cannot start a thread: %m");
}

static void begin_process(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	maps_file = maps_open();
	start_company();
}

static int new_file(const char *name, int number, uint64_t size)
{
	int file = (int)syscall(SYS_memfd_create, name, 0);
	if (file < 0 || ftruncate(file, (off_t)size))
		rig_broken("cannot make a file of memory: %m");
	uint64_t which = (uint64_t)(number == FIRST_FILE ? 0 : 1);
	for (uint64_t page = 0; page * page_size < size; page++) {
		uint64_t word = ((which + 1) * 0x1000 + page) * 256 + 0xc3;
		if (pwrite(file, &word, sizeof word, (off_t)(page * page_size)) != sizeof word)
			rig_broken("cannot fill a file of memory: %m");
	}
	if (dup2(file, number) != number)
		rig_broken("cannot number a file: %m");
	close(file);
	return number;
}

/* startFiles() of harness/model/address-space/mm.ts. */
static void open_files(void)
{
	char again[32];
	snprintf(again, sizeof again, "/proc/self/fd/%d", new_file("conform-0", FIRST_FILE, 16 * page_size));
	int readable = open(again, O_RDONLY);
	if (readable < 0 || dup2(readable, FIRST_FILE + 1) < 0)
		rig_broken("cannot open %s: %m", again);
	close(readable);
	new_file("conform-1", FIRST_FILE + 2, 5 * page_size + 100);
}

static void run(const uint8_t **at, const uint8_t *end, uint64_t count);

static void run_child(const uint8_t **at, const uint8_t *end, uint64_t count)
{
	pid_t child = fork();
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0) {
		begin_process();
		put_number(0);
		look_around();
		run(at, end, count);
		_exit(RIG_DONE);
	}
	int status;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		dprintf(STDERR_FILENO, "conform: a child ended with status %#x\n", status);
		_exit(RIG_BROKEN);
	}
	while (count-- && *at < end)
		read_step(at, end);
}

static void run(const uint8_t **at, const uint8_t *end, uint64_t count)
{
	while (count && *at < end) {
		count--;
		struct step step = read_step(at, end);
		if (step.operation == OP_FORK) {
			uint64_t part = step.args[0] < count ? step.args[0] : count;
			run_child(at, end, part);
			count -= part;
			continue;
		}
		put_number(perform(&step));
		look_around();
	}
}

/* --- Programs --- */

static volatile sig_atomic_t late;

static void be_late(int signal)
{
	(void)signal;
	late = 1;
}

static enum status run_program(const uint8_t *program, size_t length, int *signal)
{
	result->used = 0;
	late = 0;
	pid_t child = fork();
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0) {
		begin_process();
		const uint8_t *at = program;
		if (*at++ & FILES)
			open_files();
		run(&at, program + length, UINT64_MAX);
		_exit(RIG_DONE);
	}
	alarm((unsigned)patience);
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		if (late)
			kill(child, SIGKILL);
	alarm(0);
	*signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (late)
		return TIMED_OUT;
	if (WIFEXITED(status) && WEXITSTATUS(status) == RIG_DONE)
		return DONE;
	return DIED;
}

static bool read_whole(void *to, size_t bytes)
{
	for (size_t got = 0; got < bytes;) {
		ssize_t n = read(STDIN_FILENO, (char *)to + got, bytes - got);
		if (n < 0)
			rig_broken("cannot read programs: %m");
		if (n == 0) {
			if (got == 0)
				return false;
			rig_broken("the input ends within a program");
		}
		got += (size_t)n;
	}
	return true;
}

static void write_whole(const void *from, size_t bytes)
{
	for (size_t done = 0; done < bytes;) {
		ssize_t n = write(STDOUT_FILENO, (const char *)from + done, bytes - done);
		if (n < 0)
			rig_broken("cannot write results: %m");
		done += (size_t)n;
	}
}

static void tell_result(enum status status, int signal)
{
	static struct {
		uint32_t length;
		uint8_t status, signal;
	} __attribute__((packed)) head;
	head.length = result->used + 2;
	head.status = (uint8_t)status;
	head.signal = (uint8_t)signal;
	write_whole(&head, sizeof head);
	write_whole(result->bytes, result->used);
}

static void run_all(void)
{
	static uint8_t program[LARGEST_PROGRAM];
	uint32_t length;
	while (read_whole(&length, sizeof length)) {
		if (length == 0 || length > sizeof program)
			rig_broken("a program of %u bytes", length);
		if (!read_whole(program, length))
			rig_broken("the input ends before a program");
		int signal;
		enum status status = run_program(program, length, &signal);
		tell_result(status, signal);
	}
}

/* --- The start --- */

/* Sets the limit and says what it is now: who is not root cannot have more than he has. */
static uint64_t limit(int resource, uint64_t bytes)
{
	struct rlimit limits;
	if (getrlimit(resource, &limits))
		rig_broken("cannot read a limit: %m");
	if (geteuid() != 0 && bytes > limits.rlim_max)
		bytes = limits.rlim_max;
	limits.rlim_cur = bytes;
	/* The stack's may be raised again by whoever needs more; nobody may lock more than this. */
	if (resource == RLIMIT_MEMLOCK)
		limits.rlim_max = bytes;
	if (setrlimit(resource, &limits))
		rig_broken("cannot set a limit: %m");
	return bytes;
}

/* Ordinary users meet the limits that root does not. */
static void become_ordinary(void)
{
	if (geteuid() == 0 && (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
		rig_broken("cannot become an ordinary user: %m");
	/* Without it /proc/self belongs to root. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

/* One thing happens at a time: another CPU would only have to be woken for it, and under emulation that takes long. */
static void stay_on_one_cpu(void)
{
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	if (sched_setaffinity(0, sizeof here, &here))
		rig_broken("cannot stay on a CPU: %m");
}

struct heap {
	uint64_t start;
	bool found, crowded;
};

static void see_heap(const struct maps_line *line, void *context)
{
	struct heap *heap = context;
	if (line->end == base) {
		heap->found = true;
		heap->start = line->start;
	} else
		heap->crowded = true;
}

static uint64_t start_of_brk(void)
{
	enum { START_BRK = 47 };
	char text[1024];
	int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t got = read(file, text, sizeof text - 1);
	close(file);
	if (got <= 0)
		rig_broken("cannot read /proc/self/stat: %m");
	text[got] = '\0';
	char *at = strrchr(text, ')');
	for (int field = 2; at && field < START_BRK; field++)
		at = strchr(at + 1, ' ');
	unsigned long long start;
	if (!at || sscanf(at, " %llu", &start) != 1)
		rig_broken("/proc/self/stat does not say where the heap begins");
	return start;
}

static bool has_protection_keys(void)
{
	long key = syscall(SYS_pkey_alloc, 0, 0);
	if (key >= 0)
		syscall(SYS_pkey_free, key);
	return key >= 0;
}

/* A private page that was read and never written. */
static const char *read_page(void)
{
	const volatile char *page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		rig_broken("cannot map a page: %m");
	(void)page[0];
	return (const char *)page;
}

static void tell_start(uint64_t memlock, uint64_t stack)
{
	static struct json json;
	struct utsname name;
	struct heap heap = { 0 };
	uname(&name);
	maps_file = maps_open();
	maps_each(maps_file, base - page_size, arena_end, see_heap, &heap);
	if (heap.crowded)
		rig_broken("something is mapped in the arena at %#llx", (unsigned long long)base);
	json_begin(&json);
	json_text(&json, "release", name.release);
	json_number(&json, "pageSize", (int64_t)page_size);
	json_number(&json, "base", (int64_t)base);
	json_number(&json, "startBrk", (int64_t)start_of_brk());
	json_number(&json, "heapStart", heap.found ? (int64_t)heap.start : 0);
	json_number(&json, "memlock", (int64_t)memlock);
	json_number(&json, "stack", (int64_t)stack);
	json_flag(&json, "ksm", !access("/sys/kernel/mm/ksm/run", F_OK));
	json_flag(&json, "thp", !access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK));
	json_flag(&json, "pkeys", has_protection_keys());
	json_flag(&json, "zeroPage", !pagemap_exclusive(read_page()));
	json_write(&json, STDOUT_FILENO);
}

int main(int argc, char **argv)
{
	const struct option_row options[] = {
		{ "full", "1: tell the whole address space after each step", &full, NULL, 0, 1 },
		{ "patience", "seconds that a program may take", &patience, NULL, 1, 3600 },
		{ 0 },
	};
	options_parse(argc, argv, options);
	page_size = rig_page_size();
	result = rig_shared_buffer(sizeof *result);
	guard_thread();
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	base = ((uint64_t)syscall(SYS_brk, 0) + page_size - 1) / page_size * page_size;
	if ((uint64_t)syscall(SYS_brk, base) != base)
		rig_broken("cannot align the heap's end");
	arena_end = base + ARENA_PAGES * page_size;
	guard_start((const void *)(uintptr_t)base, arena_end - base);
	struct sigaction action = { .sa_handler = be_late };
	sigaction(SIGALRM, &action, NULL);
	uint64_t memlock = limit(RLIMIT_MEMLOCK, MEMLOCK_PAGES * page_size);
	uint64_t stack = limit(RLIMIT_STACK, STACK_PAGES * page_size);
	become_ordinary();
	stay_on_one_cpu();
	tell_start(memlock, stack);
	run_all();
	return RIG_DONE;
}
