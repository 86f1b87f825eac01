/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gathers the probe's events while it runs, and hands over what is new whenever it is asked to.
 * What was handed over is forgotten, and so is all that is known of a cgroup once that is gone, so
 * memory holds only what lives. Everything on the host is gathered, and what is wanted is chosen
 * only when it is taken, so nothing has to be known before the first check.
 */
#ifndef CT_RECORD_COLLECT_H
#define CT_RECORD_COLLECT_H

#include "cgroup/cgroups.h"
#include "cgroup/name.h"
#include "kern/probe.h"

struct ct_collect;

struct ct_collect *ct_collect__new(struct ct_probe *p);
void ct_collect__free(struct ct_collect *c);

/* Returns 0, or the negative errno of the search for the cgroups that were there before it. */
int ct_collect__scan_error(const struct ct_collect *c);

/*
 * Calls fn when an entry point is about to be executed in the cgroup with this path, and again
 * after it was.
 */
typedef void (*ct_entry_fn)(void *arg, const char *path, bool inside);
void ct_collect__on_entry(struct ct_collect *c, ct_entry_fn fn, void *arg);

/*
 * For a recording of days: call paths that have several fingerprints are united, and quiet kinds
 * make room for others when the probe's map is half full.
 */
void ct_collect__never_ends(struct ct_collect *c);

/* Reads every event that waits. */
void ct_collect__consume(struct ct_collect *c);

/* Number of kinds of checks on the whole host since the beginning, for the progress line. */
uint64_t ct_collect__kinds(const struct ct_collect *c);

/* Number of cgroups that are gone and whose observations were not taken yet. */
size_t ct_collect__gone(const struct ct_collect *c);

/* What a program may be, by its name, and whether such a program was executed in the cgroup. */
enum ct_sought {
	CT_SOUGHT_CLIENT = 1 << 0,  /* it has others start containers */
	CT_SOUGHT_RUNTIME = 1 << 1, /* it starts containers itself */
};
void ct_collect__look_for(struct ct_collect *c, unsigned int (*sought)(const char *name));
bool ct_collect__executed(const struct ct_collect *c, uint64_t cgroup, enum ct_sought what);
/* The same for the scopes of clients and monitors that came from the watched command. */
bool ct_collect__executed_between(const struct ct_collect *c, enum ct_sought what);

/* Did root have a container with this id that is gone by now? */
bool ct_collect__was_roots(const struct ct_collect *c, const char *id);

/* Did programs in this cgroup and below run in another mount namespace than these two? */
enum ct_tristate ct_collect__lives_apart(const struct ct_collect *c, const char *root,
					 const uint64_t host[2]);

/* Sets the function that tells what a path means; ct_runtimes__classify() if none is set. */
typedef void (*ct_classify_fn)(void *arg, const char *path, struct ct_cgroup_name *name);
void ct_collect__set_classify(struct ct_collect *c, ct_classify_fn fn, void *arg);
/*
 * Likewise for the innermost container within another one. The function returns false if there is
 * none, and ct_collect__inner() does if none is set.
 */
typedef bool (*ct_inner_fn)(void *arg, const char *path, struct ct_cgroup_name *name);
void ct_collect__set_inner(struct ct_collect *c, ct_inner_fn fn, void *arg);
bool ct_collect__inner(const struct ct_collect *c, const char *path, struct ct_cgroup_name *name);
void ct_collect__classify(const struct ct_collect *c, const char *path,
			  struct ct_cgroup_name *name);

struct ct_cgroups *ct_collect__cgroups(struct ct_collect *c);

/*
 * To which workload does a cgroup belong? name is what the path tells; inside: it was made by the
 * watched command. Returns a workload of the session, made for the purpose if need be, or NULL when
 * nobody asked for it.
 */
typedef struct ct_workload *(*ct_choose_fn)(void *arg, struct ct_session *s,
					    const struct ct_cgroup_name *name, const char *path,
					    bool inside);

enum ct_take {
	CT_TAKE_GONE, /* what is known of cgroups that are gone: nothing can be added to it */
	CT_TAKE_NEW,  /* that, and what is decided of the others: see docs/design.md */
	CT_TAKE_LAST, /* everything, at the end of the recording */
};

/*
 * Adds to the session what was seen since the last take: kinds, acts, execs and exits of the chosen
 * workloads, what the first execve showed of their set-up, and losses. A session without workloads
 * gets what is new; one that holds the earlier takes gets the sum. Everything is sorted, so that
 * equal observations give equal sessions.
 */
void ct_collect__take(struct ct_collect *c, enum ct_take how, struct ct_session *s,
		      ct_choose_fn choose, void *arg);

/* For the sum of all takes: concludes what follows from things that were not seen. */
void ct_collect__conclude(struct ct_session *s);

#endif
