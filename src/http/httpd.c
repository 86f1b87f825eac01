/* SPDX-License-Identifier: GPL-2.0-only */
#include "http/httpd.h"

#include <errno.h>

#ifdef CT_HAVE_MICROHTTPD

#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/token.h"

#define MAX_CLIENTS	64
#define MAX_HEAD	32768u /* bytes of a request's line and headers and the answer's headers */
#define MAX_BODY	8192
#define REQUEST_SECONDS 20u /* for one request and its answer, even if data keeps coming */
#define IDLE_SECONDS	60u /* between two requests on a connection */

/* A connection. */
struct client {
	struct client *next;
	int fd;
	uint64_t until_ns; /* by when the next request must have been answered */
};

struct ct_httpd {
	struct ct_loop *loop;
	struct ct_source *events, *timer;
	struct ct_listener listener;
	struct MHD_Daemon *mhd;
	struct client *clients;
	struct ct_strings hosts;
	char *token;
	bool own_login;
	ct_http_fn fn;
	void *arg;
};

/* A request that is being read. */
struct incoming {
	struct ct_str body;
	bool too_large;
};

static enum MHD_Result keep_pair(void *arg, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	struct ct_http_pairs *pairs = arg;

	(void)kind;
	*CT_PUSH(pairs->items, pairs->len, pairs->cap) = (struct ct_http_pair){ name, value };
	return MHD_YES;
}

static enum MHD_Result answer(struct MHD_Connection *c, struct ct_http_response *res)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		res->body.len, res->body.s ? res->body.s : "",
		res->body.s ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	enum MHD_Result done;

	if (!r)
		return MHD_NO;
	res->body = (struct ct_str){ 0 };
	for (size_t i = 0; i + 1 < res->headers.len; i += 2)
		MHD_add_response_header(r, res->headers.items[i], res->headers.items[i + 1]);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(r, "Cache-Control", "no-store");
	done = MHD_queue_response(c, res->status, r);
	MHD_destroy_response(r);
	return done;
}

/* "Authorization: Bearer TOKEN" */
static bool brings_token(const struct ct_httpd *d, const struct ct_http_request *req)
{
	const char *given = ct_http__header(req, "Authorization");

	if (!given || strncasecmp(given, "Bearer ", 7))
		return false;
	return ct_token__equal(d->token, given + 7 + strspn(given + 7, " "));
}

static size_t count_hosts(const struct ct_http_request *req)
{
	size_t n = 0;

	for (size_t i = 0; i < req->headers.len; i++)
		n += !strcasecmp(req->headers.items[i].name, "Host");
	return n;
}

static void dispatch(const struct ct_httpd *d, struct ct_http_request *req,
		     struct ct_http_response *res)
{
	req->trusted = !d->token || brings_token(d, req);
	if (count_hosts(req) > 1 ||
	    (!d->listener.unix_ && !ct_httpd__host_is_ours(ct_http__header(req, "Host"),
							   (const char *const *)d->hosts.items))) {
		ct_http__say(res, 421,
			     "The Host header does not name this server. Use its address, or "
			     "add the name to 'hosts' in its configuration (captrim page: "
			     "--host).");
	} else if (!req->trusted && !d->own_login) {
		ct_http__add_header(res, "WWW-Authenticate", "Bearer realm=\"captrim\"");
		ct_http__say(res, 401, "This needs the token: Authorization: Bearer TOKEN");
	} else {
		d->fn(d->arg, req, res);
	}
}

static enum MHD_Result respond(const struct ct_httpd *d, struct MHD_Connection *c,
			       const char *method, const char *path, const struct incoming *in)
{
	struct ct_http_request req = { .method = method, .path = path };
	struct ct_http_response res = { .status = 200 };
	enum MHD_Result done;

	if (!strcmp(method, "POST")) {
		req.body = in->body.s ? in->body.s : "";
		req.body_len = in->body.len;
	}
	MHD_get_connection_values(c, MHD_HEADER_KIND, keep_pair, &req.headers);
	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, keep_pair, &req.query);
	MHD_get_connection_values(c, MHD_COOKIE_KIND, keep_pair, &req.cookies);
	if (in->too_large)
		ct_http__say(&res, 413, "The request is too large.");
	else
		dispatch(d, &req, &res);
	done = answer(c, &res);
	ct_http_response__free(&res);
	free(req.headers.items);
	free(req.query.items);
	free(req.cookies.items);
	return done;
}

