/* SPDX-License-Identifier: GPL-2.0-only */
/* Receivers of events on the loop of a test: datagrams, and a server that answers as it is told. */
#ifndef CT_UNIT_RECEIVER_H
#define CT_UNIT_RECEIVER_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/util.h"
#include "unit.h"

/* ---- datagrams on a unix socket ---- */

struct receiver {
	int fd;
	size_t count;
	char last[65536];
	size_t len;
	struct ct_source *source;
	struct ct_loop *loop;
};

static inline void receiver_take(void *arg, int fd, uint32_t events)
{
	struct receiver *r = arg;
	ssize_t n = recv(fd, r->last, sizeof(r->last) - 1, MSG_DONTWAIT);

	(void)events;
	if (n < 0)
		return;
	r->len = (size_t)n;
	r->last[n] = '\0';
	r->count++;
}

static inline void receiver_open(struct receiver *r, struct ct_loop *l, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	*r = (struct receiver){ .loop = l };
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	r->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(r->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ct_loop__add_fd(l, r->fd, EPOLLIN, receiver_take, r, &r->source);
}

static inline void receiver_close(struct receiver *r)
{
	ct_loop__remove(r->loop, &r->source);
	close(r->fd);
}

/* ---- a server of HTTP, or of anything that is only read ---- */

#define SERVER_CLIENTS 16

struct server {
	struct ct_loop *loop;
	int fd, port;
	struct ct_source *source;
	const char *answer; /* NULL: it never does */
	size_t requests, connections;
	char request[65536]; /* the last one, headers and body */
	struct server_client {
		struct server *s;
		int fd;
		struct ct_source *source;
		char text[65536];
		size_t len;
	} clients[SERVER_CLIENTS];
};

static inline bool server_is_whole(const char *text)
{
	const char *body = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "content-length:");

	return body && strlen(body + 4) >= (length ? strtoul(length + 15, NULL, 10) : 0);
}

static inline void server_read(void *arg, int fd, uint32_t events)
{
	struct server_client *c = arg;
	ssize_t n = recv(fd, c->text + c->len, sizeof(c->text) - 1 - c->len, MSG_DONTWAIT);

	(void)events;
	if (n <= 0) {
		ct_loop__remove(c->s->loop, &c->source);
		close(c->fd);
		c->fd = -1;
		return;
	}
	c->len += (size_t)n;
	c->text[c->len] = '\0';
	if (!server_is_whole(c->text)) {
		memcpy(c->s->request, c->text, c->len + 1);
		return;
	}
	c->s->requests++;
	memcpy(c->s->request, c->text, c->len + 1);
	c->len = 0;
	if (c->s->answer)
		(void)!send(fd, c->s->answer, strlen(c->s->answer), MSG_NOSIGNAL);
}

static inline void server_accept(void *arg, int fd, uint32_t events)
{
	struct server *s = arg;

	(void)events;
	for (size_t i = 0; i < SERVER_CLIENTS; i++) {
		struct server_client *c = &s->clients[i];

		if (c->fd >= 0)
			continue;
		c->s = s;
		c->len = 0;
		c->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		s->connections++;
		ct_loop__add_fd(s->loop, c->fd, EPOLLIN, server_read, c, &c->source);
		return;
	}
}

/* Answers those whose requests were left without an answer. */
static inline void server_answer(struct server *s, const char *answer)
{
	for (size_t i = 0; i < SERVER_CLIENTS; i++)
		if (s->clients[i].fd >= 0)
			(void)!send(s->clients[i].fd, answer, strlen(answer), MSG_NOSIGNAL);
}

/* On a port of 127.0.0.1 that is free. */
static inline struct server *server_open(struct ct_loop *l, const char *answer)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct server *s = ct_xzalloc(sizeof(*s));
	socklen_t len = sizeof(a);

	s->loop = l;
	s->answer = answer;
	for (size_t i = 0; i < SERVER_CLIENTS; i++)
		s->clients[i].fd = -1;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	CU_ASSERT_EQUAL_FATAL(listen(s->fd, 16), 0);
	getsockname(s->fd, (struct sockaddr *)&a, &len);
	s->port = ntohs(a.sin_port);
	ct_loop__add_fd(l, s->fd, EPOLLIN, server_accept, s, &s->source);
	return s;
}

static inline void server_close(struct server *s)
{
	ct_loop__remove(s->loop, &s->source);
	close(s->fd);
	for (size_t i = 0; i < SERVER_CLIENTS; i++) {
		ct_loop__remove(s->loop, &s->clients[i].source);
		if (s->clients[i].fd >= 0)
			close(s->clients[i].fd);
	}
	free(s);
}

/* ---- waiting ---- */

static inline void receiver_tick(void *arg)
{
	(void)arg;
}

/* Turns the loop until the condition holds; false: it does not within 20 s. */
#define RECEIVER_WAIT(loop, condition)                                                        \
	({                                                                                    \
		uint64_t limit = ct_clock__now_ns() + 20 * CT_NS_PER_SEC;                     \
		struct ct_source *tick = NULL;                                                \
                                                                                              \
		ct_loop__add_timer((loop), 0, 10 * CT_NS_PER_MS, receiver_tick, NULL, &tick); \
		while (!(condition) && ct_clock__now_ns() < limit)                            \
			ct_loop__turn(loop);                                                  \
		ct_loop__remove((loop), &tick);                                               \
		(condition);                                                                  \
	})

/* Turns the loop for so long, whatever happens. */
static inline void receiver_let_pass(struct ct_loop *l, uint64_t ns)
{
	uint64_t end = ct_clock__now_ns() + ns;

	(void)RECEIVER_WAIT(l, ct_clock__now_ns() >= end);
}

#endif
