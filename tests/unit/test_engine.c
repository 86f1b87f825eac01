/* SPDX-License-Identifier: GPL-2.0-only */
/* Engines behind their interface: a daemon made of a few answers, as Docker's and as Podman's. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/path.h"
#include "dir.h"
#include "model/caps.h"
#include "runtime/docker_api.h"
#include "runtime/oci.h"
#include "runtime/runtime.h"
#include "runtime/several.h"
#include "unit.h"

#define ID  "6a8a75e7d229a46cd1ff981341e3a3562e15cb25e8b3ebe364f7d9d8fb341487"
#define ID2 "1cef01f48eb6464f2305761b1b3edbf66ed5fe87b22573cf51597e520a650848"

static const struct answer {
	const char *path; /* what it contains */
	const char *body;
} answers[] = {
	{ "/_ping", "OK" },
	{ "/info", "{\"ServerVersion\":\"28.1.0+x\",\"SecurityOptions\":[\"name=rootless\"]}" },
	{ "/containers/web/json", NULL },
	{ "/containers/" ID "/json", NULL },
	{ "com.docker.compose.project%3Dshop", "[{\"Id\":\"" ID "\"}]" },
	{ "/containers/json?all=1",
	  "[{\"Id\":\"1\",\"Names\":[\"/web\"]},{\"Names\":[\"/d\\u001bb\"]}]" },
	{ "/containers/json", "[{\"Id\":\"1\"},{\"Id\":\"2\"},{}]" },
	{ "/containers/" ID "/restart", "" },
};

/* Of the container web, as those see it that are served from now on. */
static const char *web_id = ID;
static const char *refusal = "{}";
static pid_t web_pid = 77;
static const char *long_event;	 /* what the stream of events has, if anything */
static bool has_events, is_deaf; /* deaf: it tells only what it is */
static bool hangs;		 /* the same, but others are not even refused */

static char *web(void)
{
	return ct_xasprintf("{\"Id\":\"%s\",\"Name\":\"/web\",\"State\":{\"Pid\":%d},"
			    "\"BoundingCaps\":[\"CAP_KILL\"],\"Config\":{\"Image\":\"nginx\"},"
			    "\"HostConfig\":{\"NetworkMode\":\"\",\"CapDrop\":[\"ALL\"],"
			    "\"CapAdd\":[\"CHOWN\"]}}",
			    web_id, web_pid);
}

static void serve_one(int fd, const char *header)
{
	char request[4096];
	ssize_t n = read(fd, request, sizeof(request) - 1);
	ct_autofree char *of_web = web();
	const struct answer *a = NULL;
	const char *body;

	request[n > 0 ? n : 0] = '\0';
	request[strcspn(request, "\r\n")] = '\0';
	for (size_t i = 0; i < CT_ARRAY_SIZE(answers) && !a; i++)
		if (strstr(request, answers[i].path))
			a = &answers[i];
	if (has_events && strstr(request, "/events")) {
		dprintf(fd, "HTTP/1.1 200 OK\r\n\r\n%s", long_event ?: "");
		return; /* and nothing else happens */
	}
	if (hangs && !strstr(request, "/_ping") && !strstr(request, "/info"))
		pause();
	if (is_deaf && !strstr(request, "/_ping") && !strstr(request, "/info"))
		a = NULL;
	body = a ? a->body ?: of_web : refusal;
	dprintf(fd, "HTTP/1.1 %s\r\n%sConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
		a ? "200 OK" : "404 Not Found", header, strlen(body), body);
	close(fd);
}

/* A process that answers at path until it is killed. */
static pid_t serve(const char *path, const char *header)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	strcpy(addr.sun_path, path);
	CU_ASSERT_FATAL(fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)) &&
			!listen(fd, 8));
	pid = fork();
	if (!pid)
		signal(SIGPIPE, SIG_IGN); /* of clients that do not want to hear all */
	while (!pid)
		serve_one(accept(fd, NULL, NULL), header);
	close(fd);
	return pid;
}

static void note(void *arg, const char *id)
{
	ct_str__addf(arg, "%s ", id);
}