static enum MHD_Result refuse_method(struct MHD_Connection *c)
{
	struct ct_http_response res = { 0 };
	enum MHD_Result done;

	ct_http__add_header(&res, "Allow", "GET, HEAD, POST");
	ct_http__say(&res, 405, "Only GET, HEAD and POST are understood.");
	done = answer(c, &res);
	ct_http_response__free(&res);
	return done;
}

/* Called once with the headers, then with each piece of the body, then once more at the end. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *len, void **state)
{
	struct ct_httpd *d = arg;
	struct incoming *in = *state;

	(void)version;
	if (!in) {
		if (strcmp(method, "GET") && strcmp(method, "HEAD") && strcmp(method, "POST"))
			return refuse_method(c);
		*state = ct_xzalloc(sizeof(*in));
		return MHD_YES;
	}
	if (!*len)
		return respond(d, c, method, url, in);
	if (in->body.len + *len > MAX_BODY)
		in->too_large = true;
	else
		ct_str__addn(&in->body, data, *len);
	*len = 0;
	return MHD_YES;
}

static uint64_t in_seconds(unsigned int seconds)
{
	return ct_clock__now_ns() + seconds * CT_NS_PER_SEC;
}

static struct client *client_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void on_completed(void *arg, struct MHD_Connection *c, void **state,
			 enum MHD_RequestTerminationCode how)
{
	struct client *client = client_of(c);
	struct incoming *in = *state;

	(void)arg;
	(void)how;
	if (client)
		client->until_ns = in_seconds(IDLE_SECONDS + REQUEST_SECONDS);
	if (!in)
		return;
	ct_str__free(&in->body);
	free(in);
	*state = NULL;
}

static void on_connection(void *arg, struct MHD_Connection *c, void **context,
			  enum MHD_ConnectionNotificationCode how)
{
	struct ct_httpd *d = arg;
	struct client *client = *context;

	if (how == MHD_CONNECTION_NOTIFY_STARTED) {
		client = ct_xzalloc(sizeof(*client));
		client->fd =
			MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		client->until_ns = in_seconds(REQUEST_SECONDS);
		client->next = d->clients;
		d->clients = client;
		*context = client;
		return;
	}
	for (struct client **link = &d->clients; *link; link = &(*link)->next) {
		if (*link != client)
			continue;
		*link = client->next;
		free(client);
		break;
	}
}

/*
 * Ends connections whose requests take too long, and returns in how many nanoseconds to look again
 * (UINT64_MAX: never). libmicrohttpd's own limit only ends those on which nothing is sent.
 */
static uint64_t drop_slow_clients(struct ct_httpd *d)
{
	uint64_t now = ct_clock__now_ns(), next = UINT64_MAX;

	for (struct client *c = d->clients; c; c = c->next) {
		if (c->until_ns <= now) {
			shutdown(c->fd, SHUT_RDWR);
			c->until_ns = in_seconds(REQUEST_SECONDS);
		}
		next = c->until_ns < next ? c->until_ns : next;
	}
	return next == UINT64_MAX ? next : next - now;
}

static void on_timer(void *arg);

/* Lets libmicrohttpd work, and sets the timer for when it must be called again without an event. */
static void serve(struct ct_httpd *d)
{
	MHD_UNSIGNED_LONG_LONG ms;
	uint64_t wait;

	MHD_run(d->mhd);
	wait = drop_slow_clients(d);
	if (MHD_get_timeout(d->mhd, &ms) == MHD_YES && ms < wait / CT_NS_PER_MS)
		wait = ms * CT_NS_PER_MS;
	ct_loop__remove(d->loop, &d->timer);
	if (wait != UINT64_MAX)
		ct_loop__add_timer(d->loop, wait, 0, on_timer, d, &d->timer);
}

static void on_timer(void *arg)
{
	serve(arg);
}

static void on_events(void *arg, int fd, uint32_t events)
{
	(void)fd;
	(void)events;
	serve(arg);
}

