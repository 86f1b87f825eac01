/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between two looks at workloads. */
#include <stdlib.h>
#include <time.h>

#include "base/util.h"
#include "survey/changes.h"
#include "unit.h"

#define DAY    INT64_C(86400000)
#define MONDAY INT64_C(1793577600000) /* 2026-11-02 00:00 UTC */
#define NOW    (MONDAY + 4 * DAY)

static struct ct_survey_row *add(struct ct_survey *sv, const char *name, uint64_t holds,
				 uint64_t needs, int64_t first_ms)
{
	struct ct_survey_row *row = ct_survey__add(sv);

	row->key = ct_xasprintf("name:%s", name);
	row->label = ct_xstrdup(name);
	row->judged = row->holds_known = true;
	row->holds = holds;
	row->needs = needs;
	row->first_ms = first_ms;
	row->last_ms = NOW - 60000;
	ct_caps__for_each(cap, needs) {
		struct ct_survey_cap *c = ct_survey_row__cap(row, cap);

		c->verdict = CT_REQUIRED;
		c->chosen = true;
		c->scope = ct_cap__info(cap)->scope;
		c->since_ms = c->first_ms = first_ms;
		c->text = ct_xstrdup("what it does\x1b[31m (prog, 3 checks)");
	}
	return row;
}

/* A week: web learned NET_ADMIN, fresh came, old went, quiet was gone before. */
static void a_week(struct ct_survey *sv)
{
	struct ct_survey_row *row = add(sv, "web", CT_CAPS_ALL, CT_CAP(CHOWN) | CT_CAP(NET_ADMIN),
					MONDAY - DAY);

	ct_survey_row__cap(row, CAP_NET_ADMIN)->since_ms = MONDAY + DAY;
	add(sv, "fresh", CT_CAPS_ALL, CT_CAP(SYS_TIME), MONDAY + 2 * DAY);
	row = add(sv, "old", CT_CAPS_ALL, CT_CAP(KILL), MONDAY - DAY);
	row->last_ms = MONDAY + DAY;
	row = add(sv, "quiet", CT_CAPS_ALL, CT_CAP(KILL), MONDAY - 5 * DAY);
	row->last_ms = MONDAY - 2 * DAY;
	add(sv, "same", CT_CAPS_ALL, CT_CAP(KILL), MONDAY - DAY);
}

static const struct ct_survey_change *change_of(const struct ct_changes *c, const char *label)
{
	for (size_t i = 0; i < c->len; i++)
		if (ct_str_equal((c->items[i].b ? c->items[i].b : c->items[i].a)->label, label))
			return &c->items[i];
	return NULL;
}

static void test_times(void)
{
	ct_autoside struct ct_side a = { CT_SIDE_TIME, "monday", MONDAY, {} };
	ct_autoside struct ct_side b = { CT_SIDE_TIME, "now", NOW, {} };
	struct ct_changes c;

	a_week(&a.sv);
	a_week(&b.sv);
	ct_survey__as_of(&a.sv, a.ms);
	ct_survey__as_of(&b.sv, b.ms);
	CU_ASSERT_EQUAL(a.sv.len, 4);
	ct_changes__find(&a, &b, &c);
	CU_ASSERT_EQUAL_FATAL(c.len, 4);
	CU_ASSERT_EQUAL(c.same, 1);
	CU_ASSERT_EQUAL(change_of(&c, "web")->needs_added, CT_CAP(NET_ADMIN));
	CU_ASSERT_EQUAL(change_of(&c, "web")->kind, CT_CHANGE_OTHER);
	CU_ASSERT_EQUAL(change_of(&c, "fresh")->kind, CT_CHANGE_ONLY_B);
	CU_ASSERT_EQUAL(change_of(&c, "old")->kind, CT_CHANGE_ONLY_A);
	CU_ASSERT_PTR_NULL(change_of(&c, "quiet"));
	/* Those that differ stand first. */
	UNIT_STR(c.items[3].b->label, "same");
	ct_changes__free(&c);
}

