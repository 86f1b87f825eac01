/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What readers find in a store, held against the same recordings as files: every format of the
 * advice says the same.
 */
#include <errno.h>

#include "cmd/stored.h"
#include "postgres.h"
#include "random.h"
#include "store/push.h"
#include "stores.h"
#include "survey/listing.h"
#include "survey/stored.h"
#include "view/view.h"

#define ROUNDS	      40
#define REMOTE_ROUNDS 4
#define FILES	      3

static bool has_server;

static char *path_of(unsigned int i)
{
	return ct_xasprintf("%s/%u.rec", stores_dir, i);
}

static void put_files(struct ct_session *in[FILES])
{
	ct_autoerr struct ct_err err = {};

	for (unsigned int i = 0; i < FILES; i++) {
		ct_autofree char *path = path_of(i);

		STORES_OK(ct_recording__write(in[i], path, &err), err);
	}
}

/* The recordings as files, and in the store, on two hosts. */
static void put_both(struct ct_session *in[FILES])
{
	ct_autostore struct ct_store *s = stores_open(CT_STORE_CHANGE);
	ct_autoerr struct ct_err err = {};

	put_files(in);
	for (unsigned int i = 0; i < FILES; i++) {
		ct_autosession struct ct_session *copy = copy_of(in[i]);

		STORES_OK(ct_store__import(s, copy, i == 1 ? "two" : "one", NULL, &err), err);
	}
}

static int by_key(const void *x, const void *y)
{
	ct_autoidentity struct ct_identity a = {}, b = {};

	ct_identity__of(((const struct ct_advice *)x)->workload, &a);
	ct_identity__of(((const struct ct_advice *)y)->workload, &b);
	return strcmp(a.key, b.key);
}

/* In one order, and without what is of the first file alone. */
static void even_out(struct ct_session *s, struct ct_report *r)
{
	qsort(r->advices, r->nadvices, sizeof(*r->advices), by_key);
	s->host.start_ms = 0;
	free(s->host.kernel);
	s->host.kernel = NULL;
}

static char *text_of(const struct ct_report *r, enum ct_format format)
{
	struct ct_emit_opts opts = { .format = format, .verbose = true };
	ct_autofree char *path = ct_xasprintf("%s/out", stores_dir);
	ct_autoerr struct ct_err err = {};
	char *text = NULL;

	STORES_OK(ct_view__write(r, &opts, path, &err), err);
	CU_ASSERT_EQUAL(ct_read_file(path, 1 << 24, &text, NULL), 0);
	return text;
}

/* True if all formats say the same as the store at url. */
static bool same_advice(const char *url, enum ct_mode mode, uint32_t round)
{
	const char *paths[FILES];
	const struct ct_strlist files = { paths, FILES, FILES };
	struct ct_stored from = { .url = url };
	const struct ct_judge_opts how = { .mode = mode };
	ct_autosession struct ct_session *a = NULL, *b = NULL;
	ct_autoreport struct ct_report *x = NULL, *y = NULL;
	ct_autoerr struct ct_err err = {};
	bool same = true;

	for (unsigned int i = 0; i < FILES; i++)
		paths[i] = path_of(i);
	STORES_OK(ct_cmd__load(&files, &how, &a, &x, &err), err);
	STORES_OK(ct_stored__load_either(&from, &(struct ct_strlist){}, &how, &b, &y, &err), err);
	for (unsigned int i = 0; i < FILES; i++)
		free((void *)paths[i]);
	even_out(a, x);
	even_out(b, y);
	for (int f = 0; f < CT_FMT_MAX && same; f++) {
		ct_autofree char *p = text_of(x, (enum ct_format)f);
		ct_autofree char *q = text_of(y, (enum ct_format)f);

		same = !strcmp(p, q);
		if (!same) {
			size_t at = 0, line;

			while (p[at] == q[at])
				at++;
			for (line = at; line && p[line - 1] != '\n';)
				line--;
			printf("round %" PRIu32 ", %s: '%.100s' and '%.100s'\n", round,
			       ct_format_choices[f], p + line, q + line);
		}
	}
	return same;
}

/* The same for the same round. */
static void random_sessions(uint32_t round, struct ct_session *in[FILES])
{
	seed = round;
	calm = round & 1;
	for (unsigned int i = 0; i < FILES; i++) {
		in[i] = random_session(i);
		in[i]->losses.events = !below(10);
		in[i]->losses.lookups = below(3);
	}
}

