/* SPDX-License-Identifier: GPL-2.0-only */
/* OCI bundles in a temporary directory. */
#include <errno.h>
#include <sys/stat.h>

#include "dir.h"
#include "runtime/json_in.h"
#include "runtime/oci.h"
#include "unit.h"

#define ID2 "1cef01f48eb6464f2305761b1b3edbf66ed5fe87b22573cf51597e520a650848"

/* clang-format off */
static const char oci_cri[] =
	"{\"ociVersion\":\"1.0.2-dev\",\"process\":{\"user\":{\"uid\":65535,\"gid\":1},"
	"\"args\":[\"/pause\"],\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_BPF\","
	"\"CAP_NOSUCH\",7],\"effective\":[\"CAP_KILL\"]},\"noNewPrivileges\":true},"
	"\"annotations\":{\"io.kubernetes.cri.container-name\":\"web\","
	"\"io.kubernetes.cri.sandbox-name\":\"web-0\",\"io.kubernetes.cri.sandbox-namespace\":\"prod\","
	"\"io.kubernetes.cri.image-name\":\"docker.io/library/nginx:1\"},"
	"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"ipc\",\"path\":\"/no/such\"},"
	"{\"type\":\"network\",\"path\":\"/proc/self/ns/net\"}],"
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],"
	"\"action\":\"SCMP_ACT_ALLOW\"}]}}}";
/* clang-format on */

static void test_oci(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "config.json", oci_cri);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	struct ct_container *c = &w->container;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_oci__read(file, NULL, w, &err), 0);
	UNIT_STR(err.msg, NULL);
	CU_ASSERT_EQUAL(w->kind, CT_WL_CONTAINER);
	CU_ASSERT(w->configured_known);
	CU_ASSERT_EQUAL(w->configured, CT_CAP(CHOWN) | CT_CAP(BPF));
	UNIT_STR(c->user, "65535:1");
	UNIT_STR(c->name, "prod/web-0/web");
	UNIT_STR(c->image, "docker.io/library/nginx:1");
	UNIT_STR(c->network, "host");  /* the path is our own namespace */
	UNIT_STR(c->pid_mode, "host"); /* not listed */
	UNIT_STR(c->ipc_mode, NULL);   /* cannot be looked at */
	CU_ASSERT_EQUAL(c->userns, CT_NO);
	CU_ASSERT_EQUAL(c->no_new_privs, CT_YES);
	CU_ASSERT_EQUAL(c->seccomp, CT_SECCOMP_CUSTOM);
	CU_ASSERT_EQUAL(c->privileged, CT_UNKNOWN);
}

/* Podman: names from the storage beside it, no filter, a user namespace. */
static void test_oci_podman(void)
{
	/* clang-format off */
	static const char config[] =
		"{\"process\":{\"user\":{\"uid\":0,\"gid\":0}},\"annotations\":{"
		"\"io.podman.annotations.privileged\":\"FALSE\"},"
		"\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"ipc\"},"
		"{\"type\":\"user\"}]}}";
	static const char list[] =
		"[{\"id\":\"other\",\"metadata\":\"{}\"},{\"id\":\"" ID2 "\",\"names\":[\"pC\"],"
		"\"metadata\":\"{\\\"image-name\\\":\\\"localhost/att:1\\\",\\\"image-id\\\":\\\"0a29\\\","
		"\\\"name\\\":\\\"pC\\\",\\\"created-at\\\":1795507870}\"}]";
	/* clang-format on */
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "overlay-containers/" ID2 "/userdata/config.json",
				     config);
	ct_autofree char *names = put(dir, "overlay-containers/containers.json", list);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	struct ct_container *c = &w->container;

	CU_ASSERT_EQUAL(ct_oci__read(file, NULL, w, NULL), 0);
	UNIT_STR(c->name, "pC");
	UNIT_STR(c->image, "localhost/att:1");
	UNIT_STR(c->image_digest, "0a29");
	UNIT_STR(c->network, "private");
	CU_ASSERT_EQUAL(c->userns, CT_YES);
	CU_ASSERT_EQUAL(c->privileged, CT_NO);
	CU_ASSERT_EQUAL(c->no_new_privs, CT_NO);
	CU_ASSERT_EQUAL(c->seccomp, CT_SECCOMP_NONE);
	/* No capabilities member: the runtime grants none. */
	CU_ASSERT(w->configured_known);
	CU_ASSERT_EQUAL(w->configured, 0);
}