static char *text_of(const struct ct_changes *c)
{
	const struct ct_term term = { .width = 80 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ct_changes__text(c, out, &term);
	fclose(out);
	return text;
}

static void test_text(void)
{
	ct_autoside struct ct_side a = { CT_SIDE_TIME, "monday", MONDAY, {} };
	ct_autoside struct ct_side b = { CT_SIDE_TIME, "now", NOW, {} };
	struct ct_changes c;
	ct_autofree char *text = NULL;

	setenv("TZ", "UTC", 1);
	tzset();
	a_week(&a.sv);
	a_week(&b.sv);
	ct_survey__as_of(&a.sv, a.ms);
	ct_changes__find(&a, &b, &c);
	text = text_of(&c);
	UNIT_STR(text,
		 "From 2026-11-02 00:00 (monday) to 2026-11-06 00:00 (now):\n"
		 "\n"
		 "fresh: new\n"
		 "  + SYS_TIME  HOST    what it does\\x1b[31m (prog, 3 checks), since 2026-11-04\n"
		 "                      00:00\n"
		 "\n"
		 "old: not seen since 2026-11-03 00:00\n"
		 "\n"
		 "web\n"
		 "  + NET_ADMIN  medium  what it does\\x1b[31m (prog, 3 checks), since 2026-11-03\n"
		 "                       00:00\n"
		 "\n"
		 "1 changed, 1 new, 1 not seen any more, 1 unchanged\n");
	ct_changes__free(&c);
}

static void test_hosts(void)
{
	ct_autoside struct ct_side a = { CT_SIDE_HOST, "one", 0, {} };
	ct_autoside struct ct_side b = { CT_SIDE_HOST, "two", 0, {} };
	struct ct_changes c;
	ct_autofree char *text = NULL;

	add(&a.sv, "web", CT_CAPS_ALL, CT_CAP(CHOWN) | CT_CAP(KILL), MONDAY);
	add(&b.sv, "web", CT_CAPS_DOCKER_DEFAULT, CT_CAP(CHOWN), MONDAY);
	add(&a.sv, "db", CT_CAPS_ALL, 0, MONDAY);
	ct_changes__find(&a, &b, &c);
	CU_ASSERT_EQUAL(change_of(&c, "web")->needs_gone, CT_CAP(KILL));
	CU_ASSERT_EQUAL(change_of(&c, "web")->holds_gone, CT_CAPS_ALL & ~CT_CAPS_DOCKER_DEFAULT);
	text = text_of(&c);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "db: only on host one\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  - KILL  medium  "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  holds no longer: SYS_MODULE "));
	ct_changes__free(&c);
}

/* A need that is met otherwise does not lack, and of an incomplete advice nothing can go. */
static void test_file(void)
{
	ct_autoside struct ct_side a = { CT_SIDE_FILE, "compose.yaml", 0, {} };
	ct_autoside struct ct_side b = { CT_SIDE_TIME, "now", NOW, {} };
	struct ct_survey_row *row;
	struct ct_changes c;
	ct_autofree char *text = NULL;

	row = add(&a.sv, "web", CT_CAP(CHOWN) | CT_CAP(KILL), 0, 0);
	row->judged = false;
	add(&b.sv, "web", CT_CAPS_ALL, CT_CAP(CHOWN) | CT_CAP(SYS_TIME), MONDAY);
	row = add(&a.sv, "db", CT_CAP(DAC_OVERRIDE) | CT_CAP(KILL), 0, 0);
	row->judged = false;
	row->met = CT_CAP(DAC_READ_SEARCH);
	add(&b.sv, "db", CT_CAPS_ALL, CT_CAP(DAC_READ_SEARCH), MONDAY);
	row = add(&a.sv, "half", CT_CAPS_ALL, 0, 0);
	row->judged = false;
	row = add(&b.sv, "half", CT_CAPS_ALL, 0, MONDAY);
	row->gaps = CT_GAP_START;
	row->last_ms = MONDAY;
	ct_changes__find(&a, &b, &c);
	CU_ASSERT_EQUAL(change_of(&c, "web")->lacks, CT_CAP(SYS_TIME));
	CU_ASSERT_EQUAL(change_of(&c, "web")->spare, CT_CAP(KILL));
	CU_ASSERT_EQUAL(change_of(&c, "db")->kind, CT_CHANGE_SAME);
	CU_ASSERT_EQUAL(change_of(&c, "half")->kind, CT_CHANGE_SAME);
	text = text_of(&c);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  lacks SYS_TIME  HOST    what it does"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  given needlessly: KILL\n"));
	ct_changes__free(&c);
	/* The same the other way round. */
	ct_changes__find(&b, &a, &c);
	CU_ASSERT_EQUAL(c.len, 3);
	CU_ASSERT_EQUAL(change_of(&c, "web")->lacks, CT_CAP(SYS_TIME));
	ct_changes__free(&c);
}

