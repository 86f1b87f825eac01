/* SPDX-License-Identifier: GPL-2.0-only */
/* From news to events: what the store remembers, what was declared, what is held back. */
#include <errno.h>

#include "build.h"
#include "dir.h"
#include "receiver.h"
#include "speak/speaker.h"

struct stage {
	char *dir, *path, *events;
	struct ct_loop *loop;
	struct ct_sinks *sinks;
	struct ct_speaker *speaker;
	struct ct_store *store;
	struct ct_host host;
	int64_t now_ms;
};

static void open_all(struct stage *st)
{
	CU_ASSERT_EQUAL_FATAL(ct_store__open(st->path, CT_STORE_WRITE, &st->store, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st->loop, NULL, &st->sinks, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__add_file(st->sinks, st->events, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(ct_speaker__new(st->loop, st->sinks, "node1", &st->speaker, NULL), 0);
}

static void close_all(struct stage *st)
{
	ct_speaker__free(st->speaker);
	ct_sinks__free(st->sinks);
	ct_store__close(st->store);
}

static struct stage begin(void)
{
	struct stage st = { .dir = make_dir(),
			    .now_ms = ct_clock__wall_ms() - 24 * CT_DRIFT_HOUR_MS };

	st.path = ct_xasprintf("%s/captrim.db", st.dir);
	st.events = ct_xasprintf("%s/events", st.dir);
	st.host = (struct ct_host){ .kernel = "6.18", .boot_id = "b", .start_ms = st.now_ms };
	CU_ASSERT_EQUAL_FATAL(ct_loop__new(&st.loop, NULL), 0);
	open_all(&st);
	return st;
}

static void end(struct stage *st)
{
	close_all(st);
	ct_loop__free(st->loop);
	remove_dir(&st->dir);
	free(st->path);
	free(st->events);
}

static int configure(struct stage *st, const char *text, const char *policy, struct ct_err *err)
{
	ct_autoyaml struct ct_yaml *y = NULL;
	ct_autostrings struct ct_strings files = { 0 };

	if (policy)
		ct_strings__add(&files, policy);
	CU_ASSERT_EQUAL_FATAL(ct_yaml__parse("captrim.yaml", text, strlen(text), &y, NULL), 0);
	return ct_speaker__configure(st->speaker, y, y->root, &files, err);
}

static struct ct_session *recording(const struct stage *st, uint64_t caps, const char *digest)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "web");

	s->host.start_ms = st->now_ms;
	s->host.kernel = ct_xstrdup("6.18");
	w->container.image_digest = digest ? ct_xstrdup(digest) : NULL;
	if (caps & CT_CAP(CHOWN))
		build_check(w, CAP_CHOWN, "chown", "setattr_prepare notify_change");
	if (caps & CT_CAP(KILL))
		build_check(w, CAP_KILL, "kill", "kill_ok_by_cred");
	return s;
}

/* One interval of the daemon's: it needed `was`, and now needs `is`. Returns events found. */
static size_t interval(struct stage *st, uint64_t was, uint64_t is, const char *digest)
{
	ct_autosession struct ct_session *before = recording(st, was, digest);
	ct_autosession struct ct_session *after = recording(st, is, digest);
	ct_autoreport struct ct_report *b = ct_judge__session(before, CT_MODE_DEFAULT);
	ct_autoreport struct ct_report *a = ct_judge__session(after, CT_MODE_DEFAULT);
	const struct ct_workload *takes[] = { after->workloads[0] };
	const struct ct_speaker_news news = {
		.key = "name:web",
		.before = was ? &b->advices[0] : NULL,
		.advice = &a->advices[0],
		.session = after,
		.takes = takes,
		.ntakes = 1,
		.now_ms = st->now_ms,
	};
	const struct ct_store_workload row = {
		.key = "name:web",
		.session = after,
		.w = after->workloads[0],
		.advice = &a->advices[0],
		.watched_ms = 3600000,
		.starts = 1,
		.news = true,
	};
	struct ct_store_batch batch = { .host = &st->host,
					.host_name = "node1",
					.now_ms = st->now_ms,
					.workloads = &row,
					.nworkloads = 1 };
	ct_autonotices struct ct_notices found = { 0 };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_speaker_rows rows;

	CU_ASSERT_EQUAL(ct_speaker__look(st->speaker, st->store, &news, &found, &err), 0);
	UNIT_STR(err.msg, NULL);
	ct_speaker__rows(st->speaker, &found, &rows);
	batch.events = rows.items;
	batch.nevents = rows.len;
	CU_ASSERT_EQUAL(ct_store__save(st->store, &batch, &err), 0);
	UNIT_STR(err.msg, NULL);
	ct_speaker__say(st->speaker, &found);
	ct_speaker__free_rows(&rows);
	return found.len;
}

static size_t lines(const struct stage *st)
{
	ct_autofree char *text = NULL;
	size_t n = 0;

	if (ct_read_file(st->events, 1 << 20, &text, NULL))
		return 0;
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

static size_t acknowledge(struct stage *st, bool undo)
{
	const struct ct_store_ack a = { .name = "web", .now_ms = st->now_ms, .undo = undo };
	struct ct_store *s;
	size_t n = 0;

	CU_ASSERT_EQUAL_FATAL(ct_store__open(st->path, CT_STORE_CHANGE, &s, NULL), 0);
	CU_ASSERT_EQUAL(ct_store__ack(s, &a, &n, NULL), 0);
	ct_store__close(s);
	return n;
}

#define LATER(st) ((st)->now_ms += 25 * CT_DRIFT_HOUR_MS)

static void test_once(void)
{
	struct stage st = begin();

	/* Learned in silence; then one event, however often it is found, also after a restart. */
	CU_ASSERT_EQUAL(interval(&st, 0, CT_CAP(CHOWN), "a"), 0);
	LATER(&st);
	CU_ASSERT_EQUAL(interval(&st, CT_CAP(CHOWN), CT_CAP(CHOWN) | CT_CAP(KILL), "a"), 1);
	CU_ASSERT_EQUAL(lines(&st), 1);
	(void)interval(&st, CT_CAP(CHOWN), CT_CAP(CHOWN) | CT_CAP(KILL), "a");
	CU_ASSERT_EQUAL(lines(&st), 1);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).said[CT_NOTICE_NEW_NEED], 1);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, 1);
	close_all(&st);
	open_all(&st);
	CU_ASSERT_EQUAL(ct_speaker__reconcile(st.speaker, st.store, true, NULL), 0);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, 1);
	CU_ASSERT_EQUAL(interval(&st, CT_CAP(CHOWN), CT_CAP(CHOWN) | CT_CAP(KILL), "a"), 0);
	CU_ASSERT_EQUAL(
		interval(&st, CT_CAP(CHOWN) | CT_CAP(KILL), CT_CAP(CHOWN) | CT_CAP(KILL), "a"), 0);
	CU_ASSERT_EQUAL(lines(&st), 1);
	end(&st);
}

