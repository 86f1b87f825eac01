/* SPDX-License-Identifier: GPL-2.0-only */
/* What Compose calls a project, from what it reads before it starts anything. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "deploy/project_name.h"
#include "unit.h"

static char top[] = "/tmp/captrim-test-XXXXXX";

static const struct ct_compose_words none;

static void put(const char *name, const char *text)
{
	ct_autofree char *path = ct_xasprintf("%s/%s", top, name);
	ct_autofclose FILE *f = fopen(path, "we");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fputs(text, f);
}

/* From the environment, or the directory. */
static void test_directory(void)
{
	static const struct {
		const char *dir, *env, *project;
	} dirs[] = {
		{ "shop", NULL, "shop" },    { "My Shop.v2", NULL, "myshopv2" },
		{ "_x-y_Z", NULL, "x-y_z" }, { "shop", "other", "other" },
		{ "shop", "", "shop" },
	};
	ct_autofree char *back = realpath(".", NULL);

	for (size_t i = 0; i < CT_ARRAY_SIZE(dirs); i++) {
		ct_autofree char *path = ct_xasprintf("%s/%s", top, dirs[i].dir), *name = NULL;
		ct_autofree char *there = NULL;

		mkdir(path, 0700);
		CU_ASSERT_EQUAL_FATAL(chdir(path), 0);
		if (dirs[i].env)
			setenv("COMPOSE_PROJECT_NAME", dirs[i].env, 1);
		name = ct_compose__project_name(&none);
		UNIT_STR(name, dirs[i].project);
		unsetenv("COMPOSE_PROJECT_NAME");
		CU_ASSERT_EQUAL_FATAL(chdir(back), 0);
		there = ct_compose__project_name(&(struct ct_compose_words){ .dir = path });
		UNIT_STR(there, dirs[i].env && *dirs[i].env ? "shop" : dirs[i].project);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(dirs); i++) {
		ct_autofree char *path = ct_xasprintf("%s/%s", top, dirs[i].dir);

		rmdir(path);
	}
}

static void expect(const char *name, const char *file, const char *project)
{
	ct_autofree char *path = ct_xasprintf("%s/%s", top, file);
	const struct ct_compose_words w = {
		.name = name, .files = { .items = (const char *[]){ path }, .len = 1 }
	};
	ct_autofree char *got = ct_compose__project_name(&w);

	UNIT_STR(got, project);
}

static void test_file(void)
{
	ct_autofree char *own = realpath(top, NULL);
	const char *dir = strrchr(own, '/') + 1;
	ct_autofree char *normal = ct_xstrdup(dir);
	ct_autofree char *fifo = ct_xasprintf("%s/fifo", top), *env = ct_xasprintf("%s/.env", top);

	for (char *p = normal; *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
	put("named.yaml", "name: shop # ours\nservices: {web: {image: x}}\n");
	put("later.yaml", "name: shop\n---\nname: \"other shop\"\n");
	put("variable.yaml", "name: ${PROJECT}\n");
	put("broken.yaml", "name: [\n");
	put("template.yaml", "name: {{ x }}: [\n");
	put("none.yaml", "services: {}\n");
	expect(NULL, "named.yaml", "shop");
	expect("given", "named.yaml", "given");
	expect(NULL, "later.yaml", "other shop");
	expect(NULL, "variable.yaml", normal);
	expect(NULL, "broken.yaml", normal);
	expect(NULL, "template.yaml", normal);
	expect(NULL, "none.yaml", normal);
	/* What is read of a FIFO would be gone for Compose. */
	CU_ASSERT_EQUAL_FATAL(mkfifo(fifo, 0600), 0);
	expect(NULL, "fifo", normal);
	CU_ASSERT_EQUAL_FATAL(mkfifo(env, 0600), 0);
	expect(NULL, "named.yaml", "shop");
	unlink(env);
	put(".env", "A=b\nCOMPOSE_PROJECT_NAME='mine'\n");
	expect(NULL, "named.yaml", "mine");
}

/* As Compose's reader of .env (compose-go's dotenv) takes it. */
static void test_env(void)
{
	static const struct {
		const char *text, *project;
	} files[] = {
		{ "COMPOSE_PROJECT_NAME=\n", "shop" },
		{ "COMPOSE_PROJECT_NAME=''\n", "shop" },
		{ "COMPOSE_PROJECT_NAME=mine # ours\r\n", "mine" },
		{ "# COMPOSE_PROJECT_NAME=a\n", "shop" },
		{ "export COMPOSE_PROJECT_NAME=a \n", "a" },
		{ "COMPOSE_PROJECT_NAME=\"a\" # b\n", "a" },
		{ "COMPOSE_PROJECT_NAME=a\nCOMPOSE_PROJECT_NAME=b", "b" },
	};

	put("named.yaml", "name: shop\n");
	for (size_t i = 0; i < CT_ARRAY_SIZE(files); i++) {
		put(".env", files[i].text);
		expect(NULL, "named.yaml", files[i].project);
	}
}

static void test_file_of_environment(void)
{
	ct_autofree char *env = ct_xasprintf("%s/.env", top);
	ct_autofree char *files = ct_xasprintf("%s/named.yaml:none.yaml", top);
	ct_autofree char *one = NULL, *two = NULL;

	unlink(env);
	put("named.yaml", "name: shop\n");
	put("later.yaml", "name: other\n");
	setenv("COMPOSE_FILE", files, 1);
	one = ct_compose__project_name(&none);
	UNIT_STR(one, "shop");
	expect(NULL, "later.yaml", "other");
	*strchr(files, ':') = ';';
	setenv("COMPOSE_FILE", files, 1);
	setenv("COMPOSE_PATH_SEPARATOR", ";", 1);
	two = ct_compose__project_name(&none);
	UNIT_STR(two, "shop");
	unsetenv("COMPOSE_PATH_SEPARATOR");
	unsetenv("COMPOSE_FILE");
}

/* --env-file, and what stands for it, replaces .env; of several files the last one counts
 * (Compose 2.26). */
static void test_env_files(void)
{
	ct_autofree char *one = ct_xasprintf("%s/one.env", top),
			 *two = ct_xasprintf("%s/two.env", top);
	ct_autofree char *no = ct_xasprintf("%s/none.env", top),
			 *env = ct_xasprintf("%s/.env", top);
	ct_autofree char *yaml = ct_xasprintf("%s/named.yaml", top);
	ct_autofree char *list = ct_xasprintf("%s,%s", two, one);
	const struct {
		const char *files[2], *listed, *disabled, *project;
	} cases[] = {
		{ { one }, NULL, NULL, "one" },	     { { one, two }, NULL, NULL, "two" },
		{ { two, one }, NULL, NULL, "one" }, { { no }, NULL, NULL, "shop" },
		{ { NULL }, list, NULL, "one" },     { { two }, list, NULL, "two" },
		{ { NULL }, "", NULL, "dot" },	     { { NULL }, NULL, "true", "shop" },
		{ { NULL }, NULL, "0", "dot" },	     { { one }, NULL, "1", "one" },
	};

	put("named.yaml", "name: shop\n");
	put("one.env", "COMPOSE_PROJECT_NAME=one\n");
	put("two.env", "COMPOSE_PROJECT_NAME=two\n");
	put("none.env", "A=b\n");
	put(".env", "COMPOSE_PROJECT_NAME=dot\n");
	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		struct ct_compose_words w = {
			.files = { .items = (const char *[]){ yaml }, .len = 1 },
			.env_files = { .items = (const char **)cases[i].files },
		};
		ct_autofree char *got = NULL;

		w.env_files.len = !!cases[i].files[0] + !!cases[i].files[1];
		if (cases[i].listed)
			setenv("COMPOSE_ENV_FILES", cases[i].listed, 1);
		if (cases[i].disabled)
			setenv("COMPOSE_DISABLE_ENV_FILE", cases[i].disabled, 1);
		got = ct_compose__project_name(&w);
		UNIT_STR(got, cases[i].project);
		unsetenv("COMPOSE_ENV_FILES");
		unsetenv("COMPOSE_DISABLE_ENV_FILE");
	}
	unlink(env);
}

