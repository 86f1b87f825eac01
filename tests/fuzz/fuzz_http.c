/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any bytes that a client sends, to the page and to the metrics, through the server as it is.
 * Nobody who has not brought the token sees more than the form; whatever is answered is HTTP, and
 * no header is the client's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "http/httpd.h"
#include "metrics/serve.h"
#include "page/page.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define TURNS 200

static struct ct_loop *loop;
static struct ct_httpd *d;
static struct ct_metrics *metrics;
static struct ct_page *page;
static char address[64];

static int load(void *arg, const struct ct_page_want *want, struct ct_page_data *data,
		struct ct_err *err)
{
	struct ct_survey_row *row;

	(void)arg;
	(void)err;
	data->now_ms = 1796000000000;
	if (!want->survey || (want->key && strcmp(want->key, "name:web")))
		return 0;
	row = ct_survey__add(&data->survey);
	row->key = ct_xstrdup("name:web");
	row->label = ct_xstrdup("SECRET");
	row->judged = row->holds_known = true;
	row->holds = CT_CAPS_DOCKER_DEFAULT;
	return 0;
}

static void on_request(void *arg, const struct ct_http_request *req, struct ct_http_response *res)
{
	(void)arg;
	free(ct_http__form(req, "token"));
	if (!strcmp(req->path, "/metrics"))
		ct_metrics__respond(metrics, req, res);
	else
		ct_page__respond(page, req, res);
	if (res->status < 100 || res->status > 599)
		abort();
}

static void begin(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_httpd_opts o = { .listen = address, .token = TOKEN, .own_login = true };

	snprintf(address, sizeof(address), "unix:/tmp/captrim-fuzz-%d", getpid());
	metrics = ct_metrics__new(0);
	page = ct_page__new(&(struct ct_page_opts){ .token = TOKEN, .load = load });
	if (ct_loop__new(&loop, &err) || ct_httpd__new(loop, &o, on_request, NULL, &d, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		exit(1);
	}
}

static int connect_here(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(un.sun_path, address + 5);
	if (fd < 0 || connect(fd, (void *)&un, sizeof(un)))
		abort();
	return fd;
}

static void nothing(void *arg)
{
	(void)arg;
}

/* As long as there is an answer to come. */
static void turn(void)
{
	struct ct_source *tick = NULL;

	ct_loop__add_timer(loop, 0, 0, nothing, NULL, &tick);
	ct_loop__turn(loop);
	ct_loop__remove(loop, &tick);
}

static void look_at(const struct ct_str *got, const uint8_t *data, size_t size)
{
	/* The bytes that were sent may hold the token, or the word itself, which the form repeats.
	 */
	bool knows = memmem(data, size, TOKEN, strlen(TOKEN)) || memchr(data, '%', size) ||
		     memmem(data, size, "SECRET", 6);

	if (!got->len)
		return;
	if (strncmp(got->s, "HTTP/1.", 7))
		abort();
	if (strstr(got->s, "SECRET") && !knows)
		abort();
	if (strstr(got->s, "\nX-Evil") || strstr(got->s, "\nSet-Cookie: evil"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ct_str got = { 0 };
	char buf[65536];
	size_t sent = 0;
	bool closed = false;
	int fd;

	if (!loop)
		begin();
	fd = connect_here();
	for (int quiet = 0, i = 0; quiet < 3 && !closed && i < TURNS; i++) {
		ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		if (sent == size)
			shutdown(fd, SHUT_WR);
		turn();
		while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
			ct_str__addn(&got, buf, (size_t)n);
			quiet = -1;
		}
		closed = !n || (n < 0 && errno != EAGAIN);
		quiet++;
	}
	look_at(&got, data, size);
	ct_str__free(&got);
	close(fd);
	turn();
	turn();
	return 0;
}
