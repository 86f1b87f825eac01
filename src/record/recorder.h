/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording in progress: the probe, the container daemon's events, the command
 * if there is one, and the loop over all of them.
 */
#ifndef CT_RECORD_RECORDER_H
#define CT_RECORD_RECORDER_H

#include "base/loop.h"
#include "record/collect.h"
#include "record/spawn.h"
#include "runtime/endpoint.h"

#define CT_RUN_LABEL "captrim.run"

/* Chooses the containers of these pods; NULL: any. If all are NULL, pods choose nothing. */
struct ct_pod_choice {
	const char *space;    /* namespace */
	const char *pod;      /* the pod's name, or that of its owner, perhaps as KIND/NAME */
	const char *selector; /* labels, see ct_labels__match() */
};

struct ct_recorder_opts {
	const char *backend;
	const char *const *syscalls; /* see ct_probe_opts */
	/* See ct_probe_opts. Used with endless alone; else it is on if syscalls are given. */
	bool outcomes;
	enum ct_detail detail;	       /* how much is noted of each check */
	struct ct_engine_words engine; /* to be asked for names, see ct_runtimes__connect */
	const char *label;	       /* value of CT_RUN_LABEL on containers to watch, or NULL */
	const char *project;	       /* Compose project to watch, or NULL */
	struct ct_pod_choice pods;     /* also those that start later */
	const char *cri;    /* the CRI's socket, asked for names and labels; NULL: not asked */
	bool any_container; /* every container that starts during the run is ours */
	bool all;	    /* every workload of the host */
	const char *hidden; /* word of the command that is not to be shown, or NULL */
	bool starts;	    /* a command starts what is watched, so units need not run yet */
	bool quiet;
	bool endless;		  /* for ct_recorder__take_new(): no signals, no limit, no end */
	const uint64_t *bounding; /* see ct_child_opts; must outlive the start */
	int output;
	/*
	 * Where a probe is kept from one recorder to the next, see ct_probe_opts.again; the caller
	 * has it closed by ct_recorder__close_spare(). NULL: each recorder has its own.
	 */
	struct ct_probe **spare;
};

struct ct_recorder;

/* Attaches first, then looks: what starts afterwards is seen from its first check. */
int ct_recorder__open(const struct ct_recorder_opts *opts, struct ct_recorder **r,
		      struct ct_err *err);
void ct_recorder__close(struct ct_recorder *r); /* leaves nothing behind */
void ct_recorder__close_spare(struct ct_probe **spare);

/* Adds a running container, see ct_resolve__container. */
int ct_recorder__watch_container(struct ct_recorder *r, const char *name, struct ct_err *err);
/* Adds the running containers of the project that ct_recorder_opts names. */
int ct_recorder__watch_running(struct ct_recorder *r, struct ct_err *err);
/*
 * Adds the running containers of the pods that ct_recorder_opts chooses; there may be none. Returns
 * a negative errno if the CRI that was named does not answer.
 */
int ct_recorder__watch_pods(struct ct_recorder *r, struct ct_err *err);
/* Adds the workload that a process belongs to. */
int ct_recorder__watch_pid(struct ct_recorder *r, int pid, struct ct_err *err);
/* Adds a systemd unit; a name without a suffix is a service. */
int ct_recorder__watch_unit(struct ct_recorder *r, const char *unit, struct ct_err *err);

/* Is something that is watched already running? Then its start was missed. */
bool ct_recorder__watches_running(struct ct_recorder *r);

/*
 * Restarts all that is watched, through its engine or systemd, and keeps recording, so that its
 * start is seen. -EINTR: the user aborted it; what was being restarted runs again.
 */
int ct_recorder__restart(struct ct_recorder *r, struct ct_err *err);

/* Adds a cgroup by its path, with everything below it. */
void ct_recorder__watch_cgroup(struct ct_recorder *r, const char *path);

/* The event loop, for what else is to be waited for while ct_recorder__loop() runs. */
struct ct_loop *ct_recorder__events(struct ct_recorder *r);
/* Ends the loop. */
void ct_recorder__end(struct ct_recorder *r);
struct ct_probe *ct_recorder__probe(struct ct_recorder *r);
struct ct_collect *ct_recorder__collect(struct ct_recorder *r);
const struct ct_host *ct_recorder__host(const struct ct_recorder *r);

/* Starts the command in a cgroup of its own, see ct_child__start. */
int ct_recorder__start(struct ct_recorder *r, char **argv, int *exec_errno, struct ct_err *err);

/*
 * Watches until the command and everything it started has ended, ns nanoseconds (0: no limit) have
 * passed, or SIGINT, SIGTERM or SIGHUP came. Returns 0, 1 when the time was up first, or -EINTR on
 * a second signal, with which the user aborts. May be called again.
 */
int ct_recorder__loop(struct ct_recorder *r, uint64_t ns);

/* Has SIGINT, SIGTERM or SIGHUP come? */
bool ct_recorder__interrupted(const struct ct_recorder *r);

/* Directory of the command's own cgroup; NULL before its start. */
const char *ct_recorder__cgroup(const struct ct_recorder *r);

/* Did a signal come while the command still ran? Then what it waits for may outlive it. */
bool ct_recorder__cut_short(const struct ct_recorder *r);

/* The command's PID as long as it runs, else 0. */
int ct_recorder__running(struct ct_recorder *r);

/* The command's exit status; -1 while it runs or when there is none. */
int ct_recorder__exit_status(const struct ct_recorder *r);

/*
 * With opts.endless, for a caller that keeps the sum: returns what is new since the last call, as a
 * take (model/tally.h), with the losses of that time. Its workloads have all that is known of them.
 * A workload that is not open has ended, and is left out of later takes unless it begins anew. The
 * caller frees.
 */
struct ct_session *ct_recorder__take_new(struct ct_recorder *r);

/*
 * With opts.endless: takes over a workload that an earlier captrim recorded. Returns true if it
 * still runs; then its end will be noticed even if it does nothing more.
 */
bool ct_recorder__adopt(struct ct_recorder *r, const struct ct_workload *known);

/* With opts.endless: connects to the container daemon again if it has stopped answering. */
void ct_recorder__reconnect(struct ct_recorder *r);

/*
 * Detaches and hands over what was seen; the caller frees the session. Nothing of ours is
 * left afterwards, and a signal ends the program as usual.
 */
struct ct_session *ct_recorder__finish(struct ct_recorder *r);

#endif
