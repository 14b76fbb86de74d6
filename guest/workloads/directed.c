/*
 * directed: programs that each go for one defect. Each is tried several times, each time in a process of its own, and
 * prints one line of JSON (harness/model/directed/outcome.ts): how often it ended how. No opinion here on which end is
 * the right one.
 */
#define _GNU_SOURCE
#include "directed.h"
#include "json.h"
#include "options.h"
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORD = 32, WORDS_MOST = 16, ACCESS_SECONDS = 3 /* far more than one access takes in the slowest guest */ };

static uint64_t seed = 1, tries = 5, spf_event, patience = 10, may_set;
static const char *only, *duration = "1";

struct tally {
	char word[WORD];
	uint64_t times;
};

static void count(struct tally *tallies, const char *word)
{
	for (struct tally *tally = tallies; tally < tallies + WORDS_MOST; tally++) {
		if (tally->times && strcmp(tally->word, word))
			continue;
		snprintf(tally->word, WORD, "%s", word);
		tally->times++;
		return;
	}
}

__attribute__((noreturn)) static void perform(const struct directed *row, const struct trial *trial, char *answer)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(trial->ns ? (unsigned)(trial->ns / 1000000000u + patience) : ACCESS_SECONDS);
	snprintf(answer, WORD, "%s", row->run(trial));
	_exit(RIG_DONE);
}

/* What came of one try. A process that does not end by itself is ended by its alarm clock. */
static const char *attempt(const struct directed *row, const struct trial *trial, char *answer)
{
	answer[0] = 0;
	pid_t child = fork();
	if (child < 0)
		rig_broken("cannot fork: %m");
	if (child == 0)
		perform(row, trial, answer);
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		snprintf(answer, WORD, "%s", WTERMSIG(status) == SIGALRM ? "endless" : strsignal(WTERMSIG(status)));
	return WIFEXITED(status) && WEXITSTATUS(status) != RIG_DONE ? NULL : answer;
}

static void tell(const struct directed *row, const struct tally *tallies, const char *skipped)
{
	struct json json;
	json_begin(&json);
	json_text(&json, "program", row->name);
	json_open(&json, "outcomes");
	for (const struct tally *tally = tallies; tally < tallies + WORDS_MOST && tally->times; tally++)
		json_number(&json, tally->word, (int64_t)tally->times);
	json_close(&json);
	json_text(&json, "skipped", skipped);
	json_write(&json, STDOUT_FILENO);
}

/* Returns false when the program could not do its part. */
static bool run_program(const struct directed *row, uint64_t ns, char *answer)
{
	struct tally tallies[WORDS_MOST] = { 0 };
	struct trial trial = { seed, ns, spf_event, may_set != 0 };
	const char *skipped = row->impossible ? row->impossible(&trial) : NULL;
	bool well = true;
	for (uint64_t n = 0; n < tries && !skipped && well; n++, trial.seed++) {
		const char *word = attempt(row, &trial, answer);
		well = word != NULL;
		if (well)
			count(tallies, word);
	}
	tell(row, tallies, well ? skipped : "the program could not do its part");
	return well;
}

int main(int argc, char **argv)
{
	const struct option_row rows[] = {
		{ "seed", "of all choices", &seed, NULL, 0, UINT64_MAX },
		{ "tries", "of each program", &tries, NULL, 1, 1000000 },
		{ "seconds", "that a race goes on for", NULL, &duration, 0, 0 },
		{ "patience", "seconds after which a program that does not end is ended", &patience, NULL, 1, 100000 },
		{ "spf-event", "perf software event that counts speculative faults, 0 for none", &spf_event, NULL, 0, 1000 },
		{ "may-set", "1: programs may change settings of the whole machine (swap, khugepaged, compaction)", &may_set, NULL, 0, 1 },
		{ "program", "run this one only", NULL, &only, 0, 0 },
		{ .name = NULL },
	};
	options_parse(argc, argv, rows);
	uint64_t ns = options_seconds("seconds", duration);
	char *answer = rig_shared_buffer(rig_page_size());
	const struct {
		const struct directed *rows;
		uint64_t ns;
	} tables[] = {
		{ directed_accesses, 0 },   { directed_races, ns },    { directed_handovers, ns },
		{ directed_pressures, ns }, { directed_rarities, ns }, { directed_shortages, ns },
	};
	unsigned run = 0, broken = 0;
	for (unsigned table = 0; table < sizeof tables / sizeof *tables; table++) {
		for (const struct directed *row = tables[table].rows; row->name; row++) {
			if (only && strcmp(only, row->name))
				continue;
			run++;
			broken += !run_program(row, tables[table].ns, answer);
		}
	}
	if (!run)
		rig_usage("--program %s: there is no such program", only);
	struct json json;
	json_begin(&json);
	json_text(&json, "workload", "directed");
	json_number(&json, "programs", run);
	json_number(&json, "broken", broken);
	json_write(&json, STDERR_FILENO);
	return broken ? RIG_BROKEN : RIG_DONE;
}