/* The last name counts, wherever the files come from, and the first file tells the directory. */
static void test_several_files(void)
{
	ct_autofree char *env = ct_xasprintf("%s/.env", top), *sub = ct_xasprintf("%s/sub", top);
	ct_autofree char *a = ct_xasprintf("%s/named.yaml", top);
	ct_autofree char *b = ct_xasprintf("%s/later.yaml", top);
	ct_autofree char *c = ct_xasprintf("%s/none.yaml", top);
	const struct ct_compose_words files = { .files = { .items = (const char *[]){ a, b, c },
							   .len = 3 } };
	ct_autofree char *back = realpath(".", NULL), *given = NULL, *listed = NULL, *own = NULL;
	ct_autofree char *found = NULL, *there = NULL;

	unlink(env);
	put("named.yaml", "name: shop\n");
	put("later.yaml", "name: other\n");
	put("none.yaml", "services: {}\n");
	mkdir(sub, 0700);
	put("sub/none.yaml", "services: {}\n");
	given = ct_compose__project_name(&files);
	UNIT_STR(given, "other");
	CU_ASSERT_EQUAL_FATAL(chdir(top), 0);
	put(".env", "COMPOSE_FILE=sub/none.yaml;later.yaml\nCOMPOSE_PATH_SEPARATOR=';'\n");
	listed = ct_compose__project_name(&none);
	UNIT_STR(listed, "other");
	put(".env", "COMPOSE_FILE=sub/none.yaml\nCOMPOSE_PROJECT_NAME=mine\n");
	own = ct_compose__project_name(&none);
	UNIT_STR(own, "mine");
	put("sub/compose.yaml", "name: base\n");
	put("sub/compose.override.yaml", "name: over\n");
	there = ct_compose__project_name(&(struct ct_compose_words){ .dir = "sub" });
	UNIT_STR(there, "over");
	unlink(env);
	CU_ASSERT_EQUAL_FATAL(chdir(sub), 0);
	found = ct_compose__project_name(&none);
	UNIT_STR(found, "over");
	CU_ASSERT_EQUAL_FATAL(chdir(back), 0);
}

static void test_none(void)
{
	const struct ct_compose_words files = {
		.files = { .items = (const char *[]){ "/nonexistent/x.yaml" }, .len = 1 }
	};
	ct_autofree char *name = ct_compose__project_name(&files);

	UNIT_STR(name, NULL);
}

static CU_TestInfo tests[] = {
	{ "directory", test_directory },
	{ "env files", test_env_files },
	{ "file", test_file },
	{ "env", test_env },
	{ "file of the environment", test_file_of_environment },
	{ "several files", test_several_files },
	{ "none", test_none },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	ct_autofree char *remove = NULL;
	int ret;

	if (!mkdtemp(top))
		return 1;
	ret = unit_run("project-name", tests);
	remove = ct_xasprintf("rm -r '%s'", top);
	return system(remove) ? 1 : ret;
}
