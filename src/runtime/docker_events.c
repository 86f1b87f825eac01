/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream of container events: an endless HTTP answer, one JSON object a line. libcurl's multi
 * interface reads it without blocking. The descriptor for poll is an epoll instance with the
 * connection and an eventfd in it: it stays ours when libcurl closes the connection, and the
 * eventfd makes it readable for events that came together with the header.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/clock.h"
#include "runtime/docker_priv.h"

#define HEADER_TIMEOUT_MS 5000
#define MAX_LINE	  (4u << 20) /* an event has all labels of its container */

/* URL-encoded JSON. Only events that are used: health checks cause others all the time. */
#define FILTER_DOCKER                                                                   \
	"%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22create%22%2C"      \
	"%22start%22%2C%22die%22%2C%22destroy%22%2C%22rename%22%2C%22exec_create%22%2C" \
	"%22health_status%22%5D%7D"
/* Podman names events differently: all are asked for, and ct_docker_event__parse() adapts them. */
#define FILTER_PODMAN "%7B%22type%22%3A%5B%22container%22%5D%7D"

void ct_docker_lines__add(struct ct_docker_lines *l, const char *data, size_t len)
{
	if (l->skipping) {
		const char *nl = memchr(data, '\n', len);

		if (!nl)
			return;
		len -= nl + 1 - data;
		data = nl + 1;
		l->skipping = false;
	}
	if (l->pos) {
		memmove(l->buf.s, l->buf.s + l->pos, l->buf.len - l->pos);
		l->buf.len -= l->pos;
		l->pos = 0;
	}
	ct_str__addn(&l->buf, data, len);
}

char *ct_docker_lines__next(struct ct_docker_lines *l, size_t *len)
{
	size_t left = l->buf.len - l->pos;
	char *line, *nl;

	if (!left)
		return NULL;
	line = l->buf.s + l->pos;
	nl = memchr(line, '\n', left);
	if (nl) {
		*len = nl - line;
		l->pos += *len + 1;
		return line;
	}
	if (left > MAX_LINE) {
		l->pos = l->buf.len;
		l->skipping = true;
		l->lost++;
	}
	return NULL;
}

static int exit_code(const json_t *attrs)
{
	const char *s = ct_json_in__str(attrs, "exitCode") ?:
				ct_json_in__str(attrs, "containerExitCode");
	char *end;
	long code;

	if (!s || !*s)
		return -1;
	code = strtol(s, &end, 10);
	return *end || code < 0 || code > 255 ? -1 : code;
}

bool ct_docker_event__parse(const json_t *root, const char *label_key, struct ct_engine_event *ev)
{
	const json_t *actor = json_object_get(root, "Actor");
	const json_t *attrs = json_object_get(actor, "Attributes");
	const char *type = ct_json_in__str(root, "Type"), *action = ct_json_in__str(root, "Action");
	const char *id = ct_json_in__str(actor, "ID");

	if (!type || strcmp(type, "container") != 0 || !action || !id)
		return false;
	if (!strcmp(action, "died"))
		action = "die";
	else if (!strcmp(action, "remove"))
		action = "destroy";
	*ev = (struct ct_engine_event){
		.action = action,
		.id = id,
		.name = ct_json_in__str(attrs, "name"),
		.image = ct_json_in__str(attrs, "image"),
		.label = label_key ? ct_json_in__str(attrs, label_key) : NULL,
		.project = ct_json_in__str(attrs, "com.docker.compose.project"),
		.service = ct_json_in__str(attrs, "com.docker.compose.service"),
		.labels = attrs,
		.exit_code = strcmp(action, "die") ? -1 : exit_code(attrs),
		.time_ns = json_integer_value(json_object_get(root, "timeNano")),
	};
	return true;
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
	struct ct_docker_stream *s = arg;

	ct_docker_lines__add(&s->lines, data, size * n);
	return n;
}

static size_t take_header(char *data, size_t size, size_t n, void *arg)
{
	struct ct_docker_stream *s = arg;

	if (size * n == 2 && !memcmp(data, "\r\n", 2))
		s->established = true;
	return n;
}

void ct_docker_stream__close(struct ct_docker_stream *s)
{
	if (s->multi && s->easy)
		curl_multi_remove_handle(s->multi, s->easy);
	curl_easy_cleanup(s->easy);
	curl_multi_cleanup(s->multi);
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->kick >= 0)
		close(s->kick);
	ct_str__free(&s->lines.buf);
	free(s->label_key);
	*s = (struct ct_docker_stream){ .epoll = -1, .kick = -1 };
}

