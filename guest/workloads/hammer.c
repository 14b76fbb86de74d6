/*
 * hammer: threads that fault on an arena against threads that map, unmap, protect, zap, move and fork it, every
 * operation recorded for the history checker. Faulters chase the mappers: most accesses fall on a range that is being
 * changed or has just been, so most of them fault, and nearly all of those are first touches inside a VMA that has its
 * anon_vma and a page table that is there, which is what the speculative path takes.
 */
#define _GNU_SOURCE
#include "arena.h"
#include "calls.h"
#include "clock.h"
#include "cpus.h"
#include "guard.h"
#include "history.h"
#include "json.h"
#include "options.h"
#include "perf.h"
#include "recorder.h"
#include "rig.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum call { CALL_MAP, CALL_UNMAP, CALL_PROTECT, CALL_ZAP, CALL_MOVE, CALL_FORK, CALLS };
static const char *const call_names[CALLS + 1] = { "map", "unmap", "protect", "zap", "move", "fork", NULL };

enum {
	PAUSE_BITS = 13, /* the longest pause of a mapper is 2^13 empty rounds */
	IDLE_BITS = 8,
	IDLE_ROUNDS = 8, /* after as many a faulter lets the mapper on its CPU go on */
	YIELD_PERCENT = 50, /* of a mapper's pauses */
	READ_ONLY_PERCENT = 6, /* of fresh mappings */
	READ_PERCENT = 35, /* of accesses */
	RW = PROT_READ | PROT_WRITE,
};

static uint64_t faulters = 2, mappers = 2, pages = 1024, seed = 1, stripe = 8, longest = 8, shared = 20, dark = 0, stray = 2, spf_event = 0;
static const char *duration = "10", *mix = "map=30,unmap=20,protect=14,zap=28,move=7,fork=1", *clock_name = "counter",
		  *history = "none", *count_when = "total";
static uint32_t weights[CALLS], weight_total;

static atomic_bool stopping;
static _Atomic uint64_t fork_numbers;
static pthread_barrier_t ready;

struct thread {
	struct actor actor;
	pthread_t handle;
	uint32_t number;
	bool faulter;
	uint64_t faults, spf; /* perf's counts at the end */
	bool faults_known, spf_known;
	/* A mapper's published range: generation<<40 | pages<<32 | first page. A new generation before and after a call. */
	_Alignas(128) _Atomic uint64_t aim;
	uint64_t *seen; /* a faulter's last generation of each mapper */
	const uint32_t *owned;
	uint32_t owned_count;
};
static struct thread *threads;
static uint32_t thread_count;

static struct thread *mapper(uint32_t number)
{
	return &threads[faulters + number];
}

/* Pages that are nobody's to judge leave no records. */
static void choose_silence(struct actor *actor, bool is_dark)
{
	actor->recorder->silent = is_dark || !history_wanted();
}

static void touch(struct thread *self, uint32_t page)
{
	if (dark)
		choose_silence(&self->actor, arena_is_dark(page));
	if (random_percent(&self->actor.random, READ_PERCENT))
		access_read(&self->actor, page);
	else
		access_exchange(&self->actor, page);
}

static void touch_range(struct thread *self, uint32_t page, uint32_t count)
{
	uint32_t first = random_below(&self->actor.random, count);
	for (uint32_t n = 0; n < count; n++)
		touch(self, page + (first + n) % count);
}

static void fault_loop(struct thread *self)
{
	struct random *random = &self->actor.random;
	unsigned idle = 0;
	while (!atomic_load_explicit(&stopping, memory_order_relaxed)) {
		uint32_t number = random_below(random, (uint32_t)mappers);
		uint64_t aim = atomic_load_explicit(&mapper(number)->aim, memory_order_relaxed);
		if (aim != self->seen[number]) {
			self->seen[number] = aim;
			touch_range(self, (uint32_t)aim, aim >> 32 & 0xff);
		} else if (random_percent(random, (uint32_t)stray)) {
			touch(self, random_below(random, arena.pages));
		} else {
			random_spin(random, IDLE_BITS);
			if (++idle % IDLE_ROUNDS == 0)
				sched_yield();
		}
	}
}

static void aim_at(struct thread *self, struct range range)
{
	uint64_t generation = (atomic_load_explicit(&self->aim, memory_order_relaxed) >> 40) + 1;
	uint64_t aim = generation << 40 | (uint64_t)range.pages << 32 | range.page;
	atomic_store_explicit(&self->aim, aim, memory_order_relaxed);
}

