/* SPDX-License-Identifier: GPL-2.0-only */
/* The HTTP server: real sockets, requests byte by byte, tokens, hosts, limits. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "dir.h"
#include "http/httpd.h"
#include "http/listen.h"
#include "http/token.h"
#include "unit.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static void test_messages(void)
{
	struct ct_http_pair headers[] = { { "Accept",
					    "text/html, image/png; q=0.000, "
					    "application/openmetrics-text;v=1;q=0.5, a/b;q=0" } };
	struct ct_http_request req = {
		.method = "POST",
		.headers = { headers, 1, 1 },
		.body = "a=1&tok=x%20y%2b+z%zz&n=%00&empty=",
	};
	ct_autofree char *a = NULL, *tok = NULL, *empty = NULL;
	struct ct_str url = { 0 };

	req.body_len = strlen(req.body);
	a = ct_http__form(&req, "a");
	tok = ct_http__form(&req, "tok");
	empty = ct_http__form(&req, "empty");
	UNIT_STR(a, "1");
	UNIT_STR(tok, "x y+ z%zz");
	UNIT_STR(empty, "");
	CU_ASSERT_PTR_NULL(ct_http__form(&req, "n"));
	CU_ASSERT_PTR_NULL(ct_http__form(&req, "to"));
	CU_ASSERT(ct_http__accepts(&req, "application/openmetrics-text"));
	CU_ASSERT(ct_http__accepts(&req, "text/html"));
	CU_ASSERT(!ct_http__accepts(&req, "text/h"));
	CU_ASSERT(!ct_http__accepts(&req, "text/plain"));
	CU_ASSERT(!ct_http__accepts(&req, "image/png"));
	CU_ASSERT(!ct_http__accepts(&req, "a/b"));
	ct_http__add_url(&url, "a/b %\"\xc3\xbc-._~");
	UNIT_STR(url.s, "a%2Fb%20%25%22%C3%BC-._~");
	ct_str__free(&url);
}

static void test_hosts(void)
{
	static const char *const own[] = { "node1.example", NULL };

	CU_ASSERT(ct_httpd__host_is_ours("127.0.0.1:9469", own));
	CU_ASSERT(ct_httpd__host_is_ours("localhost", own));
	CU_ASSERT(ct_httpd__host_is_ours("LocalHost:1", own));
	CU_ASSERT(ct_httpd__host_is_ours("[::1]:80", own));
	CU_ASSERT(ct_httpd__host_is_ours("[fe80::1]", own));
	CU_ASSERT(ct_httpd__host_is_ours("Node1.Example:443", own));
	CU_ASSERT(!ct_httpd__host_is_ours("evil.example", own));
	CU_ASSERT(!ct_httpd__host_is_ours("node1.example.evil.example", own));
	CU_ASSERT(!ct_httpd__host_is_ours("localhost:80x", own));
	CU_ASSERT(!ct_httpd__host_is_ours("[::1", own));
	CU_ASSERT(!ct_httpd__host_is_ours("[", NULL));
	CU_ASSERT(!ct_httpd__host_is_ours("", NULL));
	CU_ASSERT(!ct_httpd__host_is_ours(":80", NULL));
	CU_ASSERT(!ct_httpd__host_is_ours(NULL, NULL));
	CU_ASSERT(!ct_httpd__host_is_ours("node1.example", NULL));
}

static void test_token_equal(void)
{
	CU_ASSERT(ct_token__equal(TOKEN, TOKEN));
	CU_ASSERT(!ct_token__equal(TOKEN, TOKEN TOKEN));
	CU_ASSERT(!ct_token__equal(TOKEN, "0123456789abcdef0123456789abcdeg"));
	CU_ASSERT(!ct_token__equal(TOKEN, "0"));
	CU_ASSERT(!ct_token__equal(TOKEN, ""));
	CU_ASSERT(!ct_token__equal("", ""));
	CU_ASSERT(!ct_token__equal(NULL, ""));
	CU_ASSERT(!ct_token__equal(NULL, NULL));
	CU_ASSERT(!ct_token__equal(TOKEN, NULL));
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	ct_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
}

static void refused(const char *path, int code, const char *cure)
{
	ct_autoerr struct ct_err err = { 0 };
	char *token = NULL;

	CU_ASSERT_EQUAL(ct_token__read(path, &token, &err), -code);
	CU_ASSERT_PTR_NULL(token);
	CU_ASSERT(err.msg && strstr(err.msg, cure) && strstr(err.msg, path));
}

static void test_token_file(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/token", dir);
	ct_autofree char *made = NULL, *again = NULL, *read = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct stat st;

	refused(path, ENOENT, "openssl rand");
	refused(dir, EINVAL, "regular file");
	CU_ASSERT_EQUAL(ct_token__ensure(path, &made, &err), 0);
	CU_ASSERT_EQUAL(strlen(made), 64);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0640);
	CU_ASSERT_EQUAL(ct_token__ensure(path, &again, &err), 0);
	UNIT_STR(again, made);
	write_file(path, TOKEN "\r\n\n", 0600);
	CU_ASSERT_EQUAL(ct_token__read(path, &read, &err), 0);
	UNIT_STR(read, TOKEN);
	write_file(path, TOKEN, 0644);
	refused(path, EPERM, "chmod o=");
	write_file(path, "short\n", 0600);
	refused(path, EINVAL, "16 to 256");
	write_file(path, TOKEN "\n" TOKEN "\n", 0600);
	refused(path, EINVAL, "one line");
	write_file(path, "0123456789 0123456789\n", 0600);
	refused(path, EINVAL, "one line");
	write_file(path, "", 0600);
	refused(path, EINVAL, "one line");
}

static void check_address(const char *address, int ret)
{
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_listener__check(address, &err), ret);
	CU_ASSERT_EQUAL(!err.msg, !ret);
}

static void test_addresses(void)
{
	char path[300] = "unix:/";

	check_address("127.0.0.1:9469", 0);
	check_address("[::1]:0", 0);
	check_address("localhost:1", 0);
	check_address(":80", 0);
	check_address("*:80", 0);
	check_address("unix:/run/x", 0);
	check_address("unix:x", -EINVAL);
	check_address("", -EINVAL);
	check_address("9469", -EINVAL);
	check_address("::1:80", -EINVAL);
	check_address("example.org:80", -EINVAL);
	check_address("127.0.0.1:65536", -EINVAL);
	check_address("127.0.0.1:-1", -EINVAL);
	check_address("127.0.0.1:", -EINVAL);
	check_address("[127.0.0.1]:80", 0); /* what is meant is clear */
	memset(path + 6, 'x', 200);
	check_address(path, -ENAMETOOLONG);
}