static void free_all(struct ct_session *in[FILES])
{
	for (unsigned int i = 0; i < FILES; i++)
		ct_session__free(in[i]);
}

static void test_random(void)
{
	bool same = true;

	for (uint32_t round = 1; round < ROUNDS && same; round++) {
		struct ct_session *in[FILES];

		stores_fresh();
		random_sessions(round, in);
		put_both(in);
		free_all(in);
		same = same_advice(stores_path, (enum ct_mode)(round % 3), round);
	}
	CU_ASSERT(same);
}

/* Until all is sent. */
static void push_all(void)
{
	const struct ct_store_push_opts o = { .local = stores_path,
					      .url = postgres_url,
					      .rows_per_sec = 100000 };
	ct_autoerr struct ct_err err = {};
	struct ct_store_push *p = NULL;
	struct ct_store_push_status st = { .pending = 1 };

	STORES_OK(ct_store_push__start(&o, &p, &err), err);
	for (int i = 0; i < 600 && (st.pending || !st.pushed_ms); i++) {
		ct_store_push__news(p);
		usleep(50000);
		ct_store_push__status(p, &st);
	}
	CU_ASSERT_EQUAL(st.pending, 0);
	ct_store_push__stop(p, 10000);
}

/* What one host's daemon saved, in the database of a fleet. */
static void push_host(const struct ct_session *recording, unsigned int i)
{
	ct_autosession struct ct_session *s = copy_of(recording);
	ct_autofree char *host = ct_xasprintf("host%u", i);
	ct_autoerr struct ct_err err = {};
	struct ct_store *store;

	stores_fresh();
	store = stores_open(CT_STORE_WRITE);
	ct_session__conclude(s);
	ct_tally__unite(s);
	STORES_OK(stores_save(store, s, host, 1000000, true, &err), err);
	ct_store__close(store);
	push_all();
}

/* A fleet's database has what its hosts have. */
static void test_remote(void)
{
	bool same = true;

	if (!has_server)
		UNIT_SKIP("PostgreSQL is not there");
	for (uint32_t round = 1; round < REMOTE_ROUNDS && same; round++) {
		struct ct_session *in[FILES];

		CU_ASSERT_EQUAL(postgres_sql("DROP SCHEMA IF EXISTS public CASCADE;"
					     "CREATE SCHEMA public"),
				0);
		random_sessions(round, in);
		for (unsigned int i = 0; i < FILES; i++)
			push_host(in[i], i);
		put_files(in);
		free_all(in);
		same = same_advice(postgres_url, (enum ct_mode)(round % 3), round);
	}
	CU_ASSERT(same);
}

static void test_golden(void)
{
	glob_t found = golden_recordings();

	CU_ASSERT_FATAL(found.gl_pathc >= FILES);
	for (size_t i = 0; i + FILES <= found.gl_pathc; i++) {
		struct ct_session *in[FILES] = { 0 };

		stores_fresh();
		for (size_t k = 0; k < FILES; k++)
			CU_ASSERT_EQUAL_FATAL(
				ct_recording__read(found.gl_pathv[i + k], &in[k], NULL), 0);
		put_both(in);
		CU_ASSERT(same_advice(stores_path, CT_MODE_DEFAULT, 0));
		free_all(in);
	}
	globfree(&found);
}

/* ---- rows ---- */

static const struct ct_survey_row *row_of(const struct ct_survey *sv, const char *label,
					  const char *host)
{
	for (size_t i = 0; i < sv->len; i++)
		if (ct_str_equal(sv->rows[i].label, label) && ct_str_equal(sv->rows[i].host, host))
			return &sv->rows[i];
	return NULL;
}

