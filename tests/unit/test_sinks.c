/* SPDX-License-Identifier: GPL-2.0-only */
/* Sinks: what arrives, what waits, what is tried again, and what is lost and counted. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/moment.h"
#include "dir.h"
#include "receiver.h"
#include "sink/sink.h"
#include "sink/sink_priv.h"

#define OK   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define FAIL "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nno\033["

/* What a container may be called, and what its programs may be. */
#define HOSTILE "evil\033[2J\r\n<1>{\"a\":'b'}]\\\"\xff\xc3\xe2\x80\xae MESSAGE=x"

struct stage {
	struct ct_loop *loop;
	struct ct_sinks *sinks;
	char *dir;
};

static struct stage begin(const char *state)
{
	struct stage st = { .dir = make_dir() };

	CU_ASSERT_EQUAL_FATAL(ct_loop__new(&st.loop, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, state ? st.dir : NULL, &st.sinks, NULL), 0);
	return st;
}

static void end(struct stage *st)
{
	ct_sinks__free(st->sinks);
	ct_loop__free(st->loop);
	remove_dir(&st->dir);
}

static int configure(struct stage *st, const char *text, struct ct_err *err)
{
	ct_autoyaml struct ct_yaml *y = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_yaml__parse("captrim.yaml", text, strlen(text), &y, NULL), 0);
	return ct_sinks__configure(st->sinks, y, y->root, err);
}

/* Must be accepted; %s and %d as of printf. */
#define CONFIGURE(st, ...)                                             \
	do {                                                           \
		ct_autofree char *said = ct_xasprintf(__VA_ARGS__);    \
		ct_autoerr struct ct_err err = { 0 };                  \
                                                                       \
		CU_ASSERT_EQUAL_FATAL(configure((st), said, &err), 0); \
	} while (0)

static struct ct_notice *finding(const char *name)
{
	struct ct_notice *e = ct_notice__new(CT_NOTICE_HOST_SCOPE, "node1", 1767225600123);
	struct ct_workload w = { .id = "0123456789ab", .kind = CT_WL_CONTAINER };

	w.container.name = (char *)name;
	ct_notice__about(e, &w);
	free(e->workload.label);
	e->workload.label = ct_xstrdup(name);
	e->caps = CT_CAP(SYS_TIME);
	e->verdict = CT_REQUIRED;
	e->scope = CT_SCOPE_HOST;
	e->reason.process = ct_xstrdup(name);
	e->text = ct_xasprintf("%s needs SYS_TIME", name);
	ct_notice__identify(e);
	return e;
}

static void send_one(struct stage *st, const char *name)
{
	ct_autonotice struct ct_notice *e = finding(name);

	ct_sinks__send(st->sinks, e);
}

static char *content(const char *path)
{
	char *text = NULL;

	return ct_read_file(path, 1 << 20, &text, NULL) ? ct_xstrdup("") : text;
}

static size_t lines(const char *path)
{
	ct_autofree char *text = content(path);
	size_t n = 0;

	for (const char *p = text; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

/* ---- files ---- */

static void test_file(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/events", st.dir);
	ct_autofree char *old = ct_xasprintf("%s/events.1", st.dir), *text = NULL;
	ct_autonotice struct ct_notice *back = NULL;
	struct stat s;

	CONFIGURE(&st, "- {type: file, path: %s}", path);
	send_one(&st, HOSTILE);
	send_one(&st, "b");
	CU_ASSERT_EQUAL(lines(path), 2);
	CU_ASSERT_EQUAL(stat(path, &s), 0);
	CU_ASSERT_EQUAL(s.st_mode & 07777, 0640);
	text = content(path);
	CU_ASSERT_PTR_NULL(strchr(text, '\033'));
	CU_ASSERT_EQUAL_FATAL(ct_notice__read(text, strcspn(text, "\n"), &back, NULL), 0);
	/* It was moved away, and nobody said so. */
	CU_ASSERT_EQUAL(rename(path, old), 0);
	send_one(&st, "c");
	CU_ASSERT_EQUAL(lines(old), 2);
	CU_ASSERT_EQUAL(lines(path), 1);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).sent, 3);
	end(&st);
}

static void test_file_refused(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *link = ct_xasprintf("%s/link", st.dir);
	ct_autofree char *yaml = ct_xasprintf("- {type: file, path: %s}", link);
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(symlink("/etc/passwd", link), 0);
	CU_ASSERT_EQUAL(configure(&st, yaml, &err), -ELOOP);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "captrim.yaml:1:3: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "not a link to it"));
	CU_ASSERT_EQUAL(ct_sinks__count(st.sinks), 0);
	end(&st);
}

