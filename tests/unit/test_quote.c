/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for shells and YAML, what workloads are called, and the folding of comments. */
#include <stdlib.h>

#include "emit/common.h"
#include "unit.h"

static void check(char *got, const char *want)
{
	UNIT_STR(got, want);
	free(got);
}

static void test_quoting(void)
{
	check(ct_emit__shell("nginx:1.27"), "nginx:1.27");
	check(ct_emit__shell(""), "''");
	check(ct_emit__shell("a b'c"), "'a b'\\''c'");
	check(ct_emit__shell("a\n'\\"), "$'a\\012\\'\\\\'");
	check(ct_emit__yaml("web.1"), "web.1");
	check(ct_emit__yaml("no"), "\"no\"");
	check(ct_emit__yaml("1e3"), "\"1e3\"");
	check(ct_emit__yaml("a: \"b\"\n"), "\"a: \\\"b\\\"\\\\x0a\"");
	check(ct_emit__key("My App_1", "-", true), "my-app-1");
	check(ct_emit__key("--", "-", true), "workload");
}

/* The name of a command; seen: processes that it had, by their names, or NULL. */
static char *name_of(const char *command, const char *seen)
{
	struct ct_exit exit = { .comm = (char *)seen };
	struct ct_workload w = { .id = (char *)"command",
				 .kind = CT_WL_COMMAND,
				 .command = (char *)command,
				 .exits = &exit,
				 .nexits = seen ? 1 : 0 };

	return ct_emit__name(&w);
}

static void test_command_name(void)
{
	check(name_of("/tmp/tmp.Oei1EvbfBy/unpacked/usr/bin/memcached -u nobody", NULL),
	      "memcached");
	check(name_of("env X=1 setpriv --reuid 5 --clear-groups /usr/bin/memcached -v", NULL),
	      "memcached");
	check(name_of("A=b C=/d/e ./server --port=80", NULL), "server");
	check(name_of("timeout -s INT 5 nice -n 5 busybox httpd -f", NULL), "httpd");
	check(name_of("sudo -u www -- chroot /srv/root /bin/app", NULL), "app");
	check(name_of("taskset -c 0,1 stdbuf -oL /opt/x/relay", NULL), "relay");
	check(name_of("python3.11 -u /srv/feed.py --quick", NULL), "feed");
	check(name_of("python3 -m http.server 80", NULL), "http.server");
	check(name_of("python3 -c import os", NULL), "python3");
	check(name_of("java -cp /a:/b -jar /opt/shop.jar", NULL), "shop");
	check(name_of("node --max-old-space-size=400 app.js", NULL), "app");
	check(name_of("bash", NULL), "bash");
	check(name_of("sh -ec cd /srv && umask 022; exec ./relay -x", NULL), "relay");
	check(name_of("sh -c \n set -e\n\texec /srv/relay\n", NULL), "relay");
	check(name_of("su www -c 'httpd -p 80'", NULL), "httpd");
	check(name_of("bash -o pipefail backup.sh", NULL), "backup");
	check(name_of("env", NULL), "env");
	check(name_of("nice --adjustment", NULL), "nice");
}

/* An option that no table knows: what ran tells which word is the program. */
static void test_command_name_seen(void)
{
	check(name_of("unshare --load-interp x relay -v", NULL), "x");
	check(name_of("unshare --load-interp x relay -v", "relay"), "relay");
	check(name_of("./entrypoint.sh memcached -u x", "memcached"), "memcached");
	check(name_of("sh -c for i in 1 2; do /bin/ping -c 1 $i; done", "ping"), "ping");
	/* The kernel keeps 15 bytes of a name. */
	check(name_of("sh -c true; a-name-longer-than-fifteen", "a-name-longer-t"),
	      "a-name-longer-than-fifteen");
	check(name_of("sh -c true; a-name-longer", "a-name"), "true");
	check(name_of("memcached -u nobody", "nobody"), "memcached");
}

