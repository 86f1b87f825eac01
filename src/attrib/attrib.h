/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a cgroup's path to the workload it belongs to, and from a container's id
 * to what its runtime says of it. Everything degrades: without an API, ids stand
 * for names.
 */
#ifndef CT_ATTRIB_ATTRIB_H
#define CT_ATTRIB_ATTRIB_H

#include "base/err.h"
#include "model/session.h"

/* What a cgroup path alone tells. */
struct ct_cgroup_name {
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	char id[256];	 /* container id, unit name, or the path itself */
	size_t root_len; /* of the path up to the workload's own cgroup, below that is part of it */
};

/*
 * Understands (with examples; v1 and v2, cgroupfs and systemd drivers):
 *   /docker/ID  /system.slice/docker-ID.scope  /libpod_parent/libpod-ID
 *   /machine.slice/libpod-ID.scope[/container]  /user.slice/.../libpod-ID.scope
 *   /kubepods/burstable/podUID/ID  /kubepods.slice/.../cri-containerd-ID.scope
 *   /.../crio-ID.scope  /NAMESPACE/NAME under containerd (only when given as such)
 *   /lxc.payload.NAME  /lxc/NAME  /machine.slice/machine-NAME.scope  .../payload
 *   /system.slice/NAME.service  /user.slice/user-N.slice/session-N.scope
 *   64 hex digits anywhere (--cgroup-parent): a container of CT_RT_NONE
 * conmon's own cgroup (libpod-conmon-ID) is not the container's.
 * The outermost container wins; a unit counts only without one. The units of a
 * user's own systemd are named after it: "user@1000.service/foo.service".
 * containerd's NAMESPACE is "default" or "k8s.io", other names could be anything.
 * Always succeeds: anything else is a CT_WL_CGROUP named by its path; a name
 * longer than id ends in a hash.
 */
void ct_cgroup__classify(const char *path, struct ct_cgroup_name *name);

/* The same of a path whose container is none: a name alone does not make one. */
void ct_cgroup__classify_plain(const char *path, struct ct_cgroup_name *name);

/* The uid of the user whose own systemd manages this cgroup (user@UID.service); -1: none. */
int64_t ct_cgroup__user_of(const char *path);

/*
 * The unit that systemd's tools mean by a name: one without a unit's suffix gets the given one
 * (".service"). The caller frees.
 */
char *ct_unit__name(const char *name, const char *suffix);

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

/*
 * An OCI bundle's config.json (runc, crun, podman's userdata, containerd's task
 * directory): configured bounding set, user, annotations' image name, namespaces ("host" or
 * "private"), no_new_privs, seccomp (default or custom by its size), and, where containers/storage
 * keeps them, Podman's name and image. Returns 0 or a negative errno.
 */
int ct_oci__read(const char *config_json, struct ct_workload *w, struct ct_err *err);

/*
 * Looks for the config.json of a container id in the usual places of Podman, CRI-O, containerd
 * and Docker's containerd, and in the state of runc and crun, which names the bundle wherever it
 * is. CT_RT_NONE: in all of them. The caller frees. NULL: not found.
 */
char *ct_oci__find(enum ct_runtime rt, const char *id);

/* A process's root directory (O_PATH); the caller closes. -ESRCH: the process is gone. */
int ct_open_root_of(int pid);

/*
 * File capabilities of a program that a process executed under this name, below its own
 * root, or, where the name leads nowhere, of /proc/PID/exe. *permitted is 0 without, and all
 * are on a nosuid mount. Returns 0 or a negative errno (-ESRCH: the process is gone;
 * -ETIMEDOUT, -EBUSY: a file system does not answer).
 */
int ct_fcaps__read(int pid, const char *path, uint64_t *permitted, bool *effective, bool *setid);

/* The same for a process that is gone: below a root directory that was kept. */
int ct_fcaps__read_below(int root, const char *path, uint64_t *permitted, bool *effective,
			 bool *setid);

/* Full cgroup path for a process in the hierarchy that captrim uses ("0::" on v2 and hybrid). */
int ct_cgroup__of_pid(int pid, char **path);

/* First words of the default seccomp profile logic live in judge/seccomp.c, not here. */

#endif