/* A pipe that nobody reads any more takes a part of a line; the rest comes when there is room. */
static void test_slow_pipe(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/pipe", st.dir);
	ct_autoclose int fd = -1;
	ct_autofree char *text = ct_xzalloc(1 << 20);
	size_t len = 0, n = 0;

	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CONFIGURE(&st, "- {type: file, path: %s}", path);
	for (int i = 0; i < 300; i++)
		send_one(&st, "a name of some length, so that a pipe is soon full of these");
	CU_ASSERT_TRUE(ct_sinks__pending(st.sinks) > 0);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ({
					     ssize_t got = read(fd, text + len,
								(1 << 20) - len - 1);

					     len += got > 0 ? (size_t)got : 0;
					     !ct_sinks__pending(st.sinks) && got <= 0;
				     })));
	for (char *p = text, *e; (e = strchr(p, '\n')); p = e + 1, n++) {
		ct_autonotice struct ct_notice *back = NULL;

		CU_ASSERT_EQUAL(ct_notice__read(p, (size_t)(e - p), &back, NULL), 0);
	}
	CU_ASSERT_EQUAL(n, 300);
	end(&st);
}

/* Nobody reads it when the daemon starts; then somebody does, goes, and makes it anew. */
static void test_unread_pipe(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/pipe", st.dir);
	char text[4096] = { 0 };
	int fd;

	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	CONFIGURE(&st, "- {type: file, path: %s}", path);
	send_one(&st, "early");
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 1);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(ct_sinks__status(st.sinks, 0).problem, "pipe: nobody reads it"));
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, !ct_sinks__pending(st.sinks)));
	CU_ASSERT_TRUE(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "early"));
	close(fd);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	send_one(&st, "late");
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 0);
	CU_ASSERT_TRUE(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "late"));
	close(fd);
	end(&st);
}

/* ---- the journal and syslog ---- */

/* The value of a field in the journal's protocol; NULL: there is none. The caller frees. */
static char *journal_field(const struct receiver *r, const char *name)
{
	for (size_t at = 0; at < r->len;) {
		const char *line = r->last + at;
		size_t n = strcspn(line, "\n");
		uint64_t len;

		memcpy(&len, line + n + 1, sizeof(len));
		if (n == strlen(name) && !strncmp(line, name, n))
			return ct_xstrndup(line + n + 1 + sizeof(len), len);
		at += n + 1 + sizeof(len) + len + 1;
	}
	return NULL;
}

static void test_journal(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/socket", st.dir);
	ct_autofree char *label = NULL, *message = NULL, *id = NULL, *priority = NULL;
	struct receiver r;

	receiver_open(&r, st.loop, path);
	CONFIGURE(&st, "- {type: journal, socket: %s}", path);
	send_one(&st, HOSTILE);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, r.count == 1));
	label = journal_field(&r, "CAPTRIM_LABEL");
	UNIT_STR(label, HOSTILE);
	message = journal_field(&r, "MESSAGE");
	CU_ASSERT_PTR_NOT_NULL_FATAL(message);
	CU_ASSERT_PTR_NULL(strpbrk(message, "\033\n"));
	id = journal_field(&r, "MESSAGE_ID");
	CU_ASSERT_EQUAL(strlen(id ? id : ""), 32);
	priority = journal_field(&r, "PRIORITY");
	UNIT_STR(priority, "4");
	receiver_close(&r);
	end(&st);
}

/* More than a datagram takes comes as a file. */
static void test_journal_large(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/socket", st.dir);
	ct_autofree char *name = ct_xzalloc(400001);
	struct receiver r;

	memset(name, 'x', 400000);
	receiver_open(&r, st.loop, path);
	CONFIGURE(&st, "- {type: journal, socket: %s}", path);
	send_one(&st, name);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, r.count == 1));
	CU_ASSERT_EQUAL(r.len, 0);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).sent, 1);
	receiver_close(&r);
	end(&st);
}

static void test_syslog(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/log", st.dir);
	struct receiver r;
	const char *mark;

	receiver_open(&r, st.loop, path);
	CONFIGURE(&st, "- {type: syslog, address: 'unix:%s'}", path);
	send_one(&st, HOSTILE);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, r.count == 1));
	CU_ASSERT_EQUAL(strncmp(r.last, "<28>1 2026-01-01T00:00:00.123Z node1 captrim ", 45), 0);
	CU_ASSERT_PTR_NULL(strpbrk(r.last, "\033\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last, " host-scope [captrim@32473 id=\""));
	/* Nothing of the name ends its value. */
	CU_ASSERT_PTR_NOT_NULL(strstr(r.last, "{\\\"a\\\":'b'}\\]\\\\\\\""));
	mark = strstr(r.last, "\xef\xbb\xbf");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mark);
	CU_ASSERT_EQUAL(strncmp(mark + 3, "host-scope: evil", 16), 0);
	receiver_close(&r);
	end(&st);
}

static void test_syslog_tcp(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, NULL);
	unsigned int len;
	int at;

	CONFIGURE(&st, "- {type: syslog, address: 'tcp:localhost:%d'}", s->port);
	send_one(&st, "web");
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, *s->request));
	CU_ASSERT_EQUAL_FATAL(sscanf(s->request, "%u %n<28>1", &len, &at), 1);
	CU_ASSERT_EQUAL(strlen(s->request + at), len);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	server_close(s);
	end(&st);
}

