/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/wire.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"

#define TIMEOUT_NS (10 * CT_NS_PER_SEC)
#define LOOK_NS	   (20 * CT_NS_PER_MS) /* how often it asks whether a name was resolved */

/*
 * A name look-up and its result, kept until the connection ends. It may outlive its wire, because a
 * look-up that has begun cannot be stopped.
 */
struct look_up {
	struct gaicb request;
	struct addrinfo hints;
	char *host, *port;
};

struct ct_wire {
	struct ct_loop *loop;
	char *address;
	int type; /* SOCK_DGRAM, SOCK_STREAM */
	ct_wire_fn fn;
	void *arg;
	int fd; /* -1: there is no connection */
	bool connecting;
	struct look_up *look_up;
	const struct addrinfo *next; /* the address of its name to try next */
	struct ct_source *source, *tick, *limit;
	char *data; /* the message in hand; NULL: none */
	size_t len, sent;
};

static int split(const char *address, const char **path, char **host, char **port)
{
	const char *rest = address + 4, *colon = strrchr(rest, ':');
	size_t n = colon ? (size_t)(colon - rest) : 0;

	*path = NULL;
	if (!strncmp(address, "unix:", 5)) {
		*path = address + 5;
		return **path == '/' &&
				       strlen(*path) < sizeof(((struct sockaddr_un *)0)->sun_path) ?
			       0 :
			       -EINVAL;
	}
	if ((strncmp(address, "udp:", 4) != 0 && strncmp(address, "tcp:", 4) != 0) || !n ||
	    !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    strlen(colon + 1) > 5 || atoi(colon + 1) < 1 || atoi(colon + 1) > 65535)
		return -EINVAL;
	if (host && rest[0] == '[' && rest[n - 1] == ']')
		*host = ct_xstrndup(rest + 1, n - 2);
	else if (host)
		*host = ct_xstrndup(rest, n);
	if (host)
		*port = ct_xstrdup(colon + 1);
	return 0;
}

int ct_wire__check(const char *address, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(address);
	const char *path;

	if (strlen(address) < 4 || split(address, &path, NULL, NULL))
		return ct_err__set(err, EINVAL,
				   "address '%s': write unix:/PATH, udp:HOST:PORT or tcp:HOST:PORT",
				   shown);
	return 0;
}

struct ct_wire *ct_wire__new(struct ct_loop *l, const char *address, ct_wire_fn fn, void *arg)
{
	struct ct_wire *w = ct_xzalloc(sizeof(*w));

	w->loop = l;
	w->address = ct_xstrdup(address);
	w->type = strncmp(address, "tcp:", 4) != 0 ? SOCK_DGRAM : SOCK_STREAM;
	w->fn = fn;
	w->arg = arg;
	w->fd = -1;
	return w;
}

bool ct_wire__is_stream(const struct ct_wire *w)
{
	return w->type == SOCK_STREAM;
}

static void free_look_up(struct look_up *l)
{
	if (l->request.ar_result)
		freeaddrinfo(l->request.ar_result);
	free(l->host);
	free(l->port);
	free(l);
}

static void disconnect(struct ct_wire *w)
{
	ct_loop__remove(w->loop, &w->source);
	ct_loop__remove(w->loop, &w->tick);
	ct_loop__remove(w->loop, &w->limit);
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->connecting = false;
	/* A look-up that is still running cannot be freed; its memory leaks. */
	if (w->look_up && gai_cancel(&w->look_up->request) != EAI_NOTCANCELED)
		free_look_up(w->look_up);
	w->look_up = NULL;
	w->next = NULL;
}

void ct_wire__free(struct ct_wire *w)
{
	if (!w)
		return;
	disconnect(w);
	free(w->address);
	free(w->data);
	free(w);
}

/* Ends the message in hand, and tells the owner how it went. */
static void finish(struct ct_wire *w, int error, const char *why)
{
	ct_loop__remove(w->loop, &w->limit);
	free(ct_steal(w->data));
	if (error)
		disconnect(w);
	w->fn(w->arg, error, why);
}

static void fail(struct ct_wire *w, int error, const char *why)
{
	ct_autofree char *address = ct_printable(w->address);
	ct_autofree char *text = ct_xasprintf("cannot reach %s: %s", address,
					      why ? why : strerror(-error));

	finish(w, error, text);
}

/* ---- a message ---- */

static void on_ready(void *arg, int fd, uint32_t events);

static int watch(struct ct_wire *w)
{
	return w->source ? 0 : ct_loop__add_fd(w->loop, w->fd, EPOLLOUT, on_ready, w, &w->source);
}