static void ask(struct ct_engine *e, uint64_t set)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, ID);
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *id = NULL;
	struct ct_str ids = { 0 };
	int pid = 0;

	CU_ASSERT_EQUAL(ct_engine__find(e, "web", &id, &pid, &err), 0);
	UNIT_STR(id, ID);
	CU_ASSERT_EQUAL(pid, 77);
	CU_ASSERT_EQUAL(ct_engine__find(e, "none", &id, &pid, &err), -ENOENT);
	CU_ASSERT(err.msg && strstr(err.msg, "web, d\\x1bb"));
	CU_ASSERT_EQUAL(ct_engine__inspect(e, "web", w, &err), 0);
	CU_ASSERT(w->runtime == e->runtime && w->configured_known && w->configured == set);
	UNIT_STR(w->container.network, "bridge");
	CU_ASSERT_EQUAL(ct_engine__list(e, "shop", note, &ids, &err), 0);
	CU_ASSERT_EQUAL(ct_engine__list(e, NULL, note, &ids, &err), 0);
	UNIT_STR(ids.s, ID " 1 2 ");
	CU_ASSERT_EQUAL(ct_engine__restart(e, ID, &err), 0);
	CU_ASSERT_EQUAL(ct_engine__restart(e, "../x", &err), -ENOENT);
	ct_str__free(&ids);
}