static void test_wrong_host(void)
{
	struct stage st = begin(NULL);

	CONFIGURE(&st, "- {type: syslog, address: 'tcp:no-such-host.invalid:514'}");
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(ct_sinks__status(st.sinks, 0).problem, "no-such-host.invalid"));
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).queued, 1);
	end(&st);
}

/* ---- over HTTP ---- */

static void write_secret(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static json_t *body_of(const struct server *s)
{
	const char *body = strstr(s->request, "\r\n\r\n");

	return body ? json_loads(body + 4, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static const char *text_at(json_t *json, const char *a, const char *b)
{
	return json_string_value(json_object_get(a ? json_object_get(json, a) : json, b));
}

static void test_webhook(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, OK);
	ct_autofree char *secret = ct_xasprintf("%s/secret", st.dir);
	json_t *body;

	write_secret(secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d/hook?x=1', secret_file: %s}",
		  s->port, secret);
	send_one(&st, HOSTILE);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	CU_ASSERT_EQUAL(strncmp(s->request, "POST /hook?x=1 HTTP/1.1\r\n", 25), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(s->request, "application/cloudevents+json"));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->request, "webhook-signature: v1,"));
	body = body_of(s);
	UNIT_STR(text_at(body, NULL, "specversion"), "1.0");
	UNIT_STR(text_at(body, NULL, "type"), "captrim.event.host-scope");
	UNIT_STR(text_at(body, NULL, "source"), "/captrim/node1");
	UNIT_STR(text_at(body, "data", "schema"), "captrim.event/1");
	UNIT_STR(text_at(body, NULL, "id"), text_at(body, "data", "id"));
	json_decref(body);
	server_close(s);
	end(&st);
}

/* In a process of its own: answers the first request without end. Returns its pid. */
static pid_t answer_for_ever(int listener)
{
	static const char head[] = "HTTP/1.1 200 OK\r\n\r\n", body[65536] = "x";
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	signal(SIGPIPE, SIG_IGN);
	fd = accept(listener, NULL, NULL);
	for (ssize_t n = write(fd, head, sizeof(head) - 1); n > 0;)
		n = write(fd, body, sizeof(body));
	_exit(0);
}

static void test_endless_answer(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct stage st = begin(NULL);
	ct_autoclose int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(a);
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	CU_ASSERT_EQUAL_FATAL(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	pid = answer_for_ever(fd);
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d/', timeout: 5m}",
		  ntohs(a.sin_port));
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(ct_sinks__status(st.sinks, 0).problem ?: "", "it answers without end"));
	end(&st);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_alertmanager(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, OK);
	ct_autonotice struct ct_notice *e = finding("web"), *other = finding("db");
	ct_autofree char *end_text = NULL;
	json_t *body;

	CONFIGURE(&st, "- {type: alertmanager, url: 'http://127.0.0.1:%d/'}", s->port);
	ct_sinks__stands(st.sinks, other);
	ct_sinks__send(st.sinks, e);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	CU_ASSERT_EQUAL(strncmp(s->request, "POST /api/v2/alerts HTTP/1.1\r\n", 30), 0);
	body = body_of(s);
	CU_ASSERT_EQUAL_FATAL(json_array_size(body), 2);
	UNIT_STR(text_at(json_array_get(body, 1), "labels", "alertname"), "CaptrimHostScope");
	UNIT_STR(text_at(json_array_get(body, 1), "labels", "workload"), "name:web");
	CU_ASSERT_TRUE(strcmp(text_at(json_array_get(body, 1), NULL, "endsAt"),
			      text_at(json_array_get(body, 1), NULL, "startsAt")) > 0);
	json_decref(body);
	/* Acknowledged: it ends now. */
	ct_sinks__settled(st.sinks, e->id);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, s->requests == 2));
	body = body_of(s);
	CU_ASSERT_EQUAL_FATAL(json_array_size(body), 2);
	end_text = ct_moment__utc(ct_clock__wall_ms() + 1000);
	CU_ASSERT_TRUE(strcmp(text_at(json_array_get(body, 0), NULL, "endsAt"), end_text) <= 0);
	json_decref(body);
	server_close(s);
	end(&st);
}

/* How many alerts of the last request have ended. */
static size_t ended(const struct server *s)
{
	ct_autofree char *now = ct_moment__utc(ct_clock__wall_ms() + 1000);
	json_t *body = body_of(s), *alert;
	size_t i, n = 0;

	json_array_foreach(body, i, alert)
		n += strcmp(text_at(alert, NULL, "endsAt"), now) <= 0;
	json_decref(body);
	return n;
}

