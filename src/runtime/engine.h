/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection to an engine: the daemon that starts containers, and answers for them. Everything
 * degrades: without one, ids stand for names.
 */
#ifndef CT_RUNTIME_ENGINE_H
#define CT_RUNTIME_ENGINE_H

#include "base/err.h"
#include "model/session.h"
#include "runtime/endpoint.h"

struct ct_engine;

/* What happened to a container. Strings are borrowed, valid during the call. */
struct ct_engine_event {
	/* In Docker's words: "create", "start", "die", "destroy", "rename", "exec_create: ...",
	 * "health_status: unhealthy"; an engine may have others, too. */
	const char *action;
	const char *id, *name, *image;
	const char *label;	       /* value of the label given to watch, or NULL */
	const char *project, *service; /* Compose labels, or NULL; perhaps the image's */
	const struct json_t *labels;   /* all of them */
	struct ct_engine *from;	       /* who tells it */
	int exit_code;		       /* "die", else -1 */
	int64_t time_ns;
};
typedef void (*ct_engine_event_fn)(void *arg, const struct ct_engine_event *ev);
typedef void (*ct_engine_id_fn)(void *arg, const char *id);

/* What a runtime with a daemon does; see the functions below. */
struct ct_engine_ops {
	int (*open)(const struct ct_endpoint *at, struct ct_engine **e, struct ct_err *err);
	void (*close)(struct ct_engine *e);
	int (*inspect)(struct ct_engine *e, const char *id_or_name, struct ct_workload *w,
		       struct ct_err *err);
	int (*find)(struct ct_engine *e, const char *id_or_name, char **full_id, int *pid,
		    struct ct_err *err);
	int (*list)(struct ct_engine *e, const char *project, ct_engine_id_fn fn, void *arg,
		    struct ct_err *err);
	bool (*is_composes)(struct ct_engine *e, const struct ct_engine_event *ev);
	void (*while_waiting)(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg);
	int (*watch)(struct ct_engine *e, const char *label_key, struct ct_err *err);
	int (*read)(struct ct_engine *e, ct_engine_event_fn fn, void *arg);
	int (*restart)(struct ct_engine *e, const char *id, struct ct_err *err);
	/* NULL where the engine's own members tell. */
	bool (*is_of)(struct ct_engine *e, enum ct_runtime rt);
	bool (*is_roots)(struct ct_engine *e, const char *id);
};

/* The beginning of each runtime's own. */
struct ct_engine {
	const struct ct_engine_ops *ops;
	enum ct_runtime runtime;
	bool rootless; /* an ordinary user's */
	uint32_t uid;  /* whose, where only that user's containers can be its; 0: root's, or
			  anybody's */
	char *server;  /* its name and version: "docker 20.10.24" */
};

void ct_engine__close(struct ct_engine *e); /* NULL is allowed */

/*
 * Whenever fd is readable while an answer is waited for, fn is called, which must not ask e for
 * anything. A daemon that starts containers may take seconds to answer.
 */
void ct_engine__while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg);

/*
 * What the engine says of a container into w: container.*, configured (what it would grant, as
 * the bounding set seen at execve is better when known), runtime, kind; a string the answer does
 * not have stays as it was. A daemon answers only when it is done with starting the container, up
 * to a second: ask at "start", when it takes a millisecond, rather than between "create" and that.
 * -ENOENT: no such container.
 */
int ct_engine__inspect(struct ct_engine *e, const char *id_or_name, struct ct_workload *w,
		       struct ct_err *err);

/*
 * A container's whole id and the host pid of its main process (0: not running). -ENOTUNIQ: several
 * users have one of that name.
 */
int ct_engine__find(struct ct_engine *e, const char *id_or_name, char **full_id, int *pid,
		    struct ct_err *err);

/* Calls fn with the id of every running container, or of those of a Compose project. */
int ct_engine__list(struct ct_engine *e, const char *project, ct_engine_id_fn fn, void *arg,
		    struct ct_err *err);

/* Are the Compose labels of an event the container's own, and not those of its image? */
bool ct_engine__is_composes(struct ct_engine *e, const struct ct_engine_event *ev);

/*
 * Starts to stream container events from now on over a connection of its own. Returns a file
 * descriptor for poll (owned by e) or a negative errno; when it is readable call
 * ct_engine__read(), which never blocks, calls fn for each complete event, and returns 0, or a
 * negative errno when the stream ended (take the descriptor out of the poll then); -EPIPE: that of
 * one of several engines did, and the others go on. Every container
 * created after the watch began is reported, its first events perhaps twice.
 */
int ct_engine__watch(struct ct_engine *e, const char *label_key, struct ct_err *err);
int ct_engine__read(struct ct_engine *e, ct_engine_event_fn fn, void *arg);

/*
 * Restarts a container, as its client's "restart" does: it is asked to end, in the time that it was
 * given for that, and started; one that does not run is started. Returns when that is done.
 */
int ct_engine__restart(struct ct_engine *e, const char *id, struct ct_err *err);

/* Can it have containers of that runtime? */
bool ct_engine__is_of(struct ct_engine *e, enum ct_runtime rt);

/* Does an engine of root's know a container of that id? */
bool ct_engine__is_roots(struct ct_engine *e, const char *id);

/* What may help against a positive errno of an engine's socket: the end of a message, or "". */
const char *ct_engine__cure(int code);

#endif
