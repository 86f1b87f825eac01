/* SPDX-License-Identifier: GPL-2.0-only */
/* What the APIs of runtimes are asked: messages, hostile answers, the choice of pods by them. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "dir.h"
#include "model/pod.h"
#include "record/pod_choice.h"
#include "runtime/asked.h"
#include "runtime/grpc.h"
#include "runtime/pod_notes.h"
#include "runtime/proto.h"
#include "unit.h"

static void test_message(void)
{
	struct ct_str inner = { 0 }, entry = { 0 }, all = { 0 }, lines = { 0 };
	struct ct_proto_field f;
	struct ct_proto p;

	ct_proto__put(&entry, 1, "app", 3);
	ct_proto__put(&entry, 2, "web", 3);
	ct_proto__put(&inner, 3, entry.s, entry.len);
	ct_proto__put(&all, 200, inner.s, inner.len);
	/* A number, and both fixed lengths, which are skipped. */
	ct_str__addn(&all, "\x08\x96\x01\x11\1\2\3\4\5\6\7\10\x1d\1\2\3\4", 17);
	ct_proto__put(&all, 5, "x", 1);
	p = (struct ct_proto){ all.s, all.len, false };
	CU_ASSERT_FATAL(ct_proto__find(p, 200, &f));
	CU_ASSERT_FATAL(ct_proto__find(ct_proto__of(&f), 3, &f));
	ct_proto__add_entry(&f, &lines);
	UNIT_STR(lines.s, "app=web\n");
	CU_ASSERT(ct_proto__next(&p, &f));
	CU_ASSERT(ct_proto__next(&p, &f));
	CU_ASSERT(!f.is_bytes && f.number == 1 && f.value == 150);
	CU_ASSERT(ct_proto__next(&p, &f) && f.number == 2);
	CU_ASSERT(ct_proto__next(&p, &f) && f.number == 3);
	CU_ASSERT(ct_proto__next(&p, &f) && f.number == 5 && f.len == 1);
	CU_ASSERT(!ct_proto__next(&p, &f) && !p.broken);
	/* Cut off anywhere nothing behind the end is read. */
	for (size_t len = 0; len < all.len; len++) {
		ct_autofree char *copy = memcpy(ct_xzalloc(len + 1), all.s, len);

		p = (struct ct_proto){ copy, len, false };
		while (ct_proto__next(&p, &f))
			CU_ASSERT(!f.is_bytes || f.bytes + f.len <= copy + len);
	}
	ct_str__free(&inner);
	ct_str__free(&entry);
	ct_str__free(&all);
	ct_str__free(&lines);
}

static void test_broken(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} broken[] = {
		{ "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x", 12 }, /* of 2^64 - 1 bytes */
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12 },
		{ "\x0b\x0c", 2 }, /* groups */
		{ "\x0a\x05x", 3 },
		{ "\x09\1", 2 },
	};
	struct ct_proto_field f;

	for (size_t i = 0; i < CT_ARRAY_SIZE(broken); i++) {
		struct ct_proto p = { broken[i].bytes, broken[i].len, false };

		CU_ASSERT(!ct_proto__next(&p, &f));
		CU_ASSERT(p.broken);
	}
}