/* Acknowledged while a request is under way: the next one says so, and it does not take long. */
static void test_settled_meanwhile(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, NULL);
	ct_autonotice struct ct_notice *a = finding("a"), *b = finding("b"), *c = finding("c");

	CONFIGURE(&st, "- {type: alertmanager, url: 'http://127.0.0.1:%d/'}", s->port);
	ct_sinks__stands(st.sinks, a);
	ct_sinks__stands(st.sinks, b);
	ct_sinks__send(st.sinks, c);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, s->requests == 1));
	ct_sinks__settled(st.sinks, a->id);
	ct_sinks__settled(st.sinks, b->id);
	server_answer(s, OK);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, s->requests == 2));
	CU_ASSERT_EQUAL(ended(s), 2);
	/* The same for a request that has no event. */
	ct_sinks__settled(st.sinks, c->id);
	server_answer(s, OK);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, s->requests == 3));
	CU_ASSERT_EQUAL(ended(s), 1);
	server_answer(s, OK);
	receiver_let_pass(st.loop, 100 * CT_NS_PER_MS);
	CU_ASSERT_EQUAL(s->requests, 3);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).sent, 1);
	server_close(s);
	end(&st);
}

/* Acknowledged before Alertmanager heard of it, or by the time of a restart: nothing repeats it. */
static void test_settled_while_it_waits(void)
{
	struct stage st = begin("state");
	struct server *s = server_open(st.loop, FAIL);
	ct_autonotice struct ct_notice *a = finding("a"), *b = finding("b"), *c = finding("c");
	json_t *body;

	CONFIGURE(&st, "- {type: alertmanager, url: 'http://127.0.0.1:%d/'}", s->port);
	ct_sinks__send(st.sinks, a);
	ct_sinks__send(st.sinks, b);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	ct_sinks__settled(st.sinks, a->id);
	ct_sinks__settled(st.sinks, b->id);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed >= 2));
	s->answer = OK;
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 2));
	/* Whatever is sent next has all that stand. */
	ct_sinks__send(st.sinks, c);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 3));
	body = body_of(s);
	CU_ASSERT_EQUAL(json_array_size(body), 1);
	json_decref(body);
	s->answer = FAIL;
	ct_sinks__send(st.sinks, b);
	ct_sinks__free(st.sinks);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, st.dir, &st.sinks, NULL), 0);
	s->answer = OK;
	CONFIGURE(&st, "- {type: alertmanager, url: 'http://127.0.0.1:%d/'}", s->port);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	ct_sinks__send(st.sinks, c);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 2));
	body = body_of(s);
	CU_ASSERT_EQUAL(json_array_size(body), 1);
	json_decref(body);
	server_close(s);
	end(&st);
}

/* There is an end to what is repeated, which is said once. */
static void test_too_many_stand(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/stderr", st.dir), *said = NULL;
	ct_autoclose int was = dup(STDERR_FILENO), to = open(path, O_WRONLY | O_CREAT, 0600);

	CONFIGURE(&st, "- {type: alertmanager, url: 'http://127.0.0.1:%d/'}", 1);
	dup2(to, STDERR_FILENO);
	for (int i = 0; i < 1003; i++) {
		ct_autofree char *name = ct_xasprintf("web%d", i);
		ct_autonotice struct ct_notice *e = finding(name);

		ct_sinks__stands(st.sinks, e);
	}
	dup2(was, STDERR_FILENO);
	said = content(path);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, "the sink 'alertmanager' repeats 1000 findings"));
	CU_ASSERT_EQUAL(lines(path), 1);
	end(&st);
}

/* A repetition fails that carries no event: that is seen, too, and nothing is counted as lost. */
static void test_failed_repetition(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, FAIL);
	ct_autonotice struct ct_notice *a = finding("a"), *b = finding("b");

	CONFIGURE(&st, "- {type: alertmanager, url: 'http://127.0.0.1:%d/'}", s->port);
	ct_sinks__stands(st.sinks, a);
	ct_sinks__stands(st.sinks, b);
	ct_sinks__settled(st.sinks, a->id);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	CU_ASSERT_PTR_NOT_NULL(ct_sinks__status(st.sinks, 0).problem);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).dropped, 0);
	s->answer = OK;
	ct_sinks__settled(st.sinks, b->id);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, !ct_sinks__status(st.sinks, 0).problem));
	CU_ASSERT_EQUAL(s->requests, 2);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).sent, 0);
	server_close(s);
	end(&st);
}

static void test_otlp(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, OK);
	json_t *body, *record = NULL;
	ct_autofree char *text = NULL;

	CONFIGURE(&st, "- {type: otlp, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, HOSTILE);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	CU_ASSERT_EQUAL(strncmp(s->request, "POST /v1/logs HTTP/1.1\r\n", 24), 0);
	body = body_of(s);
	CU_ASSERT_EQUAL(json_unpack(body, "{s:[{s:[{s:[o]}]}]}", "resourceLogs", "scopeLogs",
				    "logRecords", &record),
			0);
	UNIT_STR(text_at(record, NULL, "timeUnixNano"), "1767225600123000000");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(record, "severityNumber")), 13);
	json_decref(body);
	/* 200, and yet it was not taken. */
	s->answer = "HTTP/1.1 200 OK\r\nContent-Length: 62\r\n\r\n"
		    "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\",\"errorMessage\":0}}";
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	/* The same at length. */
	text = ct_xasprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{\"partialSuccess\":"
			    "{\"rejectedLogRecords\":\"1\",\"errorMessage\":\"%0*d\"}}",
			    63 + 9000, 9000, 0);
	s->answer = text;
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 2));
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).sent, 1);
	server_close(s);
	end(&st);
}