static void check_key(const char *command, const char *want)
{
	ct_autofree char *name = name_of(command, NULL);

	check(ct_emit__key(name, "._-", false), want);
}

static void test_command_name_hostile(void)
{
	check_key("", "command");
	check_key("   ", "workload");
	check_key("/", "workload");
	check_key("..", "workload");
	check_key("/x/.hidden", "hidden");
	check_key("./\033[31mred\n:", "31mred");
	check_key("env env env", "env");
	check_key("sh -c ';;'", "workload");
	check_key("\xff\xfe", "workload");
	check_key("\"a b\" c", "a");
}

static void test_workload_name(void)
{
	struct ct_workload w = { .id = (char *)"app@blue.service", .kind = CT_WL_UNIT };

	check(ct_emit__name(&w), "app@blue");
	w.id = (char *)"/user.slice/user-0.slice/job.scope";
	w.kind = CT_WL_CGROUP;
	check(ct_emit__name(&w), "job");
	w.kind = CT_WL_CONTAINER;
	w.container.name = (char *)"default/shop-7d/web";
	check(ct_emit__name(&w), "web");
	w.container.name = (char *)"mail.service";
	check(ct_emit__name(&w), "mail.service");
	w.container.service = (char *)"mail";
	check(ct_emit__name(&w), "mail");
}

static void test_unique_key(void)
{
	static const char *const names[] = { "web", "web-2", "web", "web", "db" };
	static const char *const want[] = { "web", "web-2", "web-3", "web-4", "db" };
	struct ct_workload w[5] = { 0 };
	struct ct_advice a[5] = { 0 };
	struct ct_report r = { .advices = a, .nadvices = 5 };

	for (size_t i = 0; i < 5; i++) {
		w[i].id = (char *)"x";
		w[i].kind = CT_WL_CONTAINER;
		w[i].container.name = (char *)names[i];
		a[i].workload = &w[i];
	}
	for (size_t i = 0; i < 5; i++)
		check(ct_emit__unique_key(&r, i, "-", true), want[i]);
}

/* A fleet has the same services in many projects: this must not take minutes. */
static void test_many_keys(void)
{
	enum { N = 1000 };
	ct_autofree struct ct_advice *a = ct_xzalloc(N * sizeof(*a));
	struct ct_workload w = { .id = (char *)"x", .kind = CT_WL_CONTAINER };
	struct ct_report r = { .advices = a, .nadvices = N };

	w.container.name = (char *)"web";
	for (size_t i = 0; i < N; i++)
		a[i].workload = &w;
	for (size_t i = 1; i < N; i++) {
		ct_autofree char *want = ct_xasprintf("web-%zu", i + 1);

		check(ct_emit__unique_key(&r, i, "-", true), want);
	}
}

static char *folded(const char *text, int width)
{
	char *s = NULL;
	size_t len;
	FILE *mem = open_memstream(&s, &len);

	ct_emit__fold(mem, text, width, 0, "  ");
	fclose(mem);
	return s;
}

static void test_fold(void)
{
	check(folded("", 10), "\n");
	check(folded("one two", 10), "one two\n");
	check(folded("one two three", 8), "one two\n  three\n");
	check(folded("0123456789abcdefghij x", 12), "0123456789ab\n  cdefghij x\n");
	check(folded("\u00e9\u00e9\u00e9 \u00e9\u00e9", 6), "\u00e9\u00e9\u00e9 \u00e9\u00e9\n");
}

static CU_TestInfo tests[] = {
	{ "quoting", test_quoting },
	{ "name of a command", test_command_name },
	{ "name of a command by what ran", test_command_name_seen },
	{ "hostile name of a command", test_command_name_hostile },
	{ "name of a workload", test_workload_name },
	{ "unique key", test_unique_key },
	{ "many keys", test_many_keys },
	{ "fold", test_fold },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("quote", tests)