static void pause_between(struct thread *self)
{
	struct random *random = &self->actor.random;
	random_spin(random, random_below(random, PAUSE_BITS + 1));
	/* Now and then the faulter on this CPU gets its turn, so that what was mapped is touched before it goes again. */
	if (random_percent(random, YIELD_PERCENT))
		sched_yield();
}

/* Maps the range afresh, the first time or after a call took it away. */
static void map_again(struct thread *self, struct range range, bool hole)
{
	struct random *random = &self->actor.random;
	int prot = random_percent(random, READ_ONLY_PERCENT) ? PROT_READ : RW;
	aim_at(self, range);
	if (hole && random_percent(random, 50))
		call_map_hint(&self->actor, range, prot);
	else
		call_map(&self->actor, range, prot);
	aim_at(self, range);
	pause_between(self);
	if (prot != RW) {
		call_protect(&self->actor, range.shared ? (struct range){ .page = range.page, .pages = 1 } : range, RW);
		aim_at(self, range);
	}
}

static void unmap_and_map(struct thread *self, struct range range)
{
	aim_at(self, range);
	call_unmap(&self->actor, range);
	aim_at(self, range);
	pause_between(self);
	map_again(self, range, true);
}

static void protect_and_release(struct thread *self, struct range range)
{
	aim_at(self, range);
	call_protect(&self->actor, range, random_percent(&self->actor.random, 50) ? PROT_READ : PROT_NONE);
	aim_at(self, range);
	pause_between(self);
	call_protect(&self->actor, range, RW);
	aim_at(self, range);
}

static void zap(struct thread *self, struct range range)
{
	aim_at(self, range);
	call_zap(&self->actor, range);
	aim_at(self, range);
}

/* The fresh mapping makes sure that the source lies in one VMA: mremap over two fails, with its target unmapped. */
static void move_and_map(struct thread *self, struct range range)
{
	map_again(self, range, false);
	struct range target = range;
	target.page = range.partner;
	aim_at(self, random_percent(&self->actor.random, 50) ? range : target);
	call_move(&self->actor, range);
	aim_at(self, target);
	pause_between(self);
	map_again(self, range, true);
}

/* The child looks at what is being changed right now, and at pages from anywhere. */
static void fork_and_look(struct thread *self)
{
	uint32_t sample[FORK_PAGES_MOST], count = 0;
	for (uint32_t number = 0; number < mappers && count < FORK_PAGES_MOST / 2; number++) {
		uint64_t aim = atomic_load_explicit(&mapper(number)->aim, memory_order_relaxed);
		for (uint32_t n = 0; n < (aim >> 32 & 0xff) && count < FORK_PAGES_MOST / 2; n++)
			sample[count++] = (uint32_t)aim + n;
	}
	while (count < FORK_PAGES_MOST)
		sample[count++] = random_below(&self->actor.random, arena.pages);
	uint32_t kept = 0;
	for (uint32_t n = 0; n < count; n++)
		if (!arena_is_dark(sample[n]))
			sample[kept++] = sample[n];
	choose_silence(&self->actor, false);
	call_fork(&self->actor, sample, kept, 1 + atomic_fetch_add(&fork_numbers, 1));
}

static enum call choose_call(struct random *random)
{
	uint32_t dice = random_below(random, weight_total);
	for (int call = 0; call < CALLS; call++) {
		if (dice < weights[call])
			return (enum call)call;
		dice -= weights[call];
	}
	abort();
}

/* Each round leaves its range mapped read-write, so that most pages are so most of the time. */
static void map_round(struct thread *self)
{
	struct random *random = &self->actor.random;
	enum call call = choose_call(random);
	struct range range = arena_range(random, self->owned[random_below(random, self->owned_count)],
					 (uint32_t)longest);
	/* On a range with holes these calls do part of their work and fail: one page at a time where another may unmap. */
	if (range.shared && (call == CALL_PROTECT || call == CALL_ZAP))
		range.pages = 1;
	choose_silence(&self->actor, range.dark);
	switch (call) {
	case CALL_MAP:
		map_again(self, range, false);
		break;
	case CALL_UNMAP:
		unmap_and_map(self, range);
		break;
	case CALL_PROTECT:
		protect_and_release(self, range);
		break;
	case CALL_MOVE:
		if (!range.shared) {
			move_and_map(self, range);
			break;
		}
		range.pages = 1; /* a source that may vanish is no source: zap instead */
		/* fallthrough */
	case CALL_ZAP:
		zap(self, range);
		break;
	case CALL_FORK:
		fork_and_look(self);
		break;
	case CALLS:
		abort();
	}
	pause_between(self);
}

static void map_loop(struct thread *self)
{
	while (!atomic_load_explicit(&stopping, memory_order_relaxed))
		map_round(self);
}