/* One that hangs, one that fails, one that is away: a fourth is not held up, nor the loop. */
static void test_others_are_not_held_up(void)
{
	struct stage st = begin(NULL);
	struct server *hangs = server_open(st.loop, NULL), *fails = server_open(st.loop, FAIL);
	ct_autofree char *path = ct_xasprintf("%s/events", st.dir);
	uint64_t start = ct_clock__now_ns();

	CONFIGURE(&st,
		  "- {type: webhook, name: hangs, url: 'http://127.0.0.1:%d', timeout: 300ms}\n"
		  "- {type: otlp, name: fails, url: 'http://127.0.0.1:%d'}\n"
		  "- {type: alertmanager, name: away, url: 'http://127.0.0.1:1'}\n"
		  "- {type: file, path: %s}\n",
		  hangs->port, fails->port, path);
	for (int i = 0; i < 50; i++)
		send_one(&st, "web");
	CU_ASSERT_EQUAL(lines(path), 50);
	CU_ASSERT_TRUE(ct_clock__now_ns() - start < 2 * CT_NS_PER_SEC);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, i).failed >= 1));
	CU_ASSERT_PTR_NOT_NULL(strstr(ct_sinks__status(st.sinks, 1).problem,
				      "answered with status 500: no\\x1b["));
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 1).queued, 50);
	/* They are tried again, and what waited arrives. */
	hangs->answer = fails->answer = OK;
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 1).sent == 50));
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 50));
	CU_ASSERT_PTR_NULL(ct_sinks__status(st.sinks, 1).problem);
	server_close(hangs);
	server_close(fails);
	end(&st);
}

static void test_retry_after(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, "HTTP/1.1 429 Slow\r\nRetry-After: 3\r\n"
						"Content-Length: 0\r\n\r\n");

	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	s->answer = OK;
	receiver_let_pass(st.loop, 2 * CT_NS_PER_SEC);
	CU_ASSERT_EQUAL(s->requests, 1);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	server_close(s);
	end(&st);
}

/* An event that is refused for good does not stop those behind it. */
static void test_refused_event(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");

	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, "poison");
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).dropped == 1));
	s->answer = OK;
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 1));
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 0);
	server_close(s);
	end(&st);
}

/* ---- reloads and restarts ---- */

static void test_reload(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, FAIL);
	ct_autoerr struct ct_err err = { 0 };

	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, "web");
	send_one(&st, "db");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	/* One with a mistake changes nothing. */
	CU_ASSERT_EQUAL(configure(&st, "- {type: webhook, url: 'ftp://x'}", &err), -EINVAL);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).queued, 2);
	/* Equal settings, others of the same name, and one more in front of it. */
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).queued, 2);
	s->answer = OK;
	CONFIGURE(&st, "- type: journal\n- {type: webhook, url: 'http://127.0.0.1:%d/new'}",
		  s->port);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 1).sent == 2));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->request, "POST /new"));
	server_close(s);
	end(&st);
}

static void test_restart(void)
{
	struct stage st = begin("state");
	struct server *s = server_open(st.loop, FAIL);

	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed >= 1));
	send_one(&st, HOSTILE);
	ct_sinks__free(st.sinks);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, st.dir, &st.sinks, NULL), 0);
	s->answer = OK;
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).sent == 2));
	/* And no third time. */
	ct_sinks__free(st.sinks);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, st.dir, &st.sinks, NULL), 0);
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 0);
	server_close(s);
	end(&st);
}

/* The same for a file that the command line names. */
static void test_restart_of_given_file(void)
{
	struct stage st = begin("state");
	ct_autofree char *path = ct_xasprintf("%s/pipe", st.dir);
	ct_autoclose int fd = -1;
	char text[4096] = { 0 };

	CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
	CU_ASSERT_EQUAL(ct_sinks__add_file(st.sinks, path, NULL), 0);
	send_one(&st, "early");
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 1);
	ct_sinks__free(st.sinks);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, st.dir, &st.sinks, NULL), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CU_ASSERT_EQUAL(ct_sinks__add_file(st.sinks, path, NULL), 0);
	CU_ASSERT_TRUE(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "early"));
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 0);
	end(&st);
}