static void test_rows(void)
{
	ct_autosession struct ct_session *web = stores_session("web", 5000);
	ct_autosession struct ct_session *db = stores_session("db", 9000);
	ct_autostore struct ct_store *s = NULL;
	ct_autosurvey struct ct_survey sv = {}, made = {};
	ct_autoreport struct ct_report *r = ct_judge__session(web, CT_MODE_DEFAULT);
	const struct ct_survey_row *row, *expected;
	ct_autoerr struct ct_err err = {};

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, "alpha", 10000, true, &err), err);
	STORES_OK(stores_save(s, db, "alpha", 12000, true, &err), err);
	STORES_OK(ct_survey__read(s, NULL, true, &sv, &err), err);
	CU_ASSERT_EQUAL_FATAL(sv.len, 2);
	ct_survey__add_report(&made, r, "alpha");
	row = row_of(&sv, "web", "alpha");
	expected = &made.rows[0];
	CU_ASSERT_PTR_NOT_NULL_FATAL(row);
	UNIT_STR(row->key, expected->key);
	UNIT_STR(row->image, expected->image);
	CU_ASSERT_EQUAL(row->kind, expected->kind);
	CU_ASSERT_EQUAL(row->runtime, expected->runtime);
	CU_ASSERT(row->judged && row->holds_known);
	CU_ASSERT_EQUAL(row->holds, expected->holds);
	CU_ASSERT_EQUAL(row->needs, expected->needs);
	CU_ASSERT_EQUAL(row->optional, expected->optional);
	CU_ASSERT_EQUAL(row->gaps, expected->gaps);
	CU_ASSERT_EQUAL(row->confidence, expected->confidence);
	CU_ASSERT_EQUAL(row->checks, expected->checks);
	CU_ASSERT_EQUAL_FATAL(row->ncaps, expected->ncaps);
	CU_ASSERT_EQUAL(row->caps[0].verdict, expected->caps[0].verdict);
	CU_ASSERT_EQUAL(row->caps[0].scope, expected->caps[0].scope);
	CU_ASSERT(row->caps[0].chosen);
	CU_ASSERT(row->caps[0].since_ms > 0);
	UNIT_STR(row->caps[0].site, expected->caps[0].site);
	UNIT_STR(row->caps[0].process, expected->caps[0].process);
}

static void stored_is(const char *name, const char *host, const char *project, int ret,
		      const char *message)
{
	ct_autostore struct ct_store *s = stores_open(CT_STORE_READ);
	struct ct_stored from = { .host = host, .project = project };
	ct_autosurvey struct ct_survey sv = {};
	ct_autoerr struct ct_err err = {};

	if (name)
		*CT_PUSH(from.names.items, from.names.len, from.names.cap) = name;
	CU_ASSERT_EQUAL(ct_stored__survey(s, &from, &(struct ct_survey_want){ CT_DEPTH_ROWS, true },
					  &sv, &err),
			ret);
	UNIT_STR(err.msg, message);
	if (!ret)
		CU_ASSERT_EQUAL(sv.len, 1);
	ct_stored__free(&from);
}

static void test_names(void)
{
	ct_autosession struct ct_session *web = stores_session("web", 5000);
	ct_autoerr struct ct_err err = {};

	stores_fresh();
	{
		ct_autostore struct ct_store *s = stores_open(CT_STORE_WRITE);

		STORES_OK(stores_save(s, web, "alpha", 10000, true, &err), err);
	}
	stored_is("web", NULL, NULL, 0, NULL);
	stored_is("name:web", "alpha", NULL, 0, NULL);
	stored_is("we", NULL, NULL, -ENOENT,
		  "no workload is called 'we'; web has it in its name or image");
	stored_is(NULL, "alp\x1bha", NULL, -ENOENT,
		  "the store has no host 'alp\\x1bha'; it has alpha");
	stored_is("web", "alpha", "shop", -ENOENT, "the store has no project 'shop'; it has none");
}

/* ---- a fleet, added up by the server ---- */

/*
 * Three hosts become ten: five are like the first, but for one that needs more, and one that was
 * not judged; the second has two stores, of which one knows more.
 */
static void make_fleet(void)
{
	static const char copy[] =
		"DO $$ DECLARE t text; cols text; sel text;\n"
		"BEGIN FOREACH t IN ARRAY ARRAY['workload', 'need', 'advice'] LOOP\n"
		" SELECT string_agg(column_name, ',' ORDER BY ordinal_position),\n"
		"  string_agg(CASE column_name WHEN 'host' THEN 'i.host' WHEN 'store' THEN "
		"'i.store'"
		"   ELSE 't.' || column_name END, ',' ORDER BY ordinal_position)\n"
		"  INTO cols, sel FROM information_schema.columns"
		"  WHERE table_name = t AND table_schema = 'public';\n"
		" EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I t JOIN copies i"
		"  ON i.of = t.host', t, cols, sel, t);\n"
		"END LOOP; END $$;\n";
	struct ct_str sql = {};

	ct_str__add(&sql, "CREATE TABLE copies (host text, store text, of text);");
	for (int i = 0; i < 6; i++)
		ct_str__addf(&sql, "INSERT INTO copies VALUES ('host0%d', 's%d', 'host0');", i, i);
	ct_str__add(&sql, "INSERT INTO copies VALUES ('host1', 'other', 'host1');");
	ct_str__add(&sql, copy);
	ct_str__add(&sql, "INSERT INTO host (name, store) SELECT host, store FROM copies;"
			  "UPDATE advice SET cap_add = cap_add | 2097152, gaps = 'lost'"
			  " WHERE host = 'host03' OR store = 'other';"
			  "UPDATE need SET scope = 'host', verdict = 'required', chosen = 1,"
			  " granted = 7 WHERE host = 'host03';"
			  "UPDATE workload SET configured = configured | 1 WHERE host = 'host02';"
			  "DELETE FROM advice WHERE host = 'host04';"
			  "DELETE FROM need WHERE host = 'host04'");
	CU_ASSERT_EQUAL_FATAL(postgres_sql(sql.s), 0);
	ct_str__free(&sql);
}

