/* SPDX-License-Identifier: GPL-2.0-only */
/* What the client, inspect and the event stream share; nobody else includes it but their tests. */
#ifndef CT_RUNTIME_DOCKER_PRIV_H
#define CT_RUNTIME_DOCKER_PRIV_H

#include <curl/curl.h>

#include "runtime/docker_api.h"
#include "runtime/json_in.h"

/* What holds for every container of a daemon. */
struct ct_docker_info {
	enum ct_runtime runtime;
	enum ct_seccomp seccomp; /* of a container that asks for none in particular */
	char seccomp_path[256]; /* its file, if it is not the built-in one; "": none, or too long */
	bool userns, rootless, no_new_privs;
	char *version;	   /* "20.10.24"; NULL: not reported */
	uint64_t caps_all; /* what "ALL" means to it */
};

/* Bytes in, lines out. */
struct ct_docker_lines {
	struct ct_str buf;
	size_t pos;    /* of the first byte not given out */
	bool skipping; /* within a line that was too long */
};

struct ct_docker_stream {
	CURLM *multi;
	CURL *easy;
	int sock; /* libcurl's, which closes it */
	int epoll, kick;
	bool established;
	struct ct_docker_lines lines;
	char *label_key;
};

/* What is attended to while an answer is waited for. */
struct ct_aside {
	int fd;
	void (*fn)(void *arg);
	void *arg;
};

struct ct_docker {
	struct ct_engine engine; /* first */
	CURL *easy;
	CURLM *multi; /* NULL until something is attended to while waiting */
	struct ct_aside aside;
	struct ct_endpoint at;
	char *place;	 /* for messages: a path or a URL */
	char *base;	 /* what URLs begin with */
	char prefix[32]; /* "/v1.41" */
	char libpod[32]; /* "/v4.3.1/libpod", Podman's own API */
	struct ct_docker_info info;
	struct ct_docker_stream stream;
};

static inline struct ct_docker *ct_docker__of(struct ct_engine *e)
{
	return (struct ct_docker *)e;
}

/* Of docker_events.c, see engine.h. */
int ct_docker__watch(struct ct_engine *e, const char *label_key, struct ct_err *err);
int ct_docker__read(struct ct_engine *e, ct_engine_event_fn fn, void *arg);

/* Of docker_http.c. */
void ct_docker__while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg);

/*
 * A handle with everything set that must never differ: socket or certificates, no proxies, no
 * signals. The connection's descriptor is noted in *sock, if not NULL.
 */
CURL *ct_docker__handle(const struct ct_docker *d, int *sock);

/* The API version to ask for, given the newest one the server knows; -EINVAL if that is none. */
int ct_docker__negotiate(const char *server_max, unsigned int *major, unsigned int *minor);

/* The SecurityOptions of GET /info. */
void ct_docker_info__parse(const json_t *root, struct ct_docker_info *info);

/* Docker's GET /containers/ID/json, or libpod's. Returns 0 or -EBADMSG, w untouched then. */
int ct_docker_inspect__parse(const json_t *root, const struct ct_docker_info *info,
			     struct ct_workload *w);

/*
 * Did Compose make the container, or does it only have the labels of its image? Compose adds a
 * hash of its own (io.podman.compose's name for it is another), images that it builds have its
 * other labels, too.
 */
bool ct_docker_labels__have_hash(const json_t *container, const json_t *image);
bool ct_docker_labels__are_own(const json_t *container, const json_t *image);

/* "CMD-SHELL" and so on as the words that will be executed, joined by spaces; NULL: no check. */
char *ct_docker_health__command(const json_t *config);

/* What Docker gives to a container with these CapAdd and CapDrop. */
uint64_t ct_docker__caps(const struct ct_docker_info *info, bool privileged, const json_t *add,
			 const json_t *drop);

/* The same of a container with these labels, the image's being asked for. */
bool ct_docker__are_composes(struct ct_docker *d, const char *image, const json_t *labels);

void ct_docker_lines__add(struct ct_docker_lines *l, const char *data, size_t len);
/* The next whole line without its newline, valid until lines are added; NULL: none yet. */
const char *ct_docker_lines__next(struct ct_docker_lines *l, size_t *len);

/* One event; its strings belong to root. False unless it is a container's. */
bool ct_docker_event__parse(const json_t *root, const char *label_key, struct ct_engine_event *ev);

void ct_docker_stream__close(struct ct_docker_stream *s);

#endif