static void test_acknowledged(void)
{
	uint64_t all = CT_CAP(CHOWN) | CT_CAP(KILL);
	struct stage st = begin();

	interval(&st, 0, CT_CAP(CHOWN), "a");
	LATER(&st);
	CU_ASSERT_EQUAL(interval(&st, CT_CAP(CHOWN), all, "a"), 1);
	/* Another image, and nobody has said anything: once more. */
	CU_ASSERT_EQUAL(interval(&st, all, all, "b"), 1);
	CU_ASSERT_EQUAL(interval(&st, all, all, "b"), 0);
	CU_ASSERT_EQUAL(acknowledge(&st, false), 2);
	CU_ASSERT_EQUAL(ct_speaker__reconcile(st.speaker, st.store, true, NULL), 0);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, 0);
	CU_ASSERT_EQUAL(interval(&st, all, all, "c"), 0);
	/* Taken back. */
	CU_ASSERT_EQUAL(acknowledge(&st, true), 2);
	CU_ASSERT_EQUAL(ct_speaker__reconcile(st.speaker, st.store, true, NULL), 0);
	CU_ASSERT_EQUAL(interval(&st, all, all, "c"), 1);
	end(&st);
}

static void test_expired(void)
{
	uint64_t all = CT_CAP(CHOWN) | CT_CAP(KILL);
	struct stage st = begin();

	CU_ASSERT_EQUAL(configure(&st, "expire: 1h", NULL, NULL), 0);
	st.now_ms -= 48 * CT_DRIFT_HOUR_MS;
	interval(&st, 0, CT_CAP(CHOWN), "a");
	LATER(&st);
	CU_ASSERT_EQUAL(interval(&st, CT_CAP(CHOWN), all, "a"), 1);
	CU_ASSERT_EQUAL(ct_speaker__reconcile(st.speaker, st.store, true, NULL), 0);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, 0);
	LATER(&st);
	CU_ASSERT_EQUAL(interval(&st, all, all, "b"), 0);
	end(&st);
}

