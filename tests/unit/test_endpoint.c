/* SPDX-License-Identifier: GPL-2.0-only */
/* Which engine a command line and its environment mean, and whether it is this machine's. */
#include <errno.h>

#include "base/util.h"
#include "dir.h"
#include "runtime/docker_context.h"
#include "runtime/own_address.h"
#include "runtime/podman_remote.h"
#include "runtime/runtime.h"
#include "unit.h"

static void test_parse(void)
{
	static const struct {
		const char *address;
		bool tls;
		int ret;
		const char *socket, *url, *part;
	} t[] = {
		{ "/run/x.sock", false, 0, "/run/x.sock", NULL, NULL },
		{ "unix:///run/x.sock", true, 0, "/run/x.sock", NULL, NULL },
		{ "tcp://127.0.0.1:99", false, 0, NULL, "http://127.0.0.1:99", NULL },
		{ "tcp://127.0.0.1", true, 0, NULL, "https://127.0.0.1:2376", NULL },
		{ "tcp://localhost/", false, 0, NULL, "http://localhost:2375", NULL },
		{ "tcp://[::1]:7/a/", false, 0, NULL, "http://[::1]:7/a", NULL },
		{ "https://127.0.0.1:1", false, 0, NULL, "https://127.0.0.1:1", NULL },
		{ "http://127.0.0.1:1", true, 0, NULL, "http://127.0.0.1:1", NULL },
		{ "tcp://192.0.2.7:2376", true, -EREMOTE, NULL, NULL,
		  "SAID: the engine is not on this machine (192.0.2.7 is not one of its "
		  "addresses)" },
		{ "ssh://bob@localhost", false, -EREMOTE, NULL, NULL, "--socket" },
		{ "tcp://", false, -EPROTONOSUPPORT, NULL, NULL, "write tcp://HOST:PORT" },
		{ "tcp://127.0.0.1:1\r\nX: y", false, -EPROTONOSUPPORT, NULL, NULL, "write" },
		{ "unix://", false, -EPROTONOSUPPORT, NULL, NULL, "unix://PATH" },
		{ "fd://", false, -EPROTONOSUPPORT, NULL, NULL, "SAID: not an address" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autoendpoint struct ct_endpoint e = { .said = ct_xstrdup("SAID") };
		ct_autoerr struct ct_err err = { 0 };

		CU_ASSERT_EQUAL(ct_endpoint__parse(t[i].address, t[i].tls, &e, &err), t[i].ret);
		UNIT_STR(e.socket, t[i].socket);
		UNIT_STR(e.url, t[i].url);
		if (t[i].part)
			CU_ASSERT(err.msg && strstr(err.msg, t[i].part));
	}
}

static void test_own_address(void)
{
	CU_ASSERT_EQUAL(ct_own_address__is("127.9.9.9"), CT_OWN_YES);
	CU_ASSERT_EQUAL(ct_own_address__is("::1"), CT_OWN_YES);
	CU_ASSERT_EQUAL(ct_own_address__is("192.0.2.1"), CT_OWN_NO);
	CU_ASSERT_EQUAL(ct_own_address__is("2001:db8::1"), CT_OWN_NO);
	CU_ASSERT_EQUAL(ct_own_address__is("no such name"), CT_OWN_UNKNOWN);
}

/* What the tests are run with names an engine, perhaps. */
static __attribute__((constructor)) void forget_engines(void)
{
	static const char *const names[] = { "DOCKER_HOST",	  "DOCKER_CONTEXT",
					     "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH",
					     "CONTAINER_HOST",	  "CONTAINER_CONNECTION" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		unsetenv(names[i]);
}

#define META "contexts/meta/aa/meta.json"
#define TLS  "contexts/tls/aa/docker/"

/* Named lab, for a host, with certificates or not; the file of settings says what is current. */
static void put_context(const char *dir, const char *host, bool tls, const char *current)
{
	ct_autofree char *meta = ct_xasprintf(
		"{\"Name\":\"lab\",\"Endpoints\":{\"docker\":{\"Host\":\"%s\"}}}", host);
	ct_autofree char *config = ct_xasprintf("{\"currentContext\":\"%s\"}", current);

	free(put(dir, META, meta));
	free(put(dir, "config.json", config));
	if (!tls)
		return;
	free(put(dir, TLS "ca.pem", ""));
	free(put(dir, TLS "cert.pem", ""));
	free(put(dir, TLS "key.pem", ""));
}

static void test_context(void)
{
	static const struct {
		struct ct_engine_words words;
		const char *host, *context, *current; /* variables, the file of settings */
		int ret;
		const char *url, *said;
	} t[] = {
		{ { 0 }, NULL, NULL, "", 1, NULL, NULL },
		{ { 0 }, NULL, NULL, "default", 1, NULL, NULL },
		{ { 0 }, NULL, NULL, "lab", 0, "https://127.0.0.1:9", "currentContext" },
		{ { 0 }, NULL, "lab", "", 0, "https://127.0.0.1:9", "\"lab\" (DOCKER_CONTEXT)" },
		{ { 0 }, NULL, "default", "lab", 1, NULL, NULL },
		{ { 0 },
		  "tcp://127.0.0.1:8",
		  "lab",
		  "lab",
		  0,
		  "http://127.0.0.1:8",
		  "DOCKER_HOST=tcp://127.0.0.1:8" },
		{ { .context = "lab" },
		  "tcp://127.0.0.1:8",
		  NULL,
		  "",
		  0,
		  "https://127.0.0.1:9",
		  "--context" },
		{ { .context = "default" }, NULL, "lab", "lab", 1, NULL, NULL },
		{ { .context = "default" },
		  "tcp://127.0.0.1:8",
		  "lab",
		  "",
		  0,
		  "http://127.0.0.1:8",
		  "DOCKER_HOST" },
		{ { .address = "tcp://127.0.0.1:7", .option = "-H", .tls = true },
		  "tcp://127.0.0.1:8",
		  "lab",
		  "",
		  0,
		  "https://127.0.0.1:7",
		  "-H tcp" },
		{ { .context = "l\033b" }, NULL, NULL, "", -ENXIO, NULL, "l\\x1bb" },
		{ { 0 }, NULL, NULL, "gone", -ENXIO, NULL, "docker context ls" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		autodir char *dir = make_dir();
		ct_autoendpoint struct ct_endpoint e = {};
		ct_autoerr struct ct_err err = { 0 };
		ct_autofree char *ca = ct_xasprintf("%s/" TLS "ca.pem", dir);

		put_context(dir, "tcp://127.0.0.1:9", true, t[i].current);
		setenv("DOCKER_CONFIG", dir, 1);
		if (t[i].host)
			setenv("DOCKER_HOST", t[i].host, 1);
		if (t[i].context)
			setenv("DOCKER_CONTEXT", t[i].context, 1);
		CU_ASSERT_EQUAL(ct_docker_context__named(&t[i].words, &e, &err), t[i].ret);
		UNIT_STR(e.url, t[i].url);
		if (t[i].said)
			CU_ASSERT(strstr(t[i].ret ? err.msg : e.said, t[i].said) != NULL);
		if (e.ca)
			UNIT_STR(e.ca, ca);
		unsetenv("DOCKER_CONFIG");
		unsetenv("DOCKER_HOST");
		unsetenv("DOCKER_CONTEXT");
	}
}

static void test_context_elsewhere(void)
{
	autodir char *dir = make_dir();
	const struct ct_engine_words words = { .type = &ct_runtime_docker,
					       .context = "lab",
					       .config = dir };
	ct_autoerr struct ct_err err = { 0 };

	put_context(dir, "ssh://bob@lab", false, "");
	CU_ASSERT_EQUAL(ct_runtimes__check_here(&words, &err), -EREMOTE);
	CU_ASSERT(strstr(err.msg, "the context \"lab\" (--context): the engine is not") != NULL);
}

static void test_podman(void)
{
	static const struct {
		struct ct_engine_words words;
		const char *host;
		int ret;
		const char *socket, *part;
	} t[] = {
		{ { 0 }, "ssh://a@b", 1, NULL, NULL },
		{ { .elsewhere = true }, "unix:///s", 0, "/s", NULL },
		{ { .elsewhere = true }, NULL, -EREMOTE, NULL, "default connection" },
		{ { .connection = "near" }, NULL, 0, "/near", NULL },
		{ { .connection = "old" }, NULL, 0, "/old", NULL },
		{ { .connection = "none" }, NULL, -ENXIO, NULL, "none is not configured" },
		{ { .address = "ssh://x@192.0.2.1/run/podman.sock", .option = "--url" },
		  NULL,
		  -EREMOTE,
		  NULL,
		  "--url ssh://x@192.0.2.1" },
	};
	autodir char *dir = make_dir();

	free(put(dir, "containers/podman-connections.json",
		 "{\"Connection\":{\"Default\":\"far\",\"Connections\":{"
		 "\"far\":{\"URI\":\"ssh://a@b/s\"},\"near\":{\"URI\":\"unix:///near\"}}}}"));
	free(put(dir, "containers/containers.conf",
		 "[engine.service_destinations.young]\nuri = \"unix:///young\"\n"
		 "[engine.service_destinations.old]\nidentity=\"x\"\n uri = \"unix:///old\"\n"));
	setenv("XDG_CONFIG_HOME", dir, 1);
	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autoendpoint struct ct_endpoint e = {};
		ct_autoerr struct ct_err err = { 0 };

		if (t[i].host)
			setenv("CONTAINER_HOST", t[i].host, 1);
		CU_ASSERT_EQUAL(ct_podman_remote__named(&t[i].words, &e, &err), t[i].ret);
		unsetenv("CONTAINER_HOST");
		UNIT_STR(e.socket, t[i].socket);
		if (t[i].part)
			CU_ASSERT(err.msg && strstr(err.msg, t[i].part));
	}
	unsetenv("XDG_CONFIG_HOME");
}

static CU_TestInfo tests[] = {
	{ "parse", test_parse },     { "own_address", test_own_address },
	{ "context", test_context }, { "context_elsewhere", test_context_elsewhere },
	{ "podman", test_podman },   CU_TEST_INFO_NULL,
};

UNIT_MAIN("endpoint", tests)