/* Returns 0 if all was written, -EINPROGRESS if the rest follows when there is room. */
static int write_on(struct ct_wire *w)
{
	int ret;

	while (w->sent < w->len) {
		ssize_t n = send(w->fd, w->data + w->sent, w->len - w->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n < 0) {
			ret = watch(w);
			return ret ? ret : -EINPROGRESS;
		}
		w->sent += (size_t)n;
	}
	ct_loop__remove(w->loop, &w->source);
	return 0;
}

static void go_on(struct ct_wire *w)
{
	int ret = write_on(w);

	if (!ret)
		finish(w, 0, NULL);
	else if (ret != -EINPROGRESS)
		fail(w, ret, NULL);
}

/* ---- the way there ---- */

static int connect_to(struct ct_wire *w, const struct sockaddr *to, socklen_t len)
{
	int ret;

	w->fd = socket(to->sa_family, w->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (w->fd < 0)
		return -errno;
	if (!connect(w->fd, to, len))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	w->connecting = true;
	ret = watch(w);
	return ret ? ret : -EINPROGRESS;
}

static int connect_unix(struct ct_wire *w, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	strcpy(to.sun_path, path);
	return connect_to(w, (const struct sockaddr *)&to, sizeof(to));
}

/* Tries one after the other: a name such as localhost may have an address where nobody listens. */
static void connect_next(struct ct_wire *w)
{
	int ret = -EHOSTUNREACH;

	do {
		const struct addrinfo *a = w->next;

		ct_loop__remove(w->loop, &w->source);
		if (w->fd >= 0)
			close(w->fd);
		w->next = a->ai_next;
		ret = connect_to(w, a->ai_addr, a->ai_addrlen);
	} while (ret && ret != -EINPROGRESS && w->next);
	if (!ret)
		go_on(w);
	else if (ret != -EINPROGRESS)
		fail(w, ret, NULL);
}

static void on_ready(void *arg, int fd, uint32_t events)
{
	struct ct_wire *w = arg;
	int error = 0;
	socklen_t len = sizeof(error);
	bool failed = w->connecting &&
		      (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) || error);

	(void)events;
	w->connecting = false;
	if (failed && w->next)
		connect_next(w);
	else if (failed)
		fail(w, -(error ? error : EIO), NULL);
	else
		go_on(w);
}

static void on_tick(void *arg)
{
	struct ct_wire *w = arg;
	int found = gai_error(&w->look_up->request);

	if (found == EAI_INPROGRESS)
		return;
	ct_loop__remove(w->loop, &w->tick);
	if (found) {
		fail(w, -EHOSTUNREACH, gai_strerror(found));
		return;
	}
	w->next = w->look_up->request.ar_result;
	connect_next(w);
}

static int look_up(struct ct_wire *w, char *host, char *port)
{
	struct look_up *l = w->look_up = ct_xzalloc(sizeof(*l));
	struct gaicb *list[] = { &l->request };

	l->host = host;
	l->port = port;
	l->hints = (struct addrinfo){ .ai_family = AF_UNSPEC, .ai_socktype = w->type };
	l->request = (struct gaicb){ .ar_name = host, .ar_service = port, .ar_request = &l->hints };
	if (getaddrinfo_a(GAI_NOWAIT, list, 1, NULL)) {
		free_look_up(ct_steal(w->look_up));
		return -EAGAIN;
	}
	return ct_loop__add_timer(w->loop, 0, LOOK_NS, on_tick, w, &w->tick) ? -ENOMEM :
									       -EINPROGRESS;
}

static int begin(struct ct_wire *w)
{
	char *host = NULL, *port = NULL;
	const char *path;

	if (split(w->address, &path, &host, &port))
		return -EINVAL;
	return path ? connect_unix(w, path) : look_up(w, host, port);
}

static void on_limit(void *arg)
{
	fail(arg, -ETIMEDOUT, NULL);
}

/* Did the other end close the connection, or did it fail? */
static bool is_broken(const struct ct_wire *w)
{
	char c;
	ssize_t n = recv(w->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);

	return w->type == SOCK_STREAM && (!n || (n < 0 && errno != EAGAIN && errno != EINTR));
}

int ct_wire__send(struct ct_wire *w, const char *data, size_t len, struct ct_err *err)
{
	int ret;

	if (w->fd >= 0 && is_broken(w))
		disconnect(w);
	free(w->data);
	w->data = ct_xzalloc(len + 1);
	memcpy(w->data, data, len);
	w->len = len;
	w->sent = 0;
	ret = w->fd < 0 ? begin(w) : 0;
	if (!ret)
		ret = write_on(w);
	if (ret == -EINPROGRESS) {
		(void)ct_loop__add_timer(w->loop, TIMEOUT_NS, 0, on_limit, w, &w->limit);
		return ret;
	}
	free(ct_steal(w->data));
	if (ret) {
		ct_autofree char *address = ct_printable(w->address);

		disconnect(w);
		return ct_err__set(err, -ret, "cannot reach %s: %s", address, strerror(-ret));
	}
	return 0;
}