/* Line ends and what else would make two labels of one. */
static void test_entries(void)
{
	static const struct {
		const char *key, *value, *line;
	} entries[] = {
		{ "a", "b", "a=b\n" },	   { "a", "", "a=\n" },	 { "a", "b\nc=d", NULL },
		{ "a\nb", "c", NULL },	   { "a=b", "c", NULL }, { "", "c", NULL },
		{ "a", "b=c", "a=b=c\n" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(entries); i++) {
		struct ct_str entry = { 0 }, lines = { 0 };
		struct ct_proto_field f = { .is_bytes = true };

		ct_proto__put(&entry, 1, entries[i].key, strlen(entries[i].key));
		ct_proto__put(&entry, 2, entries[i].value, strlen(entries[i].value));
		f.bytes = entry.s;
		f.len = entry.len;
		ct_proto__add_entry(&f, &lines);
		UNIT_STR(lines.s, entries[i].line);
		ct_str__free(&entry);
		ct_str__free(&lines);
	}
}

static void test_selector(void)
{
	static const char labels[] = "app=web\ntier=front\nempty=\n";
	static const struct {
		const char *selector;
		bool matches;
	} cases[] = {
		{ "app=web", true },
		{ "app==web", true },
		{ "app=we", false },
		{ "app!=web", false },
		{ "app!=db", true },
		{ "none!=x", true },
		{ "app", true },
		{ "none", false },
		{ "!app", false },
		{ "!none", true },
		{ "app=web,tier=front", true },
		{ "app=web,tier=x", false },
		{ "empty=", true },
		{ "empty", true },
		{ "pp=web", false },
		{ "", true },
		{ ",,app=web,", true },
		{ "=", false },
	};
	static const char *const broken[] = { "=",	 "!=x",		  "!app=web",
					      "!",	 "app=web, tier", "app in (web,db)",
					      "app=a=b", "app=web;x" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(ct_labels__match(labels, cases[i].selector), cases[i].matches);
	CU_ASSERT(!ct_labels__match(NULL, "app=web"));
	for (size_t i = 0; i + 1 < CT_ARRAY_SIZE(cases); i++)
		CU_ASSERT(ct_labels__is_selector(cases[i].selector));
	for (size_t i = 0; i < CT_ARRAY_SIZE(broken); i++)
		CU_ASSERT(!ct_labels__is_selector(broken[i]));
}

static void test_choice(void)
{
	struct ct_container c = { .name = (char *)"prod/web-7d4b9c6f5d-x7k2p/nginx",
				  .owner = (char *)"Deployment/web",
				  .labels = (char *)"app=web\n" };
	struct ct_container sandbox = { .name = (char *)"prod/web-7d4b9c6f5d-x7k2p/POD" };
	static const struct {
		struct ct_pod_choice choice;
		bool matches;
	} cases[] = {
		{ { "prod", NULL, NULL }, true },
		{ { "pro", NULL, NULL }, false },
		{ { NULL, "web", NULL }, true },
		{ { NULL, "web-7d4b9c6f5d-x7k2p", NULL }, true },
		{ { NULL, "Deployment/web", NULL }, true },
		{ { NULL, "StatefulSet/web", NULL }, false },
		{ { NULL, "we", NULL }, false },
		{ { "prod", "web", "app=web" }, true },
		{ { "prod", "web", "app=db" }, false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++)
		CU_ASSERT_EQUAL(ct_pod_choice__match(&cases[i].choice, &c), cases[i].matches);
	CU_ASSERT(!ct_pod_choice__match(&cases[0].choice, &sandbox));
	c.name = (char *)"prod";
	CU_ASSERT(!ct_pod_choice__match(&cases[0].choice, &c));
}

/* Owners, as labels prove them, and what labels that do not fit the name prove. */
static void test_owners(void)
{
	static const struct {
		const char *pod, *uid, *labels, *owner;
		bool guessed;
	} cases[] = {
		{ "web-7d4b9c6f5d-x7k2p", NULL, "pod-template-hash=7d4b9c6f5d\n", "Deployment/web",
		  false },
		{ "web-7d4b9c6f5d-x7k2p", NULL, "pod-template-hash=other\n", "Deployment/web",
		  true },
		{ "web-7d4b9c6f5d-x7k2p", NULL, "app=web\n", "Pod/web-7d4b9c6f5d-x7k2p", false },
		{ "web-7d4b9c6f5d-x7k2p", NULL, "rollouts-pod-template-hash=7d4b9c6f5d\n",
		  "Rollout/web", false },
		{ "db-0", NULL, "statefulset.kubernetes.io/pod-name=db-0\n", "StatefulSet/db",
		  false },
		{ "db-0", NULL, "apps.kubernetes.io/pod-index=0\ncontroller-revision-hash=db-1\n",
		  "StatefulSet/db", false },
		{ "logs-hscg9", NULL, "controller-revision-hash=6\npod-template-generation=1\n",
		  "DaemonSet/logs", false },
		{ "nightly-28391040-q4xjz", NULL, "job-name=nightly-28391040\n", "CronJob/nightly",
		  false },
		{ "import-q4xjz", NULL, "batch.kubernetes.io/job-name=import\n", "Job/import",
		  false },
		{ "shop-3-q4xjz", NULL, "deploymentconfig=shop\n", "DeploymentConfig/shop", false },
		{ "shop-3-q4xjz", NULL, "deploymentconfig=sho\n", "Pod/shop-3-q4xjz", false },
		{ "etcd-node-1", "73966cc857eb92e32c0d6cf9f97a19a4", NULL, "StaticPod/etcd",
		  false },
		{ "etcd-node-2", "73966cc857eb92e32c0d6cf9f97a19a4", NULL, "StaticPod/etcd-node-2",
		  false },
		{ "node-1", "73966cc857eb92e32c0d6cf9f97a19a4", NULL, "StaticPod/node-1", false },
		{ "db-0", NULL, NULL, "StatefulSet/db", true },
		{ "nginx", NULL, NULL, "Pod/nginx", true },
		{ "import-q4xjz", NULL, NULL, "Controller/import", true },
		{ "nightly-28391040-q4xjz", NULL, NULL, "CronJob/nightly", true },
		{ "", NULL, NULL, "Pod/", true },
		{ "-", NULL, "pod-template-hash=\n", "Pod/-", true },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		const struct ct_pod_facts f = { cases[i].uid, "node-1", cases[i].labels };
		bool guessed;
		ct_autofree char *owner = ct_pod__find_owner(cases[i].pod, &f, &guessed);

		UNIT_STR(owner, cases[i].owner);
		CU_ASSERT_EQUAL(guessed, cases[i].guessed);
	}
}

/* Somebody who is believed may still be wrong about which pod it is, or have names that are none.
 */
static void test_take(void)
{
	static const char cgroup[] = "/kubepods/pod0a1b2c3d-1111-2222-3333-444455556666/x";
	static const char uid[] = "0a1b2c3d-1111-2222-3333-444455556666";
	ct_autofree char *huge = ct_xzalloc(65536 + 2);
	struct ct_container c = { 0 };

	memset(huge, 'a', 65536 + 1);
	ct_pod_notes__take("prod", "web", "c", "another", "a=b\n", cgroup, &c);
	UNIT_STR(c.name, NULL);
	ct_pod_notes__take("prod", NULL, "c", uid, "a=b\n", cgroup, &c);
	UNIT_STR(c.name, NULL);
	ct_pod_notes__take("prod", "we/b", "c", uid, "a=b\n", cgroup, &c);
	UNIT_STR(c.name, NULL);
	ct_pod_notes__take("prod", "\xff\xfe", "c", uid, "a=b\n", cgroup, &c);
	UNIT_STR(c.name, NULL);
	ct_pod_notes__take(huge, "web", "c", uid, "a=b\n", cgroup, &c);
	UNIT_STR(c.name, NULL);
	ct_pod_notes__take("prod", "web", "c", uid, huge, cgroup, &c);
	UNIT_STR(c.name, "prod/web/c");
	UNIT_STR(c.labels, NULL);
	ct_pod_notes__take("prod", "web", "c", uid, "a=b\n", cgroup, &c);
	UNIT_STR(c.labels, "a=b\n");
	UNIT_STR(c.owner, "Pod/web");
	ct_container__free(&c);
}

struct server {
	int fd;
	const char *answer; /* NULL: none, and the connection stays open */
};

static void *serve(void *arg)
{
	struct server *s = arg;
	char buf[4096];
	int fd = accept(s->fd, NULL, NULL);

	if (fd < 0)
		return NULL;
	if (s->answer)
		(void)!write(fd, s->answer, strlen(s->answer));
	while (s->answer ? false : read(fd, buf, sizeof(buf)) > 0)
		;
	if (s->answer)
		(void)!read(fd, buf, sizeof(buf));
	close(fd);
	return NULL;
}

/* Calls a server that answers so; how long it took is in *ns. */
static int call_server(const char *answer)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/sock", dir);
	struct server s = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), answer };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct ct_str request = { 0 }, out = { 0 };
	ct_autoerr struct ct_err err = {};
	struct ct_grpc *g = ct_grpc__new(path);
	pthread_t thread;
	int ret;

	strcpy(at.sun_path, path);
	CU_ASSERT_EQUAL_FATAL(bind(s.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	CU_ASSERT_EQUAL_FATAL(listen(s.fd, 1), 0);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, serve, &s), 0);
	ret = ct_grpc__call(g, "a.B/C", "k8s.io", &request, &out, &err);
	CU_ASSERT_PTR_NOT_NULL(err.msg);
	/* Not again. */
	CU_ASSERT_EQUAL(ct_grpc__call(g, "a.B/C", NULL, &request, &out, NULL), -ECONNABORTED);
	ct_grpc__free(g);
	pthread_join(thread, NULL);
	close(s.fd);
	ct_str__free(&out);
	return ret;
}