static char *json_of(struct ct_survey *sv)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ct_survey__sort(sv, CT_SURVEY_NAME);
	ct_survey__json(sv, out);
	fclose(out);
	return text;
}

/* What a depth does not ask for is not there; all else is the same. */
static bool is_the_same(struct ct_store *s, const struct ct_store_query *q)
{
	ct_autosurvey struct ct_survey one = {}, all = {}, reach = {}, rows = {};
	ct_autofree char *expected = NULL, *found = NULL;
	ct_autoerr struct ct_err err = {};
	bool same;

	STORES_OK(ct_survey__read(s, q, true, &one, &err), err);
	STORES_OK(ct_survey__read_joined(s, q, CT_DEPTH_NEEDS, &all, &err), err);
	STORES_OK(ct_survey__read_joined(s, q, CT_DEPTH_REACH, &reach, &err), err);
	STORES_OK(ct_survey__read_joined(s, q, CT_DEPTH_ROWS, &rows, &err), err);
	ct_survey__join(&one);
	expected = json_of(&one);
	found = json_of(&all);
	same = !strcmp(expected, found) && one.len == reach.len && one.len == rows.len;
	if (!same)
		printf("%s\nand\n%s\n", expected, found);
	ct_survey__sort(&reach, CT_SURVEY_NAME);
	ct_survey__sort(&rows, CT_SURVEY_NAME);
	for (size_t i = 0; i < one.len && same; i++)
		same = ct_survey_row__host_needs(&one.rows[i]) ==
			       ct_survey_row__host_needs(&reach.rows[i]) &&
		       one.rows[i].agree == reach.rows[i].agree &&
		       one.rows[i].needs == rows.rows[i].needs &&
		       one.rows[i].hosts == rows.rows[i].hosts &&
		       one.rows[i].gaps == rows.rows[i].gaps;
	return same;
}

static void test_fleet(void)
{
	ct_autostore struct ct_store *s = NULL;
	ct_autoerr struct ct_err err = {};
	struct ct_session *in[FILES];
	const char *name = "host1";

	if (!has_server)
		UNIT_SKIP("PostgreSQL is not there");
	for (uint32_t round = 1; round < REMOTE_ROUNDS; round++) {
		CU_ASSERT_EQUAL_FATAL(postgres_sql("DROP SCHEMA IF EXISTS public CASCADE;"
						   "CREATE SCHEMA public"),
				      0);
		random_sessions(round, in);
		for (unsigned int i = 0; i < FILES; i++)
			push_host(in[i], i);
		free_all(in);
		make_fleet();
		STORES_OK(ct_store__open(postgres_url, CT_STORE_READ, &s, &err), err);
		CU_ASSERT(is_the_same(s, NULL));
		CU_ASSERT(is_the_same(s, &(struct ct_store_query){ .host = name }));
		CU_ASSERT(is_the_same(s, &(struct ct_store_query){ .since_ms = 1 }));
		CU_ASSERT(is_the_same(s, &(struct ct_store_query){ .project = "shop" }));
		ct_store__close(ct_steal(s));
	}
}

static CU_TestInfo tests[] = {
	{ "recordings of a test", test_golden },
	{ "recordings at random", test_random },
	{ "recordings at random, in PostgreSQL", test_remote },
	{ "rows", test_rows },
	{ "names", test_names },
	{ "a fleet, added up by the server", test_fleet },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	stores_begin();
	has_server = postgres_begin();
	return unit_run("stored", tests);
}
