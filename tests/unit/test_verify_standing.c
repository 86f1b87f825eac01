/* SPDX-License-Identifier: GPL-2.0-only */
/* What an engine says of containers: what counts, and what only looks like it. */
#include <errno.h>

#include "unit.h"
#include "verify/standing.h"

/* One container; more: further members of its state, with a comma before them. */
static char *json_of(const char *status, int code, int restarts, const char *at, const char *more)
{
	return ct_xasprintf("[{\"Id\": \"abc\", \"RestartCount\": %d, \"State\": {\"Status\": "
			    "\"%s\", \"ExitCode\": %d, \"StartedAt\": \"%s\"%s}, \"Config\": "
			    "{\"Labels\": {\"com.docker.compose.service\": \"app\"}}}]",
			    restarts, status, code, at, more);
}

static const char good_probe[] = ", \"Health\": {\"Status\": \"healthy\", \"Log\": [{\"ExitCode\": "
				 "0, \"Output\": \"\\\"Status\\\":\\\"running\\\"\"}]}";

static void test_parse(void)
{
	static const struct {
		const char *status, *more;
		int code;
		enum ct_status is;
		enum ct_health health;
	} cases[] = {
		{ "running", "", 0, CT_STATUS_RUNS, CT_HEALTH_NONE },
		{ "paused", "", 0, CT_STATUS_RUNS, CT_HEALTH_NONE },
		{ "created", "", 0, CT_STATUS_WAITS, CT_HEALTH_NONE },
		{ "initialized", "", 0, CT_STATUS_WAITS, CT_HEALTH_NONE },
		{ "restarting", "", 1, CT_STATUS_RESTARTS, CT_HEALTH_NONE },
		{ "running", ", \"Restarting\": true", 0, CT_STATUS_RESTARTS, CT_HEALTH_NONE },
		{ "exited", good_probe, 3, CT_STATUS_ENDED, CT_HEALTH_GOOD },
		{ "stopped", "", 0, CT_STATUS_ENDED, CT_HEALTH_NONE },
		{ "dead", "", 0, CT_STATUS_ENDED, CT_HEALTH_NONE },
		{ "running",
		  ", \"Health\": {\"Status\": \"unhealthy\", \"Log\": [{\"Output\": "
		  "\"\\\"Status\\\":\\\"healthy\\\"\"}]}",
		  0, CT_STATUS_RUNS, CT_HEALTH_BAD },
		{ "running", ", \"Healthcheck\": {\"Status\": \"starting\"}", 0, CT_STATUS_RUNS,
		  CT_HEALTH_WAIT },
		{ "running", ", \"Health\": {\"Status\": \"\"}", 0, CT_STATUS_RUNS,
		  CT_HEALTH_NONE },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *json = json_of(cases[i].status, cases[i].code, 2, "t",
						 cases[i].more);
		ct_autostandings struct ct_standings s = {};

		CU_ASSERT_EQUAL_FATAL(ct_standings__parse(json, &s), 0);
		CU_ASSERT_EQUAL_FATAL(s.len, 1);
		CU_ASSERT_EQUAL(s.items[0].status, cases[i].is);
		CU_ASSERT_EQUAL(s.items[0].health, cases[i].health);
		CU_ASSERT_EQUAL(s.items[0].exit_code, cases[i].code);
		CU_ASSERT_EQUAL(s.items[0].restarts, 2);
		UNIT_STR(s.items[0].service, "app");
	}
}

static void test_no_json(void)
{
	static const char *const bad[] = { "",
					   "{}",
					   "null",
					   "[1]",
					   "[{\"Id\": \"a\"}]",
					   "[{\"State\": {}}]",
					   "Error: no such container" };
	struct ct_standings s = {};

	for (size_t i = 0; i < CT_ARRAY_SIZE(bad); i++)
		CU_ASSERT_EQUAL(ct_standings__parse(bad[i], &s), -EBADMSG);
	/* One of two was gone. */
	CU_ASSERT_EQUAL(ct_standings__parse("[]\nError: No such object: x\n", &s), 0);
	CU_ASSERT(!s.items && !s.len);
}

