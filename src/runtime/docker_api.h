/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of the Docker API, which Podman speaks as well: what the engine says of its containers.
 * Everything degrades: without an API, ids stand for names.
 */
#ifndef CT_RUNTIME_DOCKER_API_H
#define CT_RUNTIME_DOCKER_API_H

#include "base/err.h"
#include "model/session.h"

#define CT_PODMAN_SOCKET "/run/podman/podman.sock"

struct ct_docker_event;

/* A client of a Docker-compatible API over a unix socket (Docker, Podman). */
struct ct_docker;

/*
 * Connects and negotiates the API version through /_ping. socket NULL: from
 * DOCKER_HOST (unix:// only), else /var/run/docker.sock, then Podman's
 * /run/podman/podman.sock. Returns 0 or a negative errno with a message that
 * names the socket. The caller closes. timeout of every call: 5 s.
 */
int ct_docker__open(const char *socket, struct ct_docker **d, struct ct_err *err);
void ct_docker__close(struct ct_docker *d);
/*
 * Whenever fd is readable while an answer is waited for, fn is called, which must not ask d for
 * anything. A daemon that starts containers may take seconds to answer.
 */
void ct_docker__while_waiting(struct ct_docker *d, int fd, void (*fn)(void *arg), void *arg);
const char *ct_docker__server(const struct ct_docker *d); /* "docker 20.10.24", "podman 4.3.1" */
enum ct_runtime ct_docker__runtime(const struct ct_docker *d);
bool ct_docker__rootless(const struct ct_docker *d); /* an ordinary user's */

/*
 * GET /containers/ID/json into w: container.*, configured (from CapAdd, CapDrop,
 * Privileged: what the daemon would grant, as the bounding set seen at execve is better
 * when known), runtime, kind; a string the answer does not have stays as it was. A daemon
 * answers only when it is done with starting the container, up to a second: ask at
 * "start", when it takes a millisecond, rather than between "create" and that. If
 * label_key is not NULL *label becomes that label's value (caller frees; NULL when
 * absent). -ENOENT: no such container.
 */
int ct_docker__inspect(struct ct_docker *d, const char *id_or_name, struct ct_workload *w,
		       const char *label_key, char **label, struct ct_err *err);

/*
 * Are the Compose labels of an event the container's own, and not those of its image?
 */
bool ct_docker__event_is_composes(struct ct_docker *d, const struct ct_docker_event *ev);

/* Also gives the host pid of the main process (0: not running); for record -c. */
int ct_docker__find(struct ct_docker *d, const char *id_or_name, char **full_id, int *pid,
		    struct ct_err *err);

/* Calls fn with the id of every running container of a Compose project. */
int ct_docker__project(struct ct_docker *d, const char *project,
		       void (*fn)(void *arg, const char *id), void *arg, struct ct_err *err);

/*
 * Restarts a container, as its client's "restart" does: it is asked to end, in the time that it was
 * given for that, and started; one that does not run is started. Returns when that is done.
 */
int ct_docker__restart(struct ct_docker *d, const char *id, struct ct_err *err);

/* Names of all containers, for messages ("there are: a, b, c"); caller frees. */
char *ct_docker__names(struct ct_docker *d);

/* One event of the daemon's stream. Strings are borrowed, valid during the call. */
struct ct_docker_event {
	/* "create", "start", "die", "destroy", "rename", "exec_create: ...",
	 * "health_status: unhealthy"; Podman's go by
	 * the same names, but its others ("init", "exec" ...) come, too */
	const char *action;
	const char *id, *name, *image;
	const char *label;	       /* value of the label given to __watch, or NULL */
	const char *project, *service; /* Compose labels, or NULL; perhaps the image's */
	const struct json_t *labels;   /* all of them */
	int exit_code;		       /* "die", else -1 */
	int64_t time_ns;
};
typedef void (*ct_docker_event_fn)(void *arg, const struct ct_docker_event *ev);

/*
 * Starts to stream container events from now on over a connection of its own.
 * Returns a file descriptor for poll (owned by d) or a negative errno; when it is readable call
 * ct_docker__watch_read, which never blocks, calls fn for each complete event, and
 * returns 0, or a negative errno when the stream ended (take the descriptor out of the poll
 * then). Every container created after __watch was called is reported, its first events
 * perhaps twice.
 */
int ct_docker__watch(struct ct_docker *d, const char *label_key, struct ct_err *err);
int ct_docker__watch_read(struct ct_docker *d, ct_docker_event_fn fn, void *arg);

#endif