static void test_engines(void)
{
	static const struct {
		const char *header, *server;
		enum ct_runtime runtime;
		bool rootless;
		uint64_t set;
	} t[] = {
		{ "Api-Version: 1.49\r\n", "docker 28.1.0", CT_RT_DOCKER, true, CT_CAP(CHOWN) },
		{ "Api-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\n", "podman 4.3.1",
		  CT_RT_PODMAN, false, CT_CAP(KILL) },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		autodir char *dir = make_dir();
		ct_autofree char *socket = ct_xasprintf("%s/s", dir);
		ct_autofree char *host = ct_xasprintf("unix://%s", socket);
		pid_t pid = serve(socket, t[i].header);
		const struct ct_engine_words words = ct_engine_words__of(i ? socket : NULL, NULL);
		ct_autoerr struct ct_err err = { 0 };
		struct ct_engine *e = NULL;

		setenv("DOCKER_HOST", host, 1);
		CU_ASSERT_EQUAL(ct_runtimes__connect(&words, &e, &err), 0);
		unsetenv("DOCKER_HOST");
		if (e) {
			UNIT_STR(e->server, t[i].server);
			CU_ASSERT_EQUAL(e->runtime, t[i].runtime);
			CU_ASSERT_EQUAL(e->rootless, geteuid() ? true : t[i].rootless);
			ask(e, t[i].set);
		}
		ct_engine__close(e);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static struct ct_engine *open_at(const char *socket, uint32_t uid)
{
	struct ct_endpoint at = { .socket = (char *)socket, .uid = uid };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_engine *e = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_docker_api.open(&at, &e, &err), 0);
	return e;
}

/* Whose process 77 is not a user's: that user's engine is not believed. */
/* Docker says only what its administrator has called the low-level runtime. */
static void test_gvisor(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *socket = ct_xasprintf("%s/s", dir);
	pid_t pid = serve(socket, "Api-Version: 1.49\r\n");
	struct ct_engine *e = open_at(socket, 0);
	static const char *const roots[] = { "", "tests/data/hosts/gvisor" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(roots); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = ct_session__add(s, ID);
		ct_autoerr struct ct_err err = { 0 };

		ct_host__set_root(roots[i]);
		CU_ASSERT_EQUAL(ct_engine__inspect(e, "web", w, &err), 0);
		ct_oci__tell_sandbox(w, NULL);
		ct_host__set_root("");
		CU_ASSERT_EQUAL(w->runtime, i ? CT_RT_GVISOR : CT_RT_DOCKER);
		UNIT_STR(w->container.name, "web");
	}
	ct_engine__close(e);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_several(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *a = ct_xasprintf("%s/a", dir), *b = ct_xasprintf("%s/b", dir);
	pid_t docker = serve(a, "Api-Version: 1.41\r\n");
	pid_t podman = serve(b, "Api-Version: 1.41\r\nLibpod-Api-Version: 4.3.1\r\n");

	for (uint32_t uid = 0; uid < 8888; uid += 4444) {
		struct ct_engine *all[] = { open_at(uid ? b : a, uid), open_at(b, 0) };
		struct ct_engine *e = ct_several__new(all, 1 + !uid);
		ct_autoerr struct ct_err err = { 0 };
		ct_autofree char *id = NULL;
		struct ct_str ids = { 0 };
		int pid = 0;

		CU_ASSERT_EQUAL(ct_engine__find(e, "web", &id, &pid, &err), uid ? -ENOENT : 0);
		CU_ASSERT_EQUAL(ct_engine__is_roots(e, "web"), !uid && !geteuid());
		CU_ASSERT(ct_engine__is_of(e, CT_RT_PODMAN));
		CU_ASSERT_EQUAL(ct_engine__is_of(e, CT_RT_DOCKER), !uid);
		CU_ASSERT_EQUAL(ct_engine__list(e, NULL, note, &ids, &err), 0);
		UNIT_STR(ids.s, uid ? "1 2 " : "1 2 1 2 ");
		UNIT_STR(e->server, uid ? "podman 4.3.1" : "docker 28.1.0, podman 4.3.1");
		ct_str__free(&ids);
		ct_engine__close(e);
		if (uid)
			ct_engine__close(all[1]);
	}
	kill(docker, SIGKILL);
	kill(podman, SIGKILL);
	waitpid(docker, NULL, 0);
	waitpid(podman, NULL, 0);
}

/* A user's engine may have less to say than root's, and no engine has long excuses. */
static void test_long_answers(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *a = ct_xasprintf("%s/a", dir), *id = ct_xzalloc((5 << 20) + 1);
	ct_autofree char *excuse = NULL;
	pid_t served;

	memset(id, 'x', 5 << 20);
	excuse = ct_xasprintf("{\"message\":\"%s\"}", id);
	web_id = id;
	refusal = excuse;
	served = serve(a, "");
	web_id = ID;
	refusal = "{}";
	for (uint32_t uid = 0; uid < 8888; uid += 4444) {
		struct ct_engine *e = open_at(a, uid);
		ct_autofree char *found = NULL;
		ct_autoerr struct ct_err err = { 0 };
		int pid = 0;

		CU_ASSERT_EQUAL(ct_engine__find(e, "web", &found, &pid, &err), uid ? -EFBIG : 0);
		CU_ASSERT(!uid || (err.msg && strstr(err.msg, "more than 4 MiB")));
		CU_ASSERT_EQUAL(ct_engine__restart(e, ID2, &err), uid ? -EFBIG : -ENOENT);
		CU_ASSERT(err.msg && strlen(err.msg) < 1000);
		ct_engine__close(e);
	}
	kill(served, SIGKILL);
	waitpid(served, NULL, 0);
}

/* A process in a user namespace that this user made; 0: that is not allowed here. */
static pid_t start_apart(uid_t uid)
{
	int ready[2];
	char c = 0;
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		if ((geteuid() && geteuid() != uid) || (!geteuid() && setresuid(uid, uid, uid)) ||
		    unshare(CLONE_NEWUSER) || write(ready[1], "1", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = 0;
	}
	close(ready[0]);
	return pid;
}

/* What the engine of a user says of a container that is in this cgroup, and says it has. */
static void ask_of(const char *socket, uint32_t uid, const char *cgroup, int expected)
{
	struct ct_engine *all[] = { open_at(socket, uid) }, *e = ct_several__new(all, 1);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, ID);
	ct_autoerr struct ct_err err = { 0 };

	/* Whether it has been believed before makes no difference. */
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(ct_engine__inspect(e, ID, w, &err), i ? expected : 0);
		UNIT_STR(w->container.name, i && expected ? NULL : "web");
		free(w->cgroup_path);
		w->cgroup_path = ct_xstrdup(cgroup);
		free(ct_steal(w->container.name));
	}
	ct_engine__close(e);
}

/* A user's engine says that it has root's container, and names a process of that user. */
static void test_liar(void)
{
	const uint32_t uid = geteuid() ?: 4444;
	autodir char *dir = make_dir();
	ct_autofree char *a = ct_xasprintf("%s/a", dir), *own = NULL;
	ct_autofree char *users = ct_xasprintf("/user.slice/user-%u.slice/user@%u.service/x.scope",
					       uid, uid);
	pid_t apart = start_apart(uid), served;

	if (!apart)
		UNIT_SKIP("user namespaces are not allowed here");
	web_pid = apart;
	served = serve(a, "");
	web_pid = 77;
	CU_ASSERT_EQUAL_FATAL(ct_cgroup_path__of_pid(apart, &own), 0);
	ask_of(a, uid, "/kubepods/besteffort/pod1/" ID, -ENOENT);
	ask_of(a, uid, "/user.slice/user-9.slice/user@9.service/x.scope", -ENOENT);
	ask_of(a, uid, users, 0);
	if (strcmp(own, "/") != 0)
		ask_of(a, uid, own, 0);
	kill(served, SIGKILL);
	waitpid(served, NULL, 0);
	kill(apart, SIGKILL);
	waitpid(apart, NULL, 0);
}

static void never(void *arg, const struct ct_engine_event *ev)
{
	(void)arg, (void)ev;
	CU_FAIL("nothing has happened");
}

/* An engine without events, or what a user has put in its place, does not silence the others. */
static void test_deaf(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *a = ct_xasprintf("%s/a", dir), *b = ct_xasprintf("%s/b", dir);
	pid_t deaf, good;

	is_deaf = true;
	deaf = serve(a, "");
	is_deaf = false;
	has_events = true;
	good = serve(b, "");
	has_events = false;
	for (size_t n = 1; n <= 2; n++) {
		struct ct_engine *all[] = { open_at(a, 4444), open_at(b, 0) };
		struct ct_engine *e = ct_several__new(all, n);
		ct_autoerr struct ct_err err = { 0 };
		int fd = ct_engine__watch(e, NULL, &err);
		struct ct_str ids = { 0 };

		CU_ASSERT_EQUAL(fd >= 0, n > 1);
		CU_ASSERT_EQUAL(err.msg != NULL, n == 1);
		if (fd >= 0) {
			CU_ASSERT_EQUAL(ct_engine__read(e, never, NULL), -EPIPE);
			CU_ASSERT_EQUAL(ct_engine__read(e, never, NULL), 0);
		}
		CU_ASSERT_EQUAL(ct_engine__list(e, NULL, note, &ids, &err), n > 1 ? 0 : -ENOENT);
		UNIT_STR(ids.s, n > 1 ? "1 2 " : NULL);
		ct_str__free(&ids);
		if (n == 1)
			ct_engine__close(all[1]);
		ct_engine__close(e);
	}
	kill(deaf, SIGKILL);
	kill(good, SIGKILL);
	waitpid(deaf, NULL, 0);
	waitpid(good, NULL, 0);
}

#define PATIENCE_MS 300
#define QUESTIONS   40

/* One that hangs is not waited for again and again. */
static void test_hanging(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/a", dir);
	const struct ct_endpoint at = { .socket = path, .patience_ms = PATIENCE_MS };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_engine *e = NULL;
	uint64_t start;
	pid_t pid;

	hangs = true;
	pid = serve(path, "");
	hangs = false;
	CU_ASSERT_EQUAL_FATAL(ct_docker_api.open(&at, &e, &err), 0);
	start = ct_clock__now_ns();
	for (int i = 0; i < QUESTIONS; i++) {
		ct_autofree char *id = NULL;
		int its;

		CU_ASSERT_EQUAL(ct_engine__find(e, "web", &id, &its, &err), -ETIMEDOUT);
	}
	CU_ASSERT(ct_clock__now_ns() - start < QUESTIONS / 2 * PATIENCE_MS * CT_NS_PER_MS);
	ct_engine__close(e);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* What engines of so many say of web: the id, or the error. */
static void ask_two(const char *const sockets[2], const uint32_t uids[2], int expected,
		    const char *expected_id)
{
	struct ct_engine *all[] = { open_at(sockets[0], uids[0]), open_at(sockets[1], uids[1]) };
	struct ct_engine *e = ct_several__new(all, 2);
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *id = NULL;
	int pid = 0;

	CU_ASSERT_EQUAL(ct_engine__find(e, "web", &id, &pid, &err), expected);
	UNIT_STR(id, expected_id);
	if (expected == -ENOTUNIQ)
		UNIT_STR(err.msg, "several users have a container called web");
	ct_engine__close(e);
}

/* Two users may have a container of the same name: nobody guesses whose is meant. */
static void test_two_users(void)
{
	const uint32_t uids[] = { geteuid() ?: 4444, geteuid() ?: 5555 };
	const uint32_t roots_first[] = { 0, uids[1] };
	autodir char *dir = make_dir();
	ct_autofree char *a = ct_xasprintf("%s/a", dir), *b = ct_xasprintf("%s/b", dir);
	ct_autofree char *c = ct_xasprintf("%s/c", dir), *d = ct_xasprintf("%s/d", dir);
	pid_t apart[] = { start_apart(uids[0]), start_apart(uids[1]) }, served[4];

	if (!apart[0] || !apart[1])
		UNIT_SKIP("user namespaces are not allowed here");
	web_pid = apart[0];
	served[0] = serve(a, "");
	web_pid = apart[1];
	served[1] = serve(b, "");
	web_id = ID2;
	served[2] = serve(c, "");
	web_pid = 1; /* nobody's */
	served[3] = serve(d, "");
	web_id = ID;
	web_pid = 77;
	ask_two((const char *const[]){ a, c }, uids, -ENOTUNIQ, NULL);
	ask_two((const char *const[]){ a, b }, uids, 0, ID);
	ask_two((const char *const[]){ a, d }, uids, 0, ID);
	ask_two((const char *const[]){ d, c }, uids, 0, ID2);
	ask_two((const char *const[]){ a, c }, roots_first, 0, ID);
	for (size_t i = 0; i < CT_ARRAY_SIZE(served); i++) {
		kill(served[i], SIGKILL);
		waitpid(served[i], NULL, 0);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(apart); i++) {
		kill(apart[i], SIGKILL);
		waitpid(apart[i], NULL, 0);
	}
}

/* An event that is too long is counted, and its stream goes on, unless it is a user's. */
static void test_long_event(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *a = ct_xasprintf("%s/a", dir), *text = ct_xzalloc((5 << 20) + 1);
	pid_t served;

	memset(text, 'x', 5 << 20);
	long_event = text;
	has_events = true;
	served = serve(a, "");
	has_events = false;
	long_event = NULL;
	for (size_t n = 0; n <= 2; n++) {
		struct ct_engine *one = open_at(a, n > 1 ? 4444 : 0);
		struct ct_engine *e = n ? ct_several__new(&one, 1) : one;
		ct_autoerr struct ct_err err = { 0 };
		int fd = ct_engine__watch(e, NULL, &err), lost = 0;
		struct pollfd p = { .fd = fd, .events = POLLIN };

		CU_ASSERT_FATAL(fd >= 0);
		while (!lost && poll(&p, 1, 5000) == 1)
			lost = ct_engine__read(e, never, NULL);
		CU_ASSERT_EQUAL(lost, n > 1 ? -EMSGSIZE : 1);
		CU_ASSERT_EQUAL(ct_engine__read(e, never, NULL), 0);
		ct_engine__close(e);
	}
	kill(served, SIGKILL);
	waitpid(served, NULL, 0);
}

static CU_TestInfo tests[] = {
	{ "gvisor", test_gvisor },
	{ "several", test_several },
	{ "two users", test_two_users },
	{ "long answers", test_long_answers },
	{ "deaf", test_deaf },
	{ "hanging", test_hanging },
	{ "liar", test_liar },
	{ "engines", test_engines },
	{ "long event", test_long_event },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("engine", tests)