static void test_oci_seccomp_default(void)
{
	autodir char *dir = make_dir();
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	ct_autofree char *file = NULL;
	struct ct_str text = { 0 };

	ct_str__add(&text,
		    "{\"process\":{},\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\","
		    "\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"s\"");
	for (int i = 0; i < 350; i++)
		ct_str__addf(&text, ",\"s%d\"", i);
	ct_str__add(&text, "]}]}}}");
	file = put(dir, "config.json", text.s);
	ct_str__free(&text);
	CU_ASSERT_EQUAL(ct_oci__read(file, NULL, w, NULL), 0);
	CU_ASSERT_EQUAL(w->container.seccomp, CT_SECCOMP_DEFAULT);
	UNIT_STR(w->container.user, NULL);
}

static void test_oci_hostile(void)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{\"process\":{}}",
		"{\"linux\":{}}",
		"{\"process\":{},\"process\":{}}",
		"{\"process\":[],\"linux\":{}}",
	};
	autodir char *dir = make_dir();
	ct_autofree char *fifo = ct_xasprintf("%s/fifo", dir);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	ct_autoerr struct ct_err err = { 0 };

	for (size_t i = 0; i < CT_ARRAY_SIZE(broken); i++) {
		ct_autofree char *file = put(dir, "config.json", broken[i]);

		CU_ASSERT_EQUAL(ct_oci__read(file, NULL, w, &err), -EBADMSG);
		CU_ASSERT_PTR_NOT_NULL(err.msg);
		CU_ASSERT(!w->configured_known);
	}
	CU_ASSERT_EQUAL(ct_oci__read("/no/such/config.json", NULL, w, &err), -ENOENT);
	CU_ASSERT_EQUAL(ct_oci__read(dir, NULL, w, &err), -EINVAL);
	CU_ASSERT_EQUAL(mkfifo(fifo, 0600), 0);
	CU_ASSERT_EQUAL(ct_oci__read(fifo, NULL, w, &err), -EINVAL); /* and not blocked */
}

/*
 * "docker run --ulimit memlock=-1" gives a limit above INT64_MAX, and the author of a pod or of an
 * image may put a NUL into an annotation or a label: the rest is read all the same.
 */
static void test_oci_odd_values(void)
{
	/* clang-format off */
	static const char config[] =
		"{\"process\":{\"user\":{\"uid\":7,\"gid\":8},\"rlimits\":[{\"type\":"
		"\"RLIMIT_MEMLOCK\",\"hard\":18446744073709551615,\"soft\": 18446744073709551615}],"
		"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\"]}},"
		"\"annotations\":{\"a\\u0000\":\"b\\u0000c\",\"a\\ufffd\":\"d\","
		"\"io.kubernetes.cri-o.ImageName\":\"nginx\\\\u0000\"},\"linux\":{}}";
	/* clang-format on */
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "config.json", config);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_oci__read(file, NULL, w, &err), 0);
	UNIT_STR(err.msg, NULL);
	CU_ASSERT_EQUAL(w->configured, CT_CAP(CHOWN));
	UNIT_STR(w->container.user, "7:8");
	UNIT_STR(w->container.image, "nginx\\u0000");
}

static void test_oci_numbers(void)
{
	static const struct {
		const char *text;
		json_int_t is; /* 0: a real number, or refused */
	} cases[] = {
		{ "[9223372036854775807]", INT64_MAX },
		{ "[9223372036854775808]", INT64_MAX },
		{ "[ 99999999999999999999 ]", INT64_MAX },
		{ "[9223372036854775806,1]", INT64_MAX - 1 },
		{ "[-9223372036854775808]", INT64_MIN },
		{ "[0.99999999999999999999]", 0 },
		{ "[1e-00000000000000000000001]", 0 },
		{ "[00000000000000000000]", 0 },
		{ "[\"99999999999999999999\"]", 0 },
		{ "[18446744073709551615", 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *text = ct_xstrdup(cases[i].text);
		ct_autojson json_t *root = ct_json_in__load(text, strlen(text), NULL);

		CU_ASSERT_EQUAL(json_integer_value(json_array_get(root, 0)), cases[i].is);
	}
}

static void test_oci_find(void)
{
	static const char *const ids[] = { "",	     "..",  "../../etc", "*",
					   "[a-f]*", "a/b", "~root",	 "no-such-container" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(ids); i++) {
		ct_autofree char *file = ct_oci__find(CT_RT_NONE, ids[i], NULL, NULL);

		CU_ASSERT_PTR_NULL(file);
	}
}

static CU_TestInfo tests[] = {
	{ "oci", test_oci },
	{ "oci: Podman", test_oci_podman },
	{ "oci: default seccomp", test_oci_seccomp_default },
	{ "oci: hostile", test_oci_hostile },
	{ "oci: odd values", test_oci_odd_values },
	{ "oci: numbers", test_oci_numbers },
	{ "oci: find", test_oci_find },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("oci", tests)