/* After a fatal error libmicrohttpd ends the program; this says why first. */
static void on_panic(void *arg, const char *file, unsigned int line, const char *reason)
{
	(void)arg;
	ct_warn("libmicrohttpd failed at %s:%u: %s", file, line, reason);
	abort();
}

static int start(struct ct_httpd *d, struct ct_err *err)
{
	const union MHD_DaemonInfo *info;
	int ret;

	MHD_set_panic_func(on_panic, NULL);
	d->mhd = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, d, MHD_OPTION_LISTEN_SOCKET,
		d->listener.fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)MAX_CLIENTS,
		MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)MAX_HEAD, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, d, MHD_OPTION_NOTIFY_CONNECTION, on_connection, d, MHD_OPTION_END);
	if (!d->mhd)
		return ct_err__set(err, EIO, "cannot serve %s: libmicrohttpd does not start",
				   d->listener.text);
	info = MHD_get_daemon_info(d->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	ret = info ? ct_loop__add_fd(d->loop, info->epoll_fd, EPOLLIN, on_events, d, &d->events) :
		     -EIO;
	if (ret)
		return ct_err__set(err, -ret, "cannot serve %s: %s", d->listener.text,
				   strerror(-ret));
	return 0;
}

int ct_httpd__new(struct ct_loop *loop, const struct ct_httpd_opts *opts, ct_http_fn fn, void *arg,
		  struct ct_httpd **out, struct ct_err *err)
{
	struct ct_httpd *d = ct_xzalloc(sizeof(*d));
	int ret = 0;

	*d = (struct ct_httpd){ .loop = loop, .fn = fn, .arg = arg, .own_login = opts->own_login };
	d->listener.fd = -1;
	ct_httpd__set_token(d, opts->token);
	if (opts->hosts)
		ct_strings__add_all(&d->hosts, opts->hosts);
	if (opts->listener) {
		d->listener = *opts->listener;
		*opts->listener = (struct ct_listener){ .fd = -1 };
	} else {
		ret = ct_listener__open(opts->listen, opts->name, &d->listener, err);
	}
	if (!ret && !d->listener.local && !d->token)
		ret = ct_listener__needs_token(d->listener.text, err);
	if (!ret)
		ret = start(d, err);
	if (ret) {
		ct_httpd__free(d);
		return ret;
	}
	*out = d;
	return 0;
}

void ct_httpd__free(struct ct_httpd *d)
{
	if (!d)
		return;
	ct_loop__remove(d->loop, &d->events);
	ct_loop__remove(d->loop, &d->timer);
	if (d->mhd) {
		MHD_stop_daemon(d->mhd); /* closes the socket, too */
		d->listener.fd = -1;
	}
	ct_listener__close(&d->listener);
	ct_strings__free(&d->hosts);
	free(d->token);
	free(d);
}

const char *ct_httpd__address(const struct ct_httpd *d)
{
	return d->listener.text;
}

bool ct_httpd__knows(const struct ct_httpd *d, const char *token)
{
	return ct_token__equal(d->token, token);
}

void ct_httpd__set_token(struct ct_httpd *d, const char *token)
{
	char *copy = token ? ct_xstrdup(token) : NULL;

	free(d->token);
	d->token = copy;
}

int ct_httpd__available(struct ct_err *err)
{
	(void)err;
	return 0;
}

#else

int ct_httpd__available(struct ct_err *err)
{
	return ct_err__set(err, ENOSYS,
			   "captrim was built without libmicrohttpd, which serves metrics and "
			   "pages; build it with that library (package libmicrohttpd-dev)");
}

int ct_httpd__new(struct ct_loop *loop, const struct ct_httpd_opts *opts, ct_http_fn fn, void *arg,
		  struct ct_httpd **d, struct ct_err *err)
{
	(void)loop, (void)fn, (void)arg, (void)d;
	if (opts->listener)
		ct_listener__close(opts->listener);
	return ct_httpd__available(err);
}

void ct_httpd__free(struct ct_httpd *d)
{
	(void)d;
}

const char *ct_httpd__address(const struct ct_httpd *d)
{
	(void)d;
	return "";
}

bool ct_httpd__knows(const struct ct_httpd *d, const char *token)
{
	(void)d, (void)token;
	return false;
}

void ct_httpd__set_token(struct ct_httpd *d, const char *token)
{
	(void)d, (void)token;
}

#endif