#define MANY 10000

/* Many findings, of which each is looked for once a minute while the daemon waits. */
static void test_many_stand(void)
{
	struct stage st = begin();
	ct_autonotices struct ct_notices l = { 0 };
	struct ct_speaker_rows rows = { 0 };
	struct ct_store_batch batch = { .host = &st.host, .host_name = "node1" };
	struct ct_store_ack ack = { .now_ms = st.now_ms };
	size_t n = 0;

	for (int i = 0; i < MANY; i++) {
		struct ct_notice *e = ct_notice__new(CT_NOTICE_NEW_NEED, "node1", st.now_ms);

		e->workload.key = ct_xasprintf("name:w%d", i);
		e->workload.label = ct_xasprintf("w%d", i);
		e->caps = CT_CAP(KILL);
		e->text = ct_xstrdup("it needs KILL");
		ct_notice__identify(e);
		ct_notices__take(&l, e);
	}
	ct_speaker__rows(st.speaker, &l, &rows);
	batch.now_ms = st.now_ms;
	batch.events = rows.items;
	batch.nevents = rows.len;
	CU_ASSERT_EQUAL(ct_store__save(st.store, &batch, NULL), 0);
	ct_speaker__free_rows(&rows);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(ct_speaker__reconcile(st.speaker, st.store, true, NULL), 0);
		CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, MANY);
	}
	ack.id = l.items[MANY / 2]->id;
	CU_ASSERT_EQUAL(ct_store__ack(st.store, &ack, &n, NULL), 0);
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(ct_speaker__reconcile(st.speaker, st.store, true, NULL), 0);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, MANY - 1);
	end(&st);
}

static void test_declared(void)
{
	struct stage st = begin();
	ct_autofree char *policy = put(st.dir, "compose.yaml",
				       "services:\n  web:\n    image: x\n    container_name: web\n"
				       "    cap_drop: [ALL]\n    cap_add: [CHOWN]\n");
	ct_autofree char *wrong = put(st.dir, "wrong.yaml", "services:\n  web: [\n");
	ct_autofree char *house = put(st.dir, "house.yaml", "forbid: [SYS_ADMIN]\n");
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(configure(&st, "learning: 24h", policy, NULL), 0);
	CU_ASSERT_EQUAL(interval(&st, 0, CT_CAP(CHOWN), "a"), 0);
	/* One with a mistake: line and cure, and the old one goes on. */
	CU_ASSERT_EQUAL(configure(&st, "learning: 24h", wrong, &err), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "wrong.yaml:"));
	CU_ASSERT_EQUAL(configure(&st, "learning: 24h", house, &err), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "is a policy for 'captrim check'"));
	CU_ASSERT_EQUAL(configure(&st, "learning: 24h", "/nowhere", &err), -ENOENT);
	/* Though it is learned. */
	CU_ASSERT_EQUAL(interval(&st, CT_CAP(CHOWN), CT_CAP(CHOWN) | CT_CAP(KILL), "a"), 1);
	end(&st);
}