static void *run(void *argument)
{
	struct thread *self = argument;
	/* Neighbours in number sit on different CPUs, and each CPU gets faulters and mappers. */
	cpus_pin(cpus_nth(self->faulter ? self->number : self->number + (uint32_t)faulters % 2));
	guard_thread();
	int faults_event = perf_open(PERF_FAULTS), speculative = spf_event ? perf_open(spf_event) : -1;
	if (!strcmp(count_when, "each"))
		self->actor.recorder->spf_event = speculative;
	pthread_barrier_wait(&ready);
	if (self->faulter)
		fault_loop(self);
	else
		map_loop(self);
	self->faults_known = faults_event >= 0;
	self->spf_known = speculative >= 0;
	self->faults = perf_read(faults_event);
	self->spf = perf_read(speculative);
	self->actor.tally.waits = self->actor.recorder->waits;
	return NULL;
}

static void prepare_thread(struct thread *self, uint32_t number, struct recorder *recorder)
{
	self->faulter = number < faulters;
	self->number = self->faulter ? number : number - (uint32_t)faulters;
	self->actor.recorder = recorder;
	self->actor.random = random_seeded(seed, number);
	self->actor.last_value = (uint64_t)number << 48;
	if (self->faulter) {
		self->seen = rig_buffer(mappers * sizeof *self->seen);
		return;
	}
	fork_prepare(&self->actor);
	self->owned_count = arena_owned(self->number, &self->owned);
	if (!self->owned_count)
		rig_usage("--pages %u with --stripe %u leave nothing to mapper %u", (unsigned)pages, (unsigned)stripe,
			  self->number);
}

static void begin_history(void)
{
	struct history_header header = {
		.seed = seed,
		.pages = arena.pages,
		.threads = thread_count,
		.arena_base = (uint64_t)(uintptr_t)arena.base,
		.flags = spf_event && !strcmp(count_when, "each"),
		.initial_state = 1,
		.workload = "hammer",
	};
	uint64_t *roles = rig_buffer(thread_count * sizeof *roles);
	for (uint32_t thread = 0; thread < thread_count; thread++)
		roles[thread] = threads[thread].faulter ? ROLE_FAULTER : ROLE_MAPPER;
	history_begin(header, roles);
}

static void start_threads(void)
{
	pthread_barrier_init(&ready, NULL, thread_count + 1);
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 * 1024);
	for (uint32_t thread = 0; thread < thread_count; thread++) {
		int error = pthread_create(&threads[thread].handle, &attributes, run, &threads[thread]);
		if (error)
			rig_broken("cannot start thread %u of %u: %s", thread, thread_count, strerror(error));
	}
	pthread_barrier_wait(&ready);
}

/* Until the time is up or somebody asks us to end. */
static void wait_for_the_end(sigset_t signals, uint64_t ns)
{
	struct timespec time = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
	while (sigtimedwait(&signals, NULL, &time) < 0 && errno == EINTR)
		;
	atomic_store(&stopping, true);
	for (uint32_t thread = 0; thread < thread_count; thread++)
		pthread_join(threads[thread].handle, NULL);
}

static void number_or_null(struct json *json, const char *name, bool known, uint64_t value)
{
	if (known)
		json_number(json, name, (int64_t)value);
	else
		json_null(json, name);
}

static struct tally total_of(bool faulter, struct thread *counts)
{
	struct tally total = { 0 };
	counts->faults_known = counts->spf_known = true;
	for (uint32_t n = 0; n < thread_count; n++) {
		struct thread *thread = &threads[n];
		if (thread->faulter != faulter)
			continue;
		for (int op = 0; op < OP_COUNT; op++) {
			total.count[op] += thread->actor.tally.count[op];
			total.errors[op] += thread->actor.tally.errors[op];
		}
		total.signals += thread->actor.tally.signals;
		total.waits += thread->actor.tally.waits;
		total.children_lost += thread->actor.tally.children_lost;
		counts->faults += thread->faults;
		counts->spf += thread->spf;
		counts->faults_known &= thread->faults_known;
		counts->spf_known &= thread->spf_known;
	}
	return total;
}