/* ---- a server and its clients, both on one loop ---- */

struct world {
	struct ct_loop *loop;
	struct ct_httpd *d;
	int calls;
	bool stop;
};

static void on_request(void *arg, const struct ct_http_request *req, struct ct_http_response *res)
{
	struct world *w = arg;
	const char *q = ct_http__query(req, "q"), *cookie = ct_http__cookie(req, "c");

	w->calls++;
	ct_http__add_header(res, "Content-Type", "text/plain");
	ct_str__addf(&res->body, "%s %s q=%s c=%s body=%zu trusted=%d", req->method, req->path,
		     q ? q : "-", cookie ? cookie : "-", req->body_len, req->trusted);
	if (!strcmp(req->path, "/split"))
		ct_http__add_header(res, "X-Bad", "a\r\nX-Evil: 1");
	if (!strcmp(req->path, "/big"))
		for (int i = 0; i < 20000; i++)
			ct_str__add(&res->body,
				    "0123456789012345678901234567890123456789012345678");
}

static void start(struct world *w, const struct ct_httpd_opts *o)
{
	ct_autoerr struct ct_err err = { 0 };

	*w = (struct world){ 0 };
	CU_ASSERT_EQUAL_FATAL(ct_loop__new(&w->loop, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(ct_httpd__new(w->loop, o, on_request, w, &w->d, &err), 0);
}

static void end(struct world *w)
{
	ct_httpd__free(w->d);
	ct_loop__free(w->loop);
}

static int connect_to(const struct world *w)
{
	const char *address = ct_httpd__address(w->d);
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	bool unix_ = !strncmp(address, "unix:", 5);
	int fd = socket(unix_ ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (unix_)
		strncpy(un.sun_path, address + 5, sizeof(un.sun_path) - 1);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
	CU_ASSERT_EQUAL_FATAL(unix_ ? connect(fd, (void *)&un, sizeof(un)) :
				      connect(fd, (void *)&in, sizeof(in)),
			      0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void stop(void *arg)
{
	((struct world *)arg)->stop = true;
}

/* Turns the loop until the peer closes, or the text was received. The caller frees. */
static char *talk(struct world *w, int fd, const char *out, size_t len, const char *until)
{
	struct ct_source *limit = NULL;
	struct ct_str got = { 0 };
	char buf[65536];
	ssize_t n;

	w->stop = false;
	ct_loop__add_timer(w->loop, 20 * CT_NS_PER_SEC, 0, stop, w, &limit);
	while (!w->stop) {
		struct ct_source *tick = NULL;

		if (len) {
			n = send(fd, out, len, MSG_NOSIGNAL);
			if (n > 0)
				out += n, len -= (size_t)n;
		}
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0)
			ct_str__addn(&got, buf, (size_t)n);
		else if (!n || errno != EAGAIN)
			break;
		if (until && got.s && strstr(got.s, until))
			break;
		ct_loop__add_timer(w->loop, CT_NS_PER_MS, 0, (ct_timer_fn)free, NULL, &tick);
		ct_loop__turn(w->loop);
		ct_loop__remove(w->loop, &tick);
	}
	ct_loop__remove(w->loop, &limit);
	CU_ASSERT(!w->stop);
	if (!got.s)
		ct_str__add(&got, "");
	return got.s;
}

/* One request on a connection of its own. */
static char *ask(struct world *w, const char *request)
{
	ct_autoclose int fd = connect_to(w);

	return talk(w, fd, request, strlen(request), NULL);
}

static void expect(struct world *w, const char *request, const char *status, const char *has)
{
	ct_autofree char *got = ask(w, request);

	CU_ASSERT(!strncmp(got, status, strlen(status)));
	CU_ASSERT(strstr(got, has) != NULL);
	if (strncmp(got, status, strlen(status)) || !strstr(got, has))
		printf("not '%s' and '%s': %.300s\n", status, has, got);
}

#define HEAD(line) line " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
#define BEARER	   "Authorization: Bearer "

#ifndef CT_HAVE_MICROHTTPD
#define NEED_SERVER UNIT_SKIP("built without libmicrohttpd")
#else
#define NEED_SERVER
#endif

static void test_serves(void)
{
	struct world w;

	NEED_SERVER;
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:0" });
	expect(&w, HEAD("GET /a?q=1%202") "Cookie: c=x; d=y\r\n\r\n", "HTTP/1.1 200",
	       "GET /a q=1 2 c=x body=0 trusted=1");
	expect(&w, HEAD("GET /") "\r\n", "HTTP/1.1 200", "nosniff");
	expect(&w, HEAD("POST /l") "Content-Length: 5\r\n\r\nabcde", "HTTP/1.1 200", "body=5");
	expect(&w, HEAD("HEAD /") "\r\n", "HTTP/1.1 200", "Content-Length: 31");
	expect(&w, HEAD("DELETE /") "\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, POST");
	expect(&w, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
	       "HTTP/1.1 421", "does not name this server");
	expect(&w, HEAD("GET /") "Host: localhost\r\n\r\n", "HTTP/1.1 421",
	       "does not name this server");
	expect(&w, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 400", "");
	expect(&w, "nonsense\r\n\r\n", "", "");
	expect(&w, HEAD("GET /big") "\r\n", "HTTP/1.1 200", "Content-Length: 980033");
	CU_ASSERT_EQUAL(w.calls, 5);
	end(&w);
}

static void test_head_has_no_body(void)
{
	struct world w;
	ct_autofree char *got = NULL;

	NEED_SERVER;
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:0" });
	got = ask(&w, HEAD("HEAD /") "\r\n");
	UNIT_STR(strstr(got, "\r\n\r\n"), "\r\n\r\n");
	free(ct_steal(got));
	got = ask(&w, HEAD("GET /split") "\r\n");
	CU_ASSERT_PTR_NULL(strstr(got, "X-Evil"));
	end(&w);
}

static void test_tokens(void)
{
	struct world w;

	NEED_SERVER;
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:0", .token = TOKEN });
	expect(&w, HEAD("GET /") "\r\n", "HTTP/1.1 401", "WWW-Authenticate: Bearer");
	expect(&w, HEAD("GET /") BEARER TOKEN "x\r\n\r\n", "HTTP/1.1 401", "");
	expect(&w, HEAD("GET /") "Authorization: Basic " TOKEN "\r\n\r\n", "HTTP/1.1 401", "");
	expect(&w, HEAD("GET /?token=" TOKEN) "\r\n", "HTTP/1.1 401", "");
	CU_ASSERT_EQUAL(w.calls, 0);
	expect(&w, HEAD("GET /") BEARER TOKEN "\r\n\r\n", "HTTP/1.1 200", "trusted=1");
	expect(&w, HEAD("GET /") "Authorization: bearer   " TOKEN "\r\n\r\n", "HTTP/1.1 200", "");
	CU_ASSERT(ct_httpd__knows(w.d, TOKEN));
	ct_httpd__set_token(w.d, "another-token-of-32-characters!!");
	expect(&w, HEAD("GET /") BEARER TOKEN "\r\n\r\n", "HTTP/1.1 401", "");
	end(&w);
	start(&w, &(struct ct_httpd_opts){
			  .listen = "127.0.0.1:0", .token = TOKEN, .own_login = true });
	expect(&w, HEAD("GET /") "\r\n", "HTTP/1.1 200", "trusted=0");
	end(&w);
}

static void test_limits(void)
{
	struct world w;
	struct ct_str s = { 0 };

	NEED_SERVER;
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:0" });
	ct_str__add(&s, HEAD("POST /") "Content-Length: 9000\r\n\r\n");
	for (int i = 0; i < 900; i++)
		ct_str__add(&s, "0123456789");
	expect(&w, s.s, "HTTP/1.1 413", "too large");
	CU_ASSERT_EQUAL(w.calls, 0);
	ct_str__free(&s);
	ct_str__add(&s, HEAD("GET /") "X-Long: ");
	for (int i = 0; i < 4000; i++)
		ct_str__add(&s, "0123456789");
	ct_str__add(&s, "\r\n\r\n");
	expect(&w, s.s, "HTTP/1.1 431", "");
	CU_ASSERT_EQUAL(w.calls, 0);
	ct_str__free(&s);
	end(&w);
}

/* Nobody may hold the server up: many who say nothing, and one who asks. */
static void test_many_clients(void)
{
	struct world w;
	int fds[40];
	ct_autofree char *got = NULL;

	NEED_SERVER;
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:0" });
	for (size_t i = 0; i < CT_ARRAY_SIZE(fds); i++) {
		fds[i] = connect_to(&w);
		CU_ASSERT_EQUAL(send(fds[i], "GET / HT", 8, MSG_NOSIGNAL), 8);
	}
	expect(&w, HEAD("GET /") "\r\n", "HTTP/1.1 200", "");
	got = talk(&w, fds[7], "TP/1.1\r\nHost: localhost\r\n\r\n", 27, "trusted=1");
	CU_ASSERT(strstr(got, "200") != NULL);
	/* The connection stays for the next request. */
	free(ct_steal(got));
	got = talk(&w, fds[7], "GET /b HTTP/1.1\r\nHost: localhost\r\n\r\n", 37, "trusted=1");
	CU_ASSERT(strstr(got, "GET /b") != NULL);
	for (size_t i = 0; i < CT_ARRAY_SIZE(fds); i++)
		close(fds[i]);
	end(&w);
}

static void test_unix_socket(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/s", dir);
	ct_autofree char *address = ct_xasprintf("unix:%s", path);
	struct ct_httpd_opts o = { .listen = address };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_httpd *other = NULL;
	struct ct_listener stale;
	struct world w;
	struct stat st;

	NEED_SERVER;
	/* Somebody was here, and ended without a word. */
	CU_ASSERT_EQUAL_FATAL(ct_listener__open(address, NULL, &stale, NULL), 0);
	close(stale.fd);
	start(&w, &o);
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0660);
	expect(&w, "GET / HTTP/1.1\r\nHost: any.thing\r\nConnection: close\r\n\r\n", "HTTP/1.1 200",
	       "trusted=1");
	/* One that is served is not taken from its server. */
	CU_ASSERT_EQUAL(ct_httpd__new(w.loop, &o, on_request, &w, &other, &err), -EADDRINUSE);
	CU_ASSERT(err.msg && strstr(err.msg, path));
	CU_ASSERT_EQUAL(stat(path, &st), 0);
	end(&w);
	CU_ASSERT_EQUAL(stat(path, &st), -1);
	stale.fd = -1;
	free(stale.text);
	free(stale.path);
}

/* A call with this first argument (ANY: every one) fails in this process. For children only. */
#define ANY UINT32_MAX
static void refuse(uint32_t call, uint32_t arg, uint32_t error)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | (arg == ANY ? BPF_JGE : BPF_JEQ) | BPF_K, arg == ANY ? 0 : arg,
			 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog prog = { CT_ARRAY_SIZE(f), f };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, 2, &prog))
		_exit(77);
}

static int listen_refused(const char *address)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_listener l = { .fd = -1 };
	int ret = -ct_listener__open(address, NULL, &l, &err);

	if (!ret)
		ret = strncmp(l.text, "0.0.0.0:", 8) || l.local;
	close(l.fd);
	free(l.text);
	free(l.path);
	return ret;
}