static void test_advice_declares(void)
{
	struct stage st = begin();
	ct_autosession struct ct_session *s = recording(&st, CT_CAP(CHOWN), NULL);
	ct_autofree char *text = NULL, *policy = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "{\"schema\": \"captrim.advice/1\", \"workloads\": [{\"id\": \"web\", \"kind\": "
		   "\"container\", \"runtime\": \"docker\", \"container\": {\"name\": \"web\"}, "
		   "\"advice\": {\"cap_drop\": [\"ALL\"], \"cap_add\": [\"KILL\"], \"confidence\": "
		   "\"high\"}, \"capabilities\": []}]}");
	fclose(f);
	policy = put(st.dir, "advice.json", text);
	CU_ASSERT_EQUAL(configure(&st, "learning: none", policy, NULL), 0);
	CU_ASSERT_EQUAL(interval(&st, 0, CT_CAP(KILL), "a"), 0);
	CU_ASSERT_EQUAL(interval(&st, CT_CAP(KILL), CT_CAP(CHOWN) | CT_CAP(KILL), "a"), 1);
	end(&st);
}

/* One that comes with a new image each time is held back, counted, and summed up. */
static void test_held_back(void)
{
	uint64_t all = CT_CAP(CHOWN) | CT_CAP(KILL);
	struct stage st = begin();

	CU_ASSERT_EQUAL(configure(&st, "learning: none\nburst: 3", NULL, NULL), 0);
	interval(&st, 0, CT_CAP(CHOWN), "a");
	CU_ASSERT_EQUAL(lines(&st), 1);
	for (int i = 0; i < 10; i++) {
		ct_autofree char *digest = ct_xasprintf("sha256:%d", i);

		CU_ASSERT_EQUAL(interval(&st, CT_CAP(CHOWN), all, digest), 2);
	}
	/* Each of the two capabilities has three of its own. */
	CU_ASSERT_EQUAL(lines(&st), 6);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).held_back, 21 - 6);
	/* It is not forgotten at the end either. */
	close_all(&st);
	CU_ASSERT_EQUAL(lines(&st), 8);
	open_all(&st);
	end(&st);
}

static size_t count(void *arg)
{
	return ++*(size_t *)arg;
}

static void test_heartbeat(void)
{
	struct stage st = begin();
	size_t asked = 0;

	CU_ASSERT_EQUAL(configure(&st, "heartbeat: 1s", NULL, NULL), 0);
	ct_speaker__count_by(st.speaker, count, &asked);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, lines(&st) >= 1));
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).said[CT_NOTICE_HEARTBEAT], 1);
	CU_ASSERT_EQUAL(asked, 1);
	end(&st);
}

static void test_gap(void)
{
	struct stage st = begin();
	ct_autonotices struct ct_notices l = { 0 };

	ct_notices__take(&l, ct_speaker__gap(st.speaker, "restart", NULL, 1000, 2000, 3,
					     "nobody watched for 1 s"));
	ct_speaker__say(st.speaker, &l);
	CU_ASSERT_EQUAL(lines(&st), 1);
	CU_ASSERT_EQUAL(ct_speaker__status(st.speaker).standing, 0);
	end(&st);
}

/* How often it was said that a sink gave events up. */
static size_t drops_told(const struct stage *st)
{
	ct_autofree char *text = NULL;
	size_t n = 0;

	CU_ASSERT_EQUAL_FATAL(ct_read_file(st->events, 1 << 20, &text, NULL), 0);
	for (const char *p = text; (p = strstr(p, "dropped by sinks")); p++)
		n++;
	return n;
}

