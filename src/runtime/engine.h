/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection to an engine: the daemon that starts containers and answers questions about them.
 * captrim works without one, but then shows ids in place of names.
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
	const char *project, *service; /* Compose labels, or NULL; may come from the image */
	const struct json_t *labels;   /* all of them */
	struct ct_engine *from;	       /* the engine that reports it */
	int exit_code;		       /* of "die"; -1: another event, or not told */
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
	/* NULL where the members of struct ct_engine are enough to tell. */
	bool (*is_of)(struct ct_engine *e, enum ct_runtime rt);
	bool (*is_roots)(struct ct_engine *e, const char *id);
};

/* The first member of each runtime's own struct. */
struct ct_engine {
	const struct ct_engine_ops *ops;
	enum ct_runtime runtime;
	bool rootless; /* runs as an ordinary user */
	uint32_t uid;  /* whose containers alone it may have; 0: root's engine, or anybody's */
	char *server;  /* its name and version: "docker 20.10.24" */
};

void ct_engine__close(struct ct_engine *e); /* NULL is allowed */

/*
 * Lets fn be called whenever fd is readable while e waits for an answer, since a daemon that is
 * starting containers may take seconds to answer. fn must not ask e for anything.
 */
void ct_engine__while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg);

/*
 * Fills w with what the engine says of a container: container.*, runtime, kind, and configured,
 * which is what the engine would grant (the bounding set seen at execve is better where it is
 * known). A string that the answer lacks stays as it was. A daemon that is starting the container
 * answers only when that is done, up to a second later: ask at "start", when an answer takes a
 * millisecond, rather than between "create" and "start". -ENOENT: no such container.
 */
int ct_engine__inspect(struct ct_engine *e, const char *id_or_name, struct ct_workload *w,
		       struct ct_err *err);

/*
 * A container's full id, which the caller frees, and the host pid of its main process (0: not
 * running). -ENOTUNIQ: several users have a container of that name.
 */
int ct_engine__find(struct ct_engine *e, const char *id_or_name, char **full_id, int *pid,
		    struct ct_err *err);

/* Calls fn with the id of each running container (of a Compose project, unless that is NULL). */
int ct_engine__list(struct ct_engine *e, const char *project, ct_engine_id_fn fn, void *arg,
		    struct ct_err *err);

/* Are the Compose labels of an event the container's own, rather than its image's? */
bool ct_engine__is_composes(struct ct_engine *e, const struct ct_engine_event *ev);

/*
 * Starts to stream container events over a connection of its own. Returns a file descriptor for
 * poll, owned by e, or a negative errno. When it is readable, call ct_engine__read(), which never
 * blocks, calls fn for each complete event, and returns how many were too long to be read, or a
 * negative errno when the stream has ended (stop polling the descriptor then); -EPIPE: the stream
 * of one of several engines has ended, or could not be opened, and the others go on. Every other
 * container created after the watch began is reported, its first events perhaps twice.
 */
int ct_engine__watch(struct ct_engine *e, const char *label_key, struct ct_err *err);
int ct_engine__read(struct ct_engine *e, ct_engine_event_fn fn, void *arg);

/*
 * Restarts a container as its client's "restart" does: asks it to end within its own stop timeout,
 * then starts it; one that is not running is started. Returns when that is done.
 */
int ct_engine__restart(struct ct_engine *e, const char *id, struct ct_err *err);

/* Can the engine have containers of that runtime? */
bool ct_engine__is_of(struct ct_engine *e, enum ct_runtime rt);

/* Does an engine that runs as root have a container of that id? */
bool ct_engine__is_roots(struct ct_engine *e, const char *id);

/* The end of a message: what may help against a positive errno of an engine's socket, or "". */
const char *ct_engine__cure(int code);

#endif