static void test_hostile_servers(void)
{
	struct ct_str request = { 0 }, out = { 0 };
	struct ct_grpc *g = ct_grpc__new("/no/such/socket");

	CU_ASSERT_EQUAL(ct_grpc__call(g, "a.B/C", NULL, &request, &out, NULL), -ENOENT);
	ct_grpc__free(g);
	g = ct_grpc__new("/no/such/socket");
	CU_ASSERT_EQUAL(ct_grpc__call(g, "a.B/C", "a\r\nb: c", &request, &out, NULL), -EINVAL);
	ct_grpc__free(g);
	CU_ASSERT(call_server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") < 0);
	CU_ASSERT(call_server("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") < 0);
	CU_ASSERT_EQUAL(call_server(NULL), -ETIMEDOUT);
}

/* ---- a containerd that knows nothing ---- */

#define ID64 "6a8a75e7d229a46cd1ff981341e3a3562e15cb25e8b3ebe364f7d9d8fb341487"

#define PREFACE 24 /* bytes with which a client of HTTP/2 begins */
#define FRAME	9  /* those before a frame's payload */

struct refusing {
	int fd;
	char status; /* of gRPC, a digit */
};

/* Until the request's last frame has come. */
static void read_request(int fd)
{
	unsigned char buf[8192];
	size_t len = 0, at = PREFACE;
	ssize_t n;

	while ((n = read(fd, buf + len, sizeof(buf) - len)) > 0) {
		len += (size_t)n;
		while (len >= at + FRAME) {
			size_t payload = (size_t)buf[at] << 16 | buf[at + 1] << 8 | buf[at + 2];

			if (!buf[at + 3] && buf[at + 4] & 1) /* DATA, END_STREAM */
				return;
			at += FRAME + payload;
		}
	}
}

/* SETTINGS, and in place of an answer a status alone. */
static void *refuse(void *arg)
{
	static const char settings[] = "\0\0\0\4\0\0\0\0\0\0\0\0\4\1\0\0\0\0";
	char refusal[] = "\0\0\20\1\5\0\0\0\1\x88\0\13grpc-status\1?";
	struct refusing *r = arg;
	char rest[4096];
	int fd;

	refusal[sizeof(refusal) - 2] = r->status;
	while ((fd = accept(r->fd, NULL, NULL)) >= 0) {
		(void)!write(fd, settings, sizeof(settings) - 1);
		read_request(fd);
		(void)!write(fd, refusal, sizeof(refusal) - 1);
		/* What is left unread at the end would take the answer back. */
		shutdown(fd, SHUT_WR);
		while (read(fd, rest, sizeof(rest)) > 0)
			;
		close(fd);
	}
	return NULL;
}

/*
 * A container that has ended when it is asked for is too late: unless it is known by a name, its
 * own or one that somebody gave it, or the server did not say that it knows it no more.
 */
static void test_too_late(void)
{
	static const struct {
		char status;
		const char *id, *name;
		enum ct_runtime runtime;
		bool in_time;
	} cases[] = {
		{ '5', ID64, NULL, CT_RT_CONTAINERD, false },
		{ '5', "k8s.io/" ID64, NULL, CT_RT_CONTAINERD, false },
		{ '5', ID64, "prod/web/app", CT_RT_CONTAINERD, true },
		{ '5', "ci/redis", NULL, CT_RT_CONTAINERD, true },
		{ '5', ID64, NULL, CT_RT_DOCKER, true },
		{ '7', ID64, NULL, CT_RT_CONTAINERD, true },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		autodir char *dir = make_dir();
		ct_autofree char *path = ct_xasprintf("%s/containerd.sock", dir);
		ct_autofree char *config = ct_xasprintf(
			"%s/io.containerd.runtime.v2.task/k8s.io/" ID64 "/config.json", dir);
		struct refusing r = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
				      cases[i].status };
		struct sockaddr_un at = { .sun_family = AF_UNIX };
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = ct_session__add(s, cases[i].id);
		struct ct_asked *a = ct_asked__new(NULL);
		pthread_t thread;

		strcpy(at.sun_path, path);
		CU_ASSERT_EQUAL_FATAL(bind(r.fd, (struct sockaddr *)&at, sizeof(at)), 0);
		CU_ASSERT_EQUAL_FATAL(listen(r.fd, 1), 0);
		CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, refuse, &r), 0);
		w->runtime = cases[i].runtime;
		w->container.name = cases[i].name ? ct_xstrdup(cases[i].name) : NULL;
		CU_ASSERT_EQUAL(ct_asked__describe(a, config, w, "/kubepods/" ID64),
				cases[i].in_time);
		ct_asked__free(a);
		shutdown(r.fd, SHUT_RDWR);
		pthread_join(thread, NULL);
		close(r.fd);
	}
}

static CU_TestInfo tests[] = {
	{ "message", test_message },   { "broken", test_broken },
	{ "entries", test_entries },   { "selector", test_selector },
	{ "choice", test_choice },     { "owners", test_owners },
	{ "take", test_take },	       { "hostile servers", test_hostile_servers },
	{ "too late", test_too_late }, CU_TEST_INFO_NULL,
};

UNIT_MAIN("asked", tests)