/* Overfills a sink of this name that is away; another burst makes the speaker sum up. */
static void overfill(struct stage *st, const char *name, int burst, int n)
{
	ct_autofree char *yaml = ct_xasprintf("- {type: journal, name: %s, queue: 1, socket: %s/x}",
					      name, st->dir);
	ct_autofree char *same = ct_xasprintf("burst: %d", burst);
	ct_autofree char *another = ct_xasprintf("burst: %d", burst + 1);
	ct_autonotice struct ct_notice *e = ct_notice__new(CT_NOTICE_NEW_NEED, "node1", 1);
	ct_autoyaml struct ct_yaml *y = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_yaml__parse("y", yaml, strlen(yaml), &y, NULL), 0);
	CU_ASSERT_EQUAL(ct_sinks__configure(st->sinks, y, y->root, NULL), 0);
	CU_ASSERT_EQUAL(configure(st, same, NULL, NULL), 0);
	while (n--)
		ct_sinks__send(st->sinks, e);
	CU_ASSERT_EQUAL(configure(st, another, NULL, NULL), 0);
}

/* What a sink gave up is told of, also after another one that had given up more was removed. */
static void test_drops(void)
{
	struct stage st = begin();

	overfill(&st, "one", 5, 9);
	CU_ASSERT_EQUAL(drops_told(&st), 1);
	overfill(&st, "two", 6, 4);
	CU_ASSERT_EQUAL(drops_told(&st), 2);
	end(&st);
}

static void test_self_test(void)
{
	struct stage st = begin();
	ct_autofree char *text = NULL, *yaml = NULL;
	ct_autoerr struct ct_err err = { 0 };
	ct_autoyaml struct ct_yaml *y = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	yaml = ct_xasprintf("- {type: journal, socket: %s/none}", st.dir);
	CU_ASSERT_EQUAL(ct_speaker__self_test(st.loop, st.sinks, "node1", f, &err), 0);
	CU_ASSERT_EQUAL_FATAL(ct_yaml__parse("y", yaml, strlen(yaml), &y, NULL), 0);
	CU_ASSERT_EQUAL(ct_sinks__configure(st.sinks, y, y->root, NULL), 0);
	CU_ASSERT_EQUAL(ct_speaker__self_test(st.loop, st.sinks, "node1", f, &err), -EIO);
	UNIT_STR(err.msg, "1 sink of 2 did not take the event");
	fclose(f);
	CU_ASSERT_EQUAL(strncmp(text,
				"events (file): taken\nevents (file): taken\n"
				"journal (journal): NOT taken: ",
				72),
			0);
	end(&st);
}

static const struct {
	const char *yaml, *words;
} mistakes[] = {
	{ "learn: 1d", "captrim.yaml:1:1: events has no 'learn'; it has learning, unused_for" },
	{ "learning: long", "'long' is not a duration; write 30s, 5m, 2h, 1d or none" },
	{ "burst: 0", "captrim.yaml:1:8: burst must be from 1 to 1000" },
	{ "refill: 1ms", "refill must be 1s at least" },
	{ "heartbeat: 1ms", "heartbeat must be 1s at least" },
};

static void test_mistakes(void)
{
	struct stage st = begin();

	for (size_t i = 0; i < CT_ARRAY_SIZE(mistakes); i++) {
		ct_autoerr struct ct_err err = { 0 };

		CU_ASSERT_EQUAL(configure(&st, mistakes[i].yaml, NULL, &err), -EINVAL);
		if (!err.msg || !strstr(err.msg, mistakes[i].words))
			UNIT_STR(err.msg, mistakes[i].words);
	}
	end(&st);
}

static CU_TestInfo tests[] = {
	{ "what sinks give up", test_drops },
	{ "one event, also after a restart", test_once },
	{ "acknowledged, and taken back", test_acknowledged },
	{ "expired", test_expired },
	{ "many stand", test_many_stand },
	{ "a deployment file declares", test_declared },
	{ "an advice declares", test_advice_declares },
	{ "what is held back", test_held_back },
	{ "the heartbeat", test_heartbeat },
	{ "a gap", test_gap },
	{ "the self-test", test_self_test },
	{ "mistakes in the configuration", test_mistakes },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("speaker", tests)