/* One look at it; what is wrong, or the life as a word. The caller frees. */
static char *look(struct ct_habits *h, struct ct_demand d, char *json)
{
	static const char *const lives[] = { "unknown", "waits", "up", "dead" };
	ct_autostandings struct ct_standings s = {};
	char *why = NULL;
	enum ct_life life;

	CU_ASSERT_EQUAL_FATAL(ct_standings__parse(json, &s), 0);
	free(json);
	life = ct_standing__life(&s.items[0], h, &d, &why);
	CU_ASSERT_EQUAL(life == CT_LIFE_DEAD, why != NULL);
	return why ? why : ct_xstrdup(lives[life]);
}

#define LOOK(h, d, expected, ...)                                        \
	do {                                                             \
		ct_autofree char *is = look(h, d, json_of(__VA_ARGS__)); \
		UNIT_STR(is, expected);                                  \
	} while (0)

static const struct ct_demand of_set = {}, of_set_to_stay = { .stay = true },
			      of_recording = { .recording = true };

static void test_end(void)
{
	struct ct_habits h = {};

	ct_habits__begin(&h, false);
	LOOK(&h, of_set, "waits", "created", 0, 0, "", "");
	LOOK(&h, of_set, "up", "running", 0, 0, "1", "");
	LOOK(&h, of_set, "exit status 3", "exited", 3, 0, "1", good_probe);
	LOOK(&h, of_set, "ended by signal 11", "exited", 139, 0, "1", "");
	LOOK(&h, of_set, "it was killed because it ran out of memory", "exited", 137, 0, "1",
	     ", \"OOMKilled\": true");
	/* Nothing is known of what it does by itself: an end without an error is none. */
	LOOK(&h, of_set_to_stay, "up", "exited", 0, 0, "1", "");
	ct_habits__begin(&h, true);
	LOOK(&h, of_recording, "up", "running", 0, 0, "2", "");
	ct_habits__begin(&h, false);
	LOOK(&h, of_set_to_stay, "it ended before the time", "exited", 0, 0, "3", "");
	LOOK(&h, of_set, "up", "exited", 0, 0, "3", "");
	ct_habits__begin(&h, true);
	LOOK(&h, of_recording, "up", "exited", 0, 0, "4", "");
	LOOK(&h, of_set_to_stay, "up", "exited", 0, 0, "5", "");
	ct_habits__free(&h);
}

static void test_restart(void)
{
	struct ct_habits h = {};

	ct_habits__begin(&h, false);
	LOOK(&h, of_set, "up", "running", 0, 0, "1", "");
	LOOK(&h, of_set, "up", "running", 0, 0, "1", "");
	/* By somebody's hand: the engine counts only its own. */
	LOOK(&h, of_set, "it ended, and its engine started it again", "running", 0, 0, "2", "");
	LOOK(&h, of_set, "it ended, and its engine started it again", "running", 0, 1, "2", "");
	LOOK(&h, of_set, "exit status 3, and its engine starts it again", "restarting", 3, 1, "2",
	     "");
	/* Other containers have other starts. */
	ct_habits__begin(&h, false);
	LOOK(&h, of_set, "up", "running", 0, 0, "3", "");
	ct_habits__free(&h);
}

/* It waits for its database by dying until that is there: with any set it may. */
static void test_habit(void)
{
	struct ct_habits h = {};

	ct_habits__begin(&h, true);
	LOOK(&h, of_recording, "waits", "restarting", 1, 1, "1", "");
	LOOK(&h, of_recording, "up", "running", 0, 1, "2", "");
	LOOK(&h, of_recording, "waits", "running", 0, 2, "3", "");
	LOOK(&h, of_recording, "up", "running", 0, 2, "3", "");
	ct_habits__begin(&h, false);
	LOOK(&h, of_set, "up", "running", 0, 0, "4", "");
	LOOK(&h, of_set, "waits", "restarting", 1, 1, "4", "");
	LOOK(&h, of_set, "waits", "running", 0, 1, "5", "");
	LOOK(&h, of_set, "up", "running", 0, 1, "5", "");
	ct_habits__free(&h);
}

static CU_TestInfo tests[] = {
	{ "parse", test_parse },     { "no-json", test_no_json }, { "end", test_end },
	{ "restart", test_restart }, { "habit", test_habit },	  CU_TEST_INFO_NULL,
};
UNIT_MAIN("verify_standing", tests)