/* What a crash would leave behind: all that waits, at any time, and nothing that was dropped. */
static void test_kept(void)
{
	struct stage st = begin("state");
	struct server *s = server_open(st.loop, FAIL);
	ct_autofree char *path = ct_xasprintf("%s/sink-webhook.ndjson", st.dir);
	size_t failed;

	CONFIGURE(&st, "- {type: webhook, queue: 3, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	send_one(&st, "web");
	CU_ASSERT_EQUAL(lines(path), 2);
	/* While the next attempt is being made. */
	s->answer = NULL;
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, s->requests == 2));
	send_one(&st, "web");
	CU_ASSERT_EQUAL(lines(path), 3);
	/* There is no room for this one. */
	send_one(&st, "web");
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).dropped, 1);
	CU_ASSERT_EQUAL(lines(path), 3);
	/* This one takes the place of another, which is in the file until it is written anew. */
	send_one(&st, "db");
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).dropped, 2);
	CU_ASSERT_EQUAL(lines(path), 4);
	s->answer = FAIL;
	CONFIGURE(&st, "- {type: webhook, queue: 3, timeout: 5s, url: 'http://127.0.0.1:%d'}",
		  s->port);
	failed = ct_sinks__status(st.sinks, 0).failed;
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed > failed));
	CU_ASSERT_EQUAL(lines(path), 3);
	server_close(s);
	end(&st);
}

/* It was said that its events are gone: they do not come back with a sink of the same name. */
static void test_removed(void)
{
	struct stage st = begin("state");
	ct_autofree char *path = ct_xasprintf("%s/sink-webhook.ndjson", st.dir);
	struct server *s = server_open(st.loop, FAIL);

	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	CU_ASSERT_EQUAL(lines(path), 1);
	CONFIGURE(&st, "- type: journal");
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d'}", s->port);
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 0);
	server_close(s);
	end(&st);
}

static void write_with_nuls(const char *path, const char *text)
{
	ct_autofclose FILE *f = fopen(path, "w");

	for (const char *p = text; *p; p++)
		fputc(*p == '#' ? '\0' : *p, f);
}

/* What was kept and cannot be sent any more is counted. */
static void test_restart_with_less(void)
{
	struct stage st = begin("state");
	ct_autonotice struct ct_notice *e = finding("web");
	ct_autofree char *text = NULL, *kept = NULL, *path = NULL;

	ct_notice__identify(e);
	text = ct_notice__text(e);
	/* One too many, one that is none, and one that was cut short. */
	kept = ct_xasprintf("%s\n{}\n%s\n%s\n%.20s", text, text, text, text);
	path = put(st.dir, "sink-webhook.ndjson", kept);
	CONFIGURE(&st, "- {type: webhook, queue: 2, url: 'http://127.0.0.1:%d'}", 1);
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 2);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).dropped, 3);
	ct_sinks__free(st.sinks);
	/* A power failure left NULs in it. */
	free(kept);
	kept = ct_xasprintf("%s\n##\n%s\n", text, text);
	write_with_nuls(path, kept);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, st.dir, &st.sinks, NULL), 0);
	CONFIGURE(&st, "- {type: webhook, queue: 2, url: 'http://127.0.0.1:%d'}", 1);
	CU_ASSERT_EQUAL(ct_sinks__pending(st.sinks), 2);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).dropped, 1);
	ct_sinks__free(st.sinks);
	/* A directory in its place. */
	unlink(path);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	CU_ASSERT_EQUAL_FATAL(ct_sinks__new(st.loop, st.dir, &st.sinks, NULL), 0);
	CONFIGURE(&st, "- {type: webhook, queue: 2, url: 'http://127.0.0.1:%d'}", 1);
	CU_ASSERT_EQUAL(ct_sinks__status(st.sinks, 0).dropped, 1);
	rmdir(path);
	end(&st);
}

/* ---- queues ---- */

static void test_fair_queue(void)
{
	struct ct_sink_queue q = { 0 };
	size_t quiet = 0, dropped = 0;

	for (int i = 0; i < 1000; i++) {
		ct_autonotice struct ct_notice *loud = finding("loud");

		dropped += ct_sink_queue__put(&q, loud, 100, true, 0);
	}
	for (int i = 0; i < 5; i++) {
		ct_autonotice struct ct_notice *e = finding("quiet");

		dropped += ct_sink_queue__put(&q, e, 100, true, 0);
	}
	CU_ASSERT_EQUAL(q.len, 100);
	CU_ASSERT_EQUAL(dropped, 905);
	for (size_t i = 0; i < q.len; i++)
		quiet += !strcmp(q.items[i].e->workload.label, "quiet");
	CU_ASSERT_EQUAL(quiet, 5);
	ct_sink_queue__free(&q);
}

static void test_backoff(void)
{
	CU_ASSERT_EQUAL(ct_sink__backoff_ns(1, 0), CT_NS_PER_SEC / 2);
	CU_ASSERT_EQUAL(ct_sink__backoff_ns(1, UINT32_MAX), CT_NS_PER_SEC);
	CU_ASSERT_EQUAL(ct_sink__backoff_ns(4, UINT32_MAX), 8 * CT_NS_PER_SEC);
	CU_ASSERT_EQUAL(ct_sink__backoff_ns(1000, UINT32_MAX), 300 * CT_NS_PER_SEC);
}

