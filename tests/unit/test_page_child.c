/* SPDX-License-Identifier: GPL-2.0-only */
/* The page in processes of its own: served, started again after a crash, and gone with whoever
 * started it. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/clock.h"
#include "page/server.h"
#include "unit.h"

#ifndef CT_HAVE_MICROHTTPD
#define NEED_SERVER UNIT_SKIP("built without libmicrohttpd")
#else
#define NEED_SERVER
#endif

#define WAIT_NS (30 * CT_NS_PER_SEC)

static char dir[] = "/tmp/captrim-page-XXXXXX";

/* The first child of a process but `old`, waited for; 0: none came. */
static int child_of(int pid, int old)
{
	ct_autofree char *path = ct_xasprintf("/proc/%d/task/%d/children", pid, pid);
	uint64_t until = ct_clock__now_ns() + WAIT_NS;

	while (ct_clock__now_ns() < until) {
		ct_autofree char *text = NULL;

		if (!ct_read_file(path, 4096, &text, NULL) && atoi(text) && atoi(text) != old)
			return atoi(text);
		usleep(10000);
	}
	return 0;
}

/* Does anybody answer there with HTTP? */
static bool is_served(const char *path)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n"
				      "Connection: close\r\n\r\n";
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	ct_autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[9] = "";

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	return !connect(fd, (struct sockaddr *)&un, sizeof(un)) &&
	       send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0 &&
	       recv(fd, answer, 8, MSG_WAITALL) == 8 && !strcmp(answer, "HTTP/1.1");
}

static bool is_gone(int pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

static void on_tick(void *arg)
{
	(void)arg;
}

static bool turn_until_gone(struct ct_loop *loop, int pid)
{
	uint64_t until = ct_clock__now_ns() + WAIT_NS;
	struct ct_source *tick = NULL;

	ct_loop__add_timer(loop, CT_NS_PER_SEC, CT_NS_PER_SEC, on_tick, NULL, &tick);
	while (!is_gone(pid) && ct_clock__now_ns() < until)
		ct_loop__turn(loop);
	ct_loop__remove(loop, &tick);
	return is_gone(pid);
}

struct stage {
	char *socket, *token, *listen, *store;
	struct ct_page_server_opts opts;
	struct ct_page_child *child;
	struct ct_loop *loop;
	int keeper;
};

static void begin(struct stage *s)
{
	ct_autoerr struct ct_err err = {};
	FILE *f;

	*s = (struct stage){
		.socket = ct_xasprintf("%s/ui", dir),
		.token = ct_xasprintf("%s/token", dir),
		.listen = ct_xasprintf("unix:%s/ui", dir),
		.store = ct_xasprintf("%s/none.db", dir),
	};
	f = fopen(s->token, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	fchmod(fileno(f), 0600);
	fputs("0123456789abcdef0123456789abcdef\n", f);
	fclose(f);
	s->opts = (struct ct_page_server_opts){ .listen = s->listen,
						.token_file = s->token,
						.store = s->store };
	CU_ASSERT_EQUAL_FATAL(ct_loop__new(&s->loop, &err), 0);
	CU_ASSERT_EQUAL_FATAL(ct_page_child__start(&s->opts, &s->child, &err), 0);
	CU_ASSERT_EQUAL_FATAL(ct_page_child__watch(s->child, s->loop), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(ct_page_child__address(s->child), s->socket));
	s->keeper = child_of(getpid(), 0);
	CU_ASSERT_FATAL(s->keeper > 0);
}

static void end(struct stage *s)
{
	ct_page_child__stop(s->child);
	ct_loop__free(s->loop);
	unlink(s->socket);
	unlink(s->token);
	free(s->socket);
	free(s->token);
	free(s->listen);
	free(s->store);
}

static void test_told_to_end(void)
{
	struct stage s;
	int server;

	NEED_SERVER;
	begin(&s);
	server = child_of(s.keeper, 0);
	CU_ASSERT_FATAL(server > 0);
	CU_ASSERT(is_served(s.socket));
	CU_ASSERT_EQUAL(kill(server, SIGTERM), 0);
	/* No crash: nobody starts it again, and we are told. */
	CU_ASSERT(turn_until_gone(s.loop, s.keeper));
	CU_ASSERT(!is_served(s.socket));
	end(&s);
}

static void test_crashes(void)
{
	struct stage s;
	int first, second;

	NEED_SERVER;
	begin(&s);
	first = child_of(s.keeper, 0);
	CU_ASSERT_FATAL(first > 0);
	CU_ASSERT_EQUAL(kill(first, SIGKILL), 0);
	second = child_of(s.keeper, first);
	CU_ASSERT(second > 0);
	CU_ASSERT(is_served(s.socket));
	end(&s);
	/* It went with its keeper, of whose end it hears on its own. */
	for (int i = 0; i < 3000 && !is_gone(second); i++)
		usleep(10000);
	CU_ASSERT(is_gone(second));
}

static void test_refused(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autofree char *none = ct_xasprintf("%s/no-token", dir);
	ct_autofree char *listen = ct_xasprintf("unix:%s/ui", dir);
	struct ct_page_server_opts opts = { .listen = listen, .token_file = none };
	struct ct_page_child *c = NULL;

	CU_ASSERT(ct_page_child__start(&opts, &c, &err) < 0);
	CU_ASSERT_PTR_NULL(c);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, none));
}

static CU_TestInfo tests[] = {
	{ "told to end", test_told_to_end },
	{ "crashes", test_crashes },
	{ "refused", test_refused },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	int ret;

	if (!mkdtemp(dir))
		return 1;
	ret = unit_run("page-child", tests);
	rmdir(dir);
	return ret;
}
