/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording in progress, shared by the files of the recorder. */
#ifndef CT_RECORD_RECORDER_PRIV_H
#define CT_RECORD_RECORDER_PRIV_H

#include "base/strings.h"
#include "record/recorder.h"
#include "record/spool.h"
#include "runtime/asked.h"
#include "runtime/engine.h"
#include "runtime/oci.h"

struct ct_recorder {
	struct ct_recorder_opts opts;
	struct ct_probe *probe;
	struct ct_collect *collect;
	struct ct_session *session;	 /* metadata of the wanted workloads as it comes in */
	struct ct_engine *engine;	 /* NULL: none answers */
	char *engine_said;		 /* the last warning about it; NULL: none */
	struct ct_asked *asked;		 /* other APIs that know containers */
	struct ct_source *engine_events; /* NULL: none come */
	struct ct_source *on_signals[3];
	struct ct_own_cgroup own;
	struct ct_session *inner;    /* in inner.c: noted, but not described yet; NULL: none */
	struct ct_strings undecided; /* in pod_choice.c: paths of containers to ask about */
	char *subtree;		     /* path of the cgroup to watch, or NULL */
	struct ct_loop *loop;
	struct ct_child child;
	char *command;
	int signals; /* that asked us to end */
	uint64_t start_ns, deadline_ns, ended_ns;
	int64_t start_ms;	/* the wall clock's at start_ns */
	uint64_t waiting_ns;	/* when we began to wait for orphaned descendants */
	uint64_t taken_ns;	/* the last take */
	struct ct_spool *spool; /* workloads that have ended; NULL: none */
	bool keeps_all;		/* the spool failed: ended workloads stay in memory */
	struct ct_told *told;	/* in endless.c */
	bool waiting_said, ended;
	bool cut_short; /* the command still ran when the first signal came */
	bool foreign;	/* a container was created during the run that is not known to be ours */
};

/* In choose.c: which workload does a cgroup belong to? */
struct ct_workload *ct_recorder__choose(void *arg, struct ct_session *s,
					const struct ct_cgroup_name *name, const char *path,
					bool inside);
/* Is nothing more to be learnt about the container from files or an engine? */
bool ct_recorder__is_described(const struct ct_recorder *r, const struct ct_workload *w);
/* Remembers a container as wanted, and describes it as far as possible. */
void ct_recorder__want(struct ct_recorder *r, const char *id, const struct ct_engine_event *ev);
void ct_recorder__on_engine(void *arg, const struct ct_engine_event *ev);
/* In hearing.c: reads what the engine has reported by now. */
void ct_recorder__hear_engine(struct ct_recorder *r);
/* To be called when an entry point is about to be executed, or was just executed. */
void ct_recorder__on_entry(void *arg, const char *path, bool inside);
/* Does anything that we watch still run? */
bool ct_recorder__alive(struct ct_recorder *r);
/* Fills in from runtimes' state files what the API did not tell: of one workload, or of all. */
void ct_recorder__describe(struct ct_recorder *r, struct ct_workload *w);
void ct_recorder__describe_rest(struct ct_recorder *r);
/*
 * In taking.c: chooses as ct_recorder__choose() does, but in a session of what is new; the workload
 * there gets what a take looks at.
 */
struct ct_workload *ct_recorder__choose_new(void *arg, struct ct_session *s,
					    const struct ct_cgroup_name *name, const char *path,
					    bool inside);
/* In endless.c; the second asks again about what the engine before did not know. */
void ct_recorder__forget_told(struct ct_recorder *r);
void ct_recorder__look_again(struct ct_recorder *r);
/* In taking.c: take what is new into the session if it is time, and all that is left. */
void ct_recorder__take_some(struct ct_recorder *r);
void ct_recorder__take_last(struct ct_recorder *r);

/* In signals.c. Those that a user may send in order to end us come as events of the loop. */
int ct_recorder__catch_signals(struct ct_recorder *r);
/*
 * Makes signals end the program as usual. One that has come since the recording ended asked for no
 * more than that end, so it does not keep what was recorded from being written.
 */
void ct_recorder__release_signals(struct ct_recorder *r);

#endif