static void test_without_ipv6(void)
{
	static const struct {
		const char *address;
		int status;
	} cases[] = { { ":0", 0 }, { "*:0", 0 }, { "[::1]:0", EAFNOSUPPORT } };

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		int status = -1;
		pid_t child = fork();

		if (!child) {
			refuse(__NR_socket, AF_INET6, EAFNOSUPPORT);
			_exit(listen_refused(cases[i].address));
		}
		CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
		CU_ASSERT_EQUAL(WEXITSTATUS(status), cases[i].status);
	}
}

/* Nothing stays where nobody listens. */
static void test_unix_socket_refused(void)
{
	autodir char *dir = make_dir();
	char address[PATH_MAX];
	int status = -1;
	struct stat st;
	pid_t child;

	snprintf(address, sizeof(address), "unix:%s/s", dir);
	child = fork();
	if (!child) {
		refuse(__NR_listen, ANY, EPERM);
		_exit(listen_refused(address));
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), EPERM);
	CU_ASSERT_EQUAL(stat(address + strlen("unix:"), &st), -1);
}

static void test_refused_to_listen(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_httpd *d = NULL;
	struct world w;

	NEED_SERVER;
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:0" });
	/* Everybody could read it. */
	CU_ASSERT_EQUAL(ct_httpd__new(w.loop, &(struct ct_httpd_opts){ .listen = "0.0.0.0:0" },
				      on_request, &w, &d, &err),
			-EPERM);
	CU_ASSERT(err.msg && strstr(err.msg, "token"));
	CU_ASSERT_EQUAL(ct_httpd__new(w.loop, &(struct ct_httpd_opts){ .name = "ui" }, on_request,
				      &w, &d, &err),
			-ENOENT);
	CU_ASSERT_EQUAL(ct_httpd__new(w.loop,
				      &(struct ct_httpd_opts){ .listen = ct_httpd__address(w.d) },
				      on_request, &w, &d, &err),
			-EADDRINUSE);
	CU_ASSERT_PTR_NULL(d);
	end(&w);
}

