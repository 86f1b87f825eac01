/* SPDX-License-Identifier: GPL-2.0-only */
/* Compose files as they are read: joined, extended, merged, each value with its place. */
#include <errno.h>
#include <unistd.h>

#include "deploy/compose.h"
#include "unit.h"

static const char base[] = "x-base: &base\n"
			   "  privileged: true\n"
			   "  cap_add: [NET_ADMIN]\n"
			   "services:\n"
			   "  web: {<<: *base, image: nginx, user: \"1000\"}\n"
			   "  db:\n"
			   "    extends: {service: web}\n"
			   "    cap_add:\n"
			   "      - chown\n"
			   "  api:\n"
			   "    extends: {service: app, file: none.yaml}\n";
static const char over[] = "services: {web: {cap_add: !override [KILL]},\n"
			   "  db: {cap_add: [\"${X}\"], privileged: no}}\n";

static int enter(void)
{
	char dir[] = "/tmp/captrim-edit-XXXXXX";

	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int leave(void)
{
	ct_autofree char *dir = realpath(".", NULL);

	unlink("base.yaml");
	unlink("over.yaml");
	unlink("bomb.yaml");
	unlink("\033.yaml");
	return dir ? rmdir(dir) : -1;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
	fclose(f);
}

static struct ct_compose *load(const char *a, const char *b, struct ct_err *err)
{
	const char *names[] = { a, b };
	struct ct_strlist files = { names, b ? 2 : 1, 0 };
	struct ct_compose *c = NULL;

	ct_compose__load(&files, &c, err);
	return c;
}

static void test_joined(void)
{
	const struct ct_compose_service *s;
	ct_autocompose struct ct_compose *c = NULL;
	ct_autofree char *at = NULL;
	uint64_t set;

	put("base.yaml", base);
	put("over.yaml", over);
	c = load("base.yaml", "over.yaml", NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(c->nservices, 3);
	s = ct_compose__service(c, "web");
	CU_ASSERT_PTR_NULL(ct_compose__caps(&s->cap_add, &set));
	CU_ASSERT_EQUAL(set, CT_CAP(KILL));
	CU_ASSERT_EQUAL(ct_compose__truth(&s->privileged), CT_YES);
	CU_ASSERT_STRING_EQUAL(s->user.text, "1000");
	at = ct_place__text(&s->cap_add.items[0].at);
	CU_ASSERT_STRING_EQUAL(at, "over.yaml:1:38");
	s = ct_compose__service(c, "db");
	CU_ASSERT_STRING_EQUAL(ct_compose__caps(&s->cap_add, &set)->text, "${X}");
	CU_ASSERT_EQUAL(set, CT_CAP(NET_ADMIN) | CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(ct_compose__truth(&s->privileged), CT_NO);
	CU_ASSERT_STRING_EQUAL(s->image.text, "nginx");
	CU_ASSERT_PTR_EQUAL(ct_compose__service(c, "api")->unread, c->notes.items[0]);
	CU_ASSERT_EQUAL(c->notes.len, 1);
	CU_ASSERT_PTR_NULL(ct_compose__service(c, "WEB"));
}

/* Aliases of aliases, extends in a ring, include of itself: refused or read, in no time. */
static void test_bombs(void)
{
	static const char *const texts[] = {
		"services:\n  a: {extends: b}\n  b: {extends: a}\n",
		"include: [bomb.yaml]\nservices: {a: {image: x}}\n",
		"services: &s\n  a: *s\n",
		"services: {a: {image: x}, a: {image: y}}\n",
		"a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nc: &c {<<: [*b, *b]}\nservices: {}\n",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(texts); i++) {
		ct_autoerr struct ct_err err = {};

		put("bomb.yaml", texts[i]);
		CU_ASSERT_PTR_NULL(load("bomb.yaml", NULL, &err));
		CU_ASSERT_PTR_NOT_NULL(err.msg);
	}
}

/* Services that merge keys bring in, also a list of them, each read once. */
static void test_merged(void)
{
	static const char text[] = "x-a: &a {web: {image: x, cap_add: [KILL]}}\n"
				   "x-b: &b {<<: {<<: {<<: {<<: {<<: *a}}}}}\n"
				   "services:\n"
				   "  <<: [*a, *b, {db: {image: y}}]\n"
				   "  db: {image: z}\n";
	ct_autocompose struct ct_compose *c = NULL;

	put("base.yaml", text);
	c = load("base.yaml", NULL, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL(c->nservices, 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ct_compose__service(c, "web"));
	CU_ASSERT_EQUAL(ct_compose__service(c, "web")->cap_add.len, 1);
	UNIT_STR(ct_compose__service(c, "db")->image.text, "z");
}

/* What lies behind so many merges must be neither missed nor lead astray. */
static void test_many_merges(void)
{
	static const char *const forms[][3] = {
		{ "services:\n", "  <<: {}\n", "  <<: {<<: {web: {image: x}}}\n" },
		{ "services:\n  web:\n    <<: [", "{}, ", "{<<: {privileged: true}}]\n" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(forms); i++)
		for (int n = 10; n < 10000; n += 9000) {
			ct_autocompose struct ct_compose *c = NULL;
			ct_autoerr struct ct_err err = {};
			struct ct_str text = {};

			ct_str__add(&text, forms[i][0]);
			for (int k = 0; k < n; k++)
				ct_str__add(&text, forms[i][1]);
			ct_str__add(&text, forms[i][2]);
			put("bomb.yaml", text.s);
			ct_str__free(&text);
			c = load("bomb.yaml", NULL, &err);
			if (n == 10) {
				CU_ASSERT_PTR_NOT_NULL_FATAL(c);
				CU_ASSERT_EQUAL(c->nservices, 1);
				CU_ASSERT_EQUAL(ct_compose__truth(&c->services[0].privileged), i);
			} else {
				CU_ASSERT_PTR_NULL(c);
				CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "merge keys"));
			}
		}
}

/* Each document is read as it stands in the file, with a byte order mark and CR LF or not. */
static void test_documents(void)
{
	static const char text[] = "\xef\xbb\xbf--- {services: {web: {image: x}}}\r\n"
				   "---\r\n"
				   "services:\r\n"
				   "  db:\r\n"
				   "    image: y\r\n"
				   "--- {services: {db: {image: z}}}\n";
	ct_autocompose struct ct_compose *c = NULL;
	ct_autoerr struct ct_err err = {};
	const struct ct_compose_service *s;

	put("base.yaml", text);
	c = load("base.yaml", NULL, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	CU_ASSERT_EQUAL_FATAL(c->nservices, 2);
	CU_ASSERT_EQUAL(c->services[0].at.line, 1);
	CU_ASSERT_EQUAL(c->services[0].at.column, 17);
	s = &c->services[1];
	CU_ASSERT_EQUAL(s->at.line, 4);
	CU_ASSERT_EQUAL(s->at.column, 3);
	UNIT_STR(s->image.text, "z");
	CU_ASSERT_EQUAL(s->image.at.line, 6);
	CU_ASSERT_EQUAL(s->image.at.column, 29);
	put("bomb.yaml", "a: 1\n---\n\nb: [\n---\nc: 1\n");
	CU_ASSERT_PTR_NULL(load("bomb.yaml", NULL, &err));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "bomb.yaml:5:1: not YAML"));
}

/* Names of files are hostile text, too. */
static void test_printable(void)
{
	ct_autoerr struct ct_err err = {};

	put("\033.yaml", "include: [none.yaml]\n");
	CU_ASSERT_PTR_NULL(load("\033.yaml", NULL, &err));
	UNIT_STR(err.msg, "included from \\x1b.yaml: cannot read none.yaml: No such file or "
			  "directory");
}

static CU_TestInfo tests[] = {
	{ "joined", test_joined },
	{ "bombs", test_bombs },
	{ "merged", test_merged },
	{ "many merges", test_many_merges },
	{ "documents", test_documents },
	{ "printable", test_printable },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	int ret;

	if (enter())
		return 1;
	ret = unit_run("compose", tests);
	return leave() ? 1 : ret;
}