static void test_kinds(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/events", st.dir);
	ct_autonotice struct ct_notice *beat = ct_notice__new(CT_NOTICE_HEARTBEAT, "node1", 1);

	CONFIGURE(&st, "- {type: file, path: %s, kinds: [heartbeat, gap]}", path);
	send_one(&st, "web");
	CU_ASSERT_EQUAL(lines(path), 0);
	ct_sinks__send(st.sinks, beat);
	CU_ASSERT_EQUAL(lines(path), 1);
	end(&st);
}

/* ---- mistakes ---- */

static const struct {
	const char *yaml, *words;
} mistakes[] = {
	{ "type: file", "captrim.yaml:1:1: sinks must be a list" },
	{ "- file",
	  "captrim.yaml:1:3: a sink needs 'type:', which is one of file, stdout, journal" },
	{ "- {path: /x}", "a sink needs 'type:'" },
	{ "- type: slack", "captrim.yaml:1:9: a sink needs 'type:'" },
	{ "- {type: file, url: x}", "1:16: file has no 'url'; it has type, name, kinds" },
	{ "- type: file", "file: it needs 'path:'" },
	{ "- {type: file, path: x}", "path must begin with '/'" },
	{ "- {type: file, path: '-'}", "write 'type: stdout'" },
	{ "- {type: stdout, queue: 0}", "1:25: queue must be from 1 to 100000" },
	{ "- {type: stdout, kinds: [gaps]}", "there is no event of kind 'gaps'" },
	{ "- {type: stdout, name: a/b}", "name must be of letters" },
	{ "- {type: stdout, name: a}\n- {type: journal, name: a}", "two sinks have the name 'a'" },
	{ "- {type: syslog, address: localhost}",
	  "write unix:/PATH, udp:HOST:PORT or tcp:HOST:PORT" },
	{ "- {type: syslog, address: 'udp::514'}", "write unix:/PATH" },
	{ "- {type: syslog, address: 'tcp:x:99999'}", "write unix:/PATH" },
	{ "- {type: journal, socket: x}", "socket must be a path" },
	{ "- type: webhook", "it needs 'url:', or 'url_file:'" },
	{ "- {type: webhook, url: 'http://a', url_file: /b}", "it needs 'url:', or 'url_file:'" },
	{ "- {type: webhook, url: 'file:///etc/passwd'}", "write http://HOST" },
	{ "- {type: webhook, url: 'https://user:pw@host/'}",
	  "a password must not stand in the URL" },
	{ "- {type: webhook, url: 'http://a', secret_file: /nowhere}", "cannot read /nowhere" },
	{ "- {type: webhook, url: 'http://a', timeout: 1ms}", "timeout must be between" },
	{ "- {type: alertmanager, url: 'http://a', resend: 1s}", "resend must be 10s" },
	{ "- {type: otlp, url: 'http://a', token_file: /etc/passwd}",
	  "everybody may read the secret in /etc/passwd: chmod o= /etc/passwd" },
};

static void test_mistakes(void)
{
	struct stage st = begin(NULL);

	for (size_t i = 0; i < CT_ARRAY_SIZE(mistakes); i++) {
		ct_autoerr struct ct_err err = { 0 };

		CU_ASSERT_TRUE(configure(&st, mistakes[i].yaml, &err) < 0);
		if (!err.msg || !strstr(err.msg, mistakes[i].words))
			UNIT_STR(err.msg, mistakes[i].words);
	}
	CU_ASSERT_EQUAL(ct_sinks__count(st.sinks), 0);
	end(&st);
}

static void test_secrets(void)
{
	struct stage st = begin(NULL);
	ct_autofree char *path = ct_xasprintf("%s/secret", st.dir);
	ct_autofree char *yaml =
		ct_xasprintf("- {type: webhook, url: 'http://127.0.0.1:1', secret_file: %s}", path);
	static const char *const wrong[] = { "", "whsec_", "short", "whsec_!!!!", "a\nb\n" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++) {
		ct_autoerr struct ct_err err = { 0 };

		write_secret(path, wrong[i]);
		CU_ASSERT_EQUAL(configure(&st, yaml, &err), -EINVAL);
		/* What is in the file is shown nowhere. */
		CU_ASSERT_PTR_NULL(strstr(err.msg, "!!!!"));
	}
	/* The address itself may be the secret. */
	free(yaml);
	yaml = ct_xasprintf("- {type: webhook, url_file: %s, timeout: 300ms}", path);
	write_secret(path, "http://127.0.0.1:1/services/T0PSECRET\n");
	CONFIGURE(&st, "%s", yaml);
	send_one(&st, "web");
	CU_ASSERT_TRUE(RECEIVER_WAIT(st.loop, ct_sinks__status(st.sinks, 0).failed == 1));
	CU_ASSERT_PTR_NULL(strstr(ct_sinks__status(st.sinks, 0).problem, "T0PSECRET"));
	end(&st);
}