static void test_images(void)
{
	static const struct {
		const char *image, *digest, *spec;
		bool is;
	} cases[] = {
		{ "nginx:1.27", NULL, "nginx", true },
		{ "docker.io/library/nginx:latest", NULL, "nginx", true },
		{ "docker.io/library/nginx:1.27", NULL, "nginx:1.27", true },
		{ "nginx:1.27", NULL, "nginx:1.26", false },
		{ "nginx:1.27", NULL, "nginx:latest", false },
		{ "nginx", NULL, "nginx:latest", true },
		{ "nginx:latest@sha256:0123456789abcdef", NULL, "nginx:latest", true },
		{ "nginx-unit", NULL, "nginx", false },
		{ "nginx", NULL, "nginx:1.27", false },
		{ "host:5000/web:2", NULL, "host:5000/web", true },
		{ "host:5000/web", NULL, "host:5000/web:2", false },
		{ "host:5000/web", NULL, "host", false },
		{ NULL, "sha256:0123456789abcdef", "nginx", false },
		{ "nginx", "sha256:0123456789abcdef", "nginx@sha256:0123456789abcdef", true },
		{ "nginx", "sha256:0123456789abcdef", "nginx@0123456789ab", true },
		{ "nginx", "sha256:0123456789abcdef", "nginx@0123", false },
		{ "nginx", "nginx@sha256:0123456789abcdef", "@sha256:0123456789abcdef", true },
		{ "nginx", NULL, "nginx@sha256:0123456789abcdef", false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosurvey struct ct_survey sv = {};
		struct ct_survey_row *row = add(&sv, "w", 1, 0, 0);

		row->image = cases[i].image ? ct_xstrdup(cases[i].image) : NULL;
		row->digest = cases[i].digest ? ct_xstrdup(cases[i].digest) : NULL;
		ct_survey__of_image(&sv, cases[i].spec);
		if (sv.len != (size_t)cases[i].is)
			UNIT_STR(cases[i].image, cases[i].spec);
	}
}

static void test_json(void)
{
	ct_autoside struct ct_side a = { CT_SIDE_HOST, "o\"ne", 0, {} };
	ct_autoside struct ct_side b = { CT_SIDE_TIME, "now", NOW, {} };
	struct ct_changes c;
	ct_autofree char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	add(&a.sv, "web", CT_CAPS_ALL, CT_CAP(KILL), MONDAY);
	ct_changes__find(&a, &b, &c);
	ct_changes__json(&c, out);
	fclose(out);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"schema\": \"captrim.diff/1\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"time\": \"2026-11-06T00:00:00.000Z\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"change\": \"only-from\""));
	ct_changes__free(&c);
}

static CU_TestInfo tests[] = {
	{ "two times", test_times }, { "text", test_text },	{ "hosts", test_hosts },
	{ "a file", test_file },     { "images", test_images }, { "json", test_json },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("changes", tests)