static void tell(uint64_t ns, int64_t pgfault, int64_t speculative)
{
	static const struct {
		enum history_op op;
		const char *name;
	} rows[] = { { OP_MAP, "map" }, { OP_MAP_HINT, "mapHint" }, { OP_UNMAP, "unmap" }, { OP_PROTECT, "protect" },
		     { OP_ZAP, "zap" }, { OP_MOVE, "move" },	    { OP_FORK, "fork" },   { OP_CHILD_READ, "childRead" } };
	struct thread faulting = { 0 }, mapping = { 0 };
	struct tally accesses = total_of(true, &faulting), calls = total_of(false, &mapping);
	struct json json;
	json_begin(&json);
	json_text(&json, "workload", "hammer");
	json_number(&json, "milliseconds", (int64_t)(ns / 1000000u));
	json_number(&json, "accesses", (int64_t)(accesses.count[OP_READ] + accesses.count[OP_XCHG]));
	json_number(&json, "exchanges", (int64_t)accesses.count[OP_XCHG]);
	json_number(&json, "signals", (int64_t)accesses.signals);
	json_open(&json, "calls");
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
		json_number(&json, rows[row].name, (int64_t)calls.count[rows[row].op]);
	json_close(&json);
	json_open(&json, "errors");
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++)
		json_number(&json, rows[row].name, (int64_t)calls.errors[rows[row].op]);
	json_close(&json);
	json_number(&json, "childrenLost", (int64_t)calls.children_lost);
	json_number(&json, "ringWaits", (int64_t)(accesses.waits + calls.waits));
	number_or_null(&json, "faults", faulting.faults_known, faulting.faults);
	number_or_null(&json, "spf", faulting.spf_known, faulting.spf);
	number_or_null(&json, "mapperFaults", mapping.faults_known, mapping.faults);
	number_or_null(&json, "mapperSpf", mapping.spf_known, mapping.spf);
	json_open(&json, "vmstat");
	if (pgfault >= 0)
		json_number(&json, "pgfault", vmstat_read("pgfault") - pgfault);
	if (speculative >= 0)
		json_number(&json, "speculative_pgfault", vmstat_read("speculative_pgfault") - speculative);
	json_close(&json);
	json_write(&json, STDERR_FILENO);
}

static void parse(int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "faulters", "threads that fault", &faulters, NULL, 1, 512 },
		{ "mappers", "threads that change the arena", &mappers, NULL, 1, 512 },
		{ "pages", "pages of the arena", &pages, NULL, 16, 1 << 20 },
		{ "duration", "seconds", NULL, &duration, 0, 0 },
		{ "seed", "of all choices", &seed, NULL, 0, UINT64_MAX },
		{ "mix", "weights of the mappers' calls", NULL, &mix, 0, 0 },
		{ "clock", "counter or ticket", NULL, &clock_name, 0, 0 },
		{ "stripe", "pages in a stripe; one owner, or two, per pair of stripes", &stripe, NULL, 1, 128 },
		{ "longest", "pages that one call changes at most, within a stripe", &longest, NULL, 1, 128 },
		{ "shared", "percent of pairs with two owners", &shared, NULL, 0, 100 },
		{ "dark", "percent of pairs that are hammered without records", &dark, NULL, 0, 100 },
		{ "stray", "percent of a faulter's idle rounds in which it touches any page", &stray, NULL, 0, 100 },
		{ "history", "where records go: - (stdout), a file, none", NULL, &history, 0, 0 },
		{ "spf-event", "perf software event that counts speculative faults, 0 for none", &spf_event, NULL, 0, 1000 },
		{ "count", "speculative faults per thread (total) or around each operation (each)", NULL, &count_when, 0, 0 },
		{ 0 },
	};
	options_parse(argc, argv, rows);
	options_weights("mix", mix, call_names, weights);
	if (strcmp(count_when, "total") && strcmp(count_when, "each"))
		rig_usage("--count %s: it must be total or each", count_when);
	for (int call = 0; call < CALLS; call++)
		weight_total += weights[call];
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	uint64_t ns = options_seconds("duration", duration);
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	clock_start(clock_name);
	history_open(history);
	arena_make((struct arena_plan){
		.pages = (uint32_t)pages,
		.stripe = (uint32_t)stripe,
		.owners = (uint32_t)mappers,
		.shared_percent = (uint32_t)shared,
		.dark_percent = (uint32_t)dark,
		.seed = seed,
	});
	guard_start(arena.base, arena.pages * arena.page_size);
	thread_count = (uint32_t)(faulters + mappers);
	threads = rig_shared_buffer(thread_count * sizeof *threads);
	struct recorder *recorders = recorders_make(thread_count);
	for (uint32_t number = 0; number < thread_count; number++)
		prepare_thread(&threads[number], number, &recorders[number]);
	begin_history();
	recorders_start_draining();
	int64_t pgfault = vmstat_read("pgfault"), speculative = vmstat_read("speculative_pgfault");
	uint64_t began = clock_raw_ns();
	start_threads();
	wait_for_the_end(signals, ns);
	ns = clock_raw_ns() - began;
	recorders_finish();
	tell(ns, pgfault, speculative);
	return RIG_DONE;
}