/* A new token is read although a request is under way, and serves for the next one. */
static void test_new_secret(void)
{
	struct stage st = begin(NULL);
	struct server *s = server_open(st.loop, NULL);
	ct_autofree char *path = ct_xasprintf("%s/token", st.dir);

	write_secret(path, "old\n");
	CONFIGURE(&st, "- {type: webhook, url: 'http://127.0.0.1:%d', token_file: %s}", s->port,
		  path);
	send_one(&st, "web");
	send_one(&st, "db");
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, s->requests == 1));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->request, "Authorization: Bearer old\r\n"));
	write_secret(path, "new\n");
	ct_sinks__reopen(st.sinks);
	server_answer(s, OK);
	CU_ASSERT_TRUE_FATAL(RECEIVER_WAIT(st.loop, s->requests == 2));
	CU_ASSERT_PTR_NOT_NULL(strstr(s->request, "Authorization: Bearer new\r\n"));
	server_close(s);
	end(&st);
}

static CU_TestInfo tests[] = {
	{ "a file, and one that is moved away", test_file },
	{ "a link is not followed", test_file_refused },
	{ "a pipe that is read slowly", test_slow_pipe },
	{ "a pipe that is not read yet", test_unread_pipe },
	{ "the journal", test_journal },
	{ "the journal, more than fits", test_journal_large },
	{ "syslog", test_syslog },
	{ "syslog over TCP", test_syslog_tcp },
	{ "a host that does not exist", test_wrong_host },
	{ "a webhook", test_webhook },
	{ "an answer without end", test_endless_answer },
	{ "Alertmanager", test_alertmanager },
	{ "Alertmanager, and what settles during a request", test_settled_meanwhile },
	{ "Alertmanager, and what settles while it waits", test_settled_while_it_waits },
	{ "Alertmanager, and more than it is told of", test_too_many_stand },
	{ "Alertmanager, and a repetition that fails", test_failed_repetition },
	{ "OTLP", test_otlp },
	{ "no sink holds up another", test_others_are_not_held_up },
	{ "a pause that was asked for", test_retry_after },
	{ "an event that is refused", test_refused_event },
	{ "a reload keeps what waits", test_reload },
	{ "a restart keeps what waits", test_restart },
	{ "a restart keeps what waits for a file", test_restart_of_given_file },
	{ "what a crash leaves behind", test_kept },
	{ "a sink that is removed", test_removed },
	{ "a restart with less room, and what cannot be read", test_restart_with_less },
	{ "a full queue is fair", test_fair_queue },
	{ "later and later", test_backoff },
	{ "kinds", test_kinds },
	{ "mistakes in the configuration", test_mistakes },
	{ "secrets", test_secrets },
	{ "a secret that changes", test_new_secret },
	CU_TEST_INFO_NULL,
};
/*
 * For tests/e2e/sinks.sh: "test_sinks send FILE LEFT" sends hostile events to real receivers, until
 * no more than so many wait.
 */

static const char *const names[] = { "web", HOSTILE, "", "\xf0\x9f\x90\xb3 ]\\\"\t'", NULL };

static void send_examples(struct ct_sinks *sinks)
{
	for (int kind = 0; kind < CT_NOTICE_KINDS; kind++)
		for (size_t i = 0; names[i]; i++) {
			ct_autonotice struct ct_notice *e = finding(names[i]);

			e->kind = (enum ct_notice_kind)kind;
			e->time_ms = ct_clock__wall_ms();
			ct_notice__identify(e);
			ct_sinks__send(sinks, e);
		}
}

/* Says of each sink what became of them; ends after 20 s at the latest. */
static int send_to(const char *config, size_t left)
{
	ct_autoerr struct ct_err err = { 0 };
	ct_autoyaml struct ct_yaml *y = NULL;
	ct_autofree char *text = NULL;
	struct ct_sinks *sinks;
	struct ct_loop *loop;
	size_t len;

	if (ct_read_file(config, 1 << 20, &text, &len) ||
	    ct_yaml__parse(config, text, len, &y, &err) || ct_loop__new(&loop, &err) ||
	    ct_sinks__new(loop, NULL, &sinks, &err) ||
	    ct_sinks__configure(sinks, y, y->root, &err)) {
		fprintf(stderr, "%s\n", err.msg ? err.msg : "cannot read it");
		return 1;
	}
	send_examples(sinks);
	(void)RECEIVER_WAIT(loop, ct_sinks__pending(sinks) <= left);
	for (size_t i = 0; i < ct_sinks__count(sinks); i++) {
		struct ct_sink_status st = ct_sinks__status(sinks, i);

		printf("%s sent %d dropped %d queued %zu%s%s\n", st.name, (int)st.sent,
		       (int)st.dropped, st.queued, st.problem ? ": " : "",
		       st.problem ? st.problem : "");
	}
	ct_sinks__free(sinks);
	ct_loop__free(loop);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "send"))
		return send_to(argv[2], strtoul(argv[3], NULL, 10));
	return unit_run("sinks", tests);
}