static bool has_ended(CURLM *multi)
{
	int left;

	return curl_multi_info_read(multi, &left) != NULL;
}

static int wait_for_header(struct ct_docker_stream *s)
{
	uint64_t end = ct_clock__now_ns() + HEADER_TIMEOUT_MS * CT_NS_PER_MS, now;
	long status = 0;
	int running;

	for (;;) {
		if (curl_multi_perform(s->multi, &running))
			return -EIO;
		if (s->established)
			break;
		if (has_ended(s->multi))
			return -ECONNREFUSED;
		now = ct_clock__now_ns();
		if (now >= end)
			return -ETIMEDOUT;
		curl_multi_wait(s->multi, NULL, 0, (int)((end - now) / CT_NS_PER_MS) + 1, NULL);
	}
	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	return status == 200 ? 0 : -EPROTO;
}

static int make_pollable(struct ct_docker_stream *s)
{
	struct epoll_event in = { .events = EPOLLIN };

	s->kick = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->kick < 0 || s->epoll < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->sock, &in) ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->kick, &in))
		return -errno;
	return 0;
}

/*
 * Docker sends the header before it subscribes to its own events: what happens in between is sent
 * only to those who ask for the past as well. The moment before the request is enough, since the
 * daemon has the same clock.
 */
static char *url_since_now(const struct ct_docker *d)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return ct_xasprintf("%s%s/events?since=%lld.%09ld&filters=%s", d->base, d->prefix,
			    (long long)t.tv_sec, t.tv_nsec,
			    d->info.runtime == CT_RT_PODMAN ? FILTER_PODMAN : FILTER_DOCKER);
}

int ct_docker__watch(struct ct_engine *e, const char *label_key, struct ct_err *err)
{
	struct ct_docker *d = ct_docker__of(e);
	struct ct_docker_stream *s = &d->stream;
	ct_autofree char *url = url_since_now(d);
	int ret = -ENOMEM;

	ct_docker_stream__close(s);
	s->label_key = label_key ? ct_xstrdup(label_key) : NULL;
	s->multi = curl_multi_init();
	s->easy = ct_docker__handle(d, &s->sock);
	if (s->multi && s->easy) {
		curl_easy_setopt(s->easy, CURLOPT_URL, url);
		curl_easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, take_body);
		curl_easy_setopt(s->easy, CURLOPT_WRITEDATA, s);
		curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, take_header);
		curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, s);
		curl_multi_add_handle(s->multi, s->easy);
		ret = wait_for_header(s);
	}
	if (!ret)
		ret = make_pollable(s);
	if (!ret)
		return s->epoll;
	ct_docker_stream__close(s);
	return ct_err__set(err, -ret, "cannot follow the events of %s at %s: %s", d->engine.server,
			   d->place, strerror(-ret));
}

/* A line that is not an event is skipped: one container's odd label must not blind us to others. */
static void deliver(struct ct_docker *d, ct_engine_event_fn fn, void *arg)
{
	struct ct_docker_stream *s = &d->stream;
	char *line;
	size_t len;

	while ((line = ct_docker_lines__next(&s->lines, &len))) {
		ct_autojson json_t *root = ct_json_in__load(line, len, NULL);
		struct ct_engine_event ev;

		if (!ct_docker_event__parse(root, s->label_key, &ev))
			continue;
		ev.from = &d->engine;
		fn(arg, &ev);
	}
}

/*
 * Returns the number of lines lost since the last call. A stream in which any user may write has
 * ended with the first one, or else that user could spoil all recordings for ever.
 */
static int count_lost(struct ct_docker *d)
{
	int lost = d->stream.lines.lost;

	d->stream.lines.lost = 0;
	return lost && d->at.uid ? -EMSGSIZE : lost;
}

int ct_docker__read(struct ct_engine *e, ct_engine_event_fn fn, void *arg)
{
	struct ct_docker_stream *s = &ct_docker__of(e)->stream;
	int running, ret = 0;
	eventfd_t ignored;

	if (!s->multi)
		return -EBADF;
	eventfd_read(s->kick, &ignored);
	if (curl_multi_perform(s->multi, &running))
		ret = -EIO;
	else if (has_ended(s->multi))
		ret = -ECONNRESET;
	deliver(ct_docker__of(e), fn, arg);
	return ret ?: count_lost(ct_docker__of(e));
}
