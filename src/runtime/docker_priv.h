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
	enum ct_seccomp seccomp; /* of a container that does not ask for a profile */
	char seccomp_path[256];	 /* the daemon's name for it, or a path; "": none, or too long */
	bool userns, rootless, no_new_privs;
	char *version;	   /* "20.10.24"; NULL: not reported */
	uint64_t caps_all; /* what "ALL" means to the daemon */
};

/* Bytes in, lines out. */
struct ct_docker_lines {
	struct ct_str buf;
	size_t pos;    /* of the first byte not given out */
	bool skipping; /* inside a line that was too long */
	int lost;      /* lines that were too long */
};

struct ct_docker_stream {
	CURLM *multi;
	CURL *easy;
	int sock; /* owned by libcurl, which closes it */
	int epoll, kick;
	bool established;
	struct ct_docker_lines lines;
	char *label_key;
};

/* A descriptor that is attended to while an answer is awaited. */
struct ct_aside {
	int fd;
	void (*fn)(void *arg);
	void *arg;
};

struct ct_docker {
	struct ct_engine engine; /* first */
	CURL *easy;
	CURLM *multi; /* NULL until aside is used */
	struct ct_aside aside;
	struct ct_endpoint at;
	char *place;	 /* for messages: a path or a URL */
	char *base;	 /* what URLs begin with */
	char prefix[32]; /* "/v1.41" */
	char libpod[32]; /* "/v4.3.1/libpod", Podman's own API */
	struct ct_docker_info info;
	struct ct_docker_stream stream;
	unsigned int unanswered; /* questions in a row that were not answered in time */
	uint64_t silent_until;	 /* CLOCK_MONOTONIC; until then it is not asked */
};

static inline struct ct_docker *ct_docker__of(struct ct_engine *e)
{
	return (struct ct_docker *)e;
}

/* In docker_events.c, see engine.h. */
int ct_docker__watch(struct ct_engine *e, const char *label_key, struct ct_err *err);
int ct_docker__read(struct ct_engine *e, ct_engine_event_fn fn, void *arg);

/* In docker_http.c, see engine.h. */
void ct_docker__while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg);

/*
 * A new handle with the options that all requests share: socket or certificates, no proxies, no
 * signals; NULL: libcurl failed. The connection's descriptor is stored in *sock, unless sock is
 * NULL.
 */
CURL *ct_docker__handle(const struct ct_docker *d, int *sock);

/* The API version to ask for, given the server's newest; -EINVAL if that is not a version. */
int ct_docker__negotiate(const char *server_max, unsigned int *major, unsigned int *minor);

/*
 * Is that the kernel with this release? Docker writes three numbers even if the release has only
 * two: "6.12-amd64" is "6.12.0-amd64" to it.
 */
bool ct_docker__is_kernel(const char *said, const char *release);

/* Reads the SecurityOptions of GET /info. */
void ct_docker_info__parse(const json_t *root, struct ct_docker_info *info);

/* Reads Docker's GET /containers/ID/json, or libpod's, into w. -EBADMSG: w is untouched. */
int ct_docker_inspect__parse(const json_t *root, const struct ct_docker_info *info,
			     struct ct_workload *w);

/*
 * Did Compose make the container, or does it only have the labels of its image? Compose gives each
 * container a hash (io.podman.compose has a name of its own for it), while images that it builds
 * have its other labels, too. Without the hash, __are_own() asks that every label differ from the
 * image's. image may be NULL.
 */
bool ct_docker_labels__have_hash(const json_t *container, const json_t *image);
bool ct_docker_labels__are_own(const json_t *container, const json_t *image);

/* The health check's words ("CMD-SHELL" ...) as executed, joined by spaces; NULL: no check. */
char *ct_docker_health__command(const json_t *config);

/* The capabilities that Docker gives to a container with these CapAdd and CapDrop. */
uint64_t ct_docker__caps(const struct ct_docker_info *info, bool privileged, const json_t *add,
			 const json_t *drop);

/* ct_docker_labels__are_own() with the labels of the image, which the daemon is asked for. */
bool ct_docker__are_composes(struct ct_docker *d, const char *image, const json_t *labels);

void ct_docker_lines__add(struct ct_docker_lines *l, const char *data, size_t len);
/* The next complete line without its newline, valid until lines are added; NULL: none yet. */
char *ct_docker_lines__next(struct ct_docker_lines *l, size_t *len);

/* Reads one event into *ev, whose strings belong to root. False: it is not a container's event. */
bool ct_docker_event__parse(const json_t *root, const char *label_key, struct ct_engine_event *ev);

void ct_docker_stream__close(struct ct_docker_stream *s);

#endif