/* As systemd does it: descriptors from 3 on, and their names. */
static void test_socket_activation(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	ct_autofree char *pid = ct_xasprintf("%d", getpid());
	ct_autoerr struct ct_err err = { 0 };
	struct ct_httpd *d = NULL;
	struct world w;
	int kept = fcntl(3, F_DUPFD_CLOEXEC, 20), kept4 = fcntl(4, F_DUPFD_CLOEXEC, 20);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	NEED_SERVER;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (void *)&in, sizeof(in)) | listen(fd, 5), 0);
	fd = fcntl(fd, F_DUPFD, 10);
	dup2(STDERR_FILENO, 3);
	dup2(fd, 4);
	close(fd);
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "ui:metrics", 1);
	start(&w, &(struct ct_httpd_opts){ .listen = "127.0.0.1:1", .name = "metrics" });
	CU_ASSERT(!strncmp(ct_httpd__address(w.d), "127.0.0.1:", 10));
	CU_ASSERT(fcntl(4, F_GETFD) & FD_CLOEXEC);
	expect(&w, HEAD("GET /") "\r\n", "HTTP/1.1 200", "");
	/* That one is not a socket. */
	CU_ASSERT_EQUAL(ct_httpd__new(w.loop, &(struct ct_httpd_opts){ .name = "ui" }, on_request,
				      &w, &d, &err),
			-EINVAL);
	CU_ASSERT(err.msg && strstr(err.msg, "'ui'"));
	end(&w);
	setenv("LISTEN_PID", "1", 1);
	CU_ASSERT_EQUAL(ct_listener__open(NULL, "metrics", &(struct ct_listener){ 0 }, NULL),
			-ENOENT);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	close(3);
	close(4);
	if (kept >= 0)
		dup2(kept, 3);
	if (kept4 >= 0)
		dup2(kept4, 4);
}

static CU_TestInfo tests[] = {
	{ "messages", test_messages },
	{ "hosts", test_hosts },
	{ "token equal", test_token_equal },
	{ "token file", test_token_file },
	{ "addresses", test_addresses },
	{ "serves", test_serves },
	{ "HEAD has no body", test_head_has_no_body },
	{ "tokens", test_tokens },
	{ "limits", test_limits },
	{ "many clients", test_many_clients },
	{ "unix socket", test_unix_socket },
	{ "a kernel without IPv6", test_without_ipv6 },
	{ "a socket that fails", test_unix_socket_refused },
	{ "refused to listen", test_refused_to_listen },
	{ "socket activation", test_socket_activation },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("http", tests)
