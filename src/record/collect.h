/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gathers the probe's events while it runs, and gives what is new whenever it is asked. It keeps
 * what lives: what was told is forgotten, and with a cgroup all that is known of it. Everything on
 * the host is gathered; what is wanted is chosen when it is taken, so nothing has to be known
 * before the first check.
 */
#ifndef CT_RECORD_COLLECT_H
#define CT_RECORD_COLLECT_H

#include "cgroup/cgroups.h"
#include "cgroup/name.h"
#include "kern/probe.h"

struct ct_collect;

struct ct_collect *ct_collect__new(struct ct_probe *p);
void ct_collect__free(struct ct_collect *c);

/* Calls fn when an entry point is about to be executed in the cgroup with this path, and again when
 * it was. */
typedef void (*ct_entry_fn)(void *arg, const char *path, bool inside);
void ct_collect__on_entry(struct ct_collect *c, ct_entry_fn fn, void *arg);

/*
 * It goes on for days: call paths that have several fingerprints are made one, and kinds that are
 * quiet make room for others when the probe's map is half full.
 */
void ct_collect__never_ends(struct ct_collect *c);

/* Takes in every event that waits. */
void ct_collect__consume(struct ct_collect *c);

/* For the progress line: of checks, on the whole host, since the beginning. */
uint64_t ct_collect__kinds(const struct ct_collect *c);

/* Cgroups that are gone, and whose observations were not taken yet. */
size_t ct_collect__gone(const struct ct_collect *c);

/* What a program may be by its name; and whether one such was executed in the cgroup. */
enum ct_sought {
	CT_SOUGHT_CLIENT = 1 << 0,  /* it has containers started */
	CT_SOUGHT_RUNTIME = 1 << 1, /* it starts them */
};
void ct_collect__look_for(struct ct_collect *c, unsigned int (*sought)(const char *name));
bool ct_collect__executed(const struct ct_collect *c, uint64_t cgroup, enum ct_sought what);
/* The same in the scope of a client or a monitor that came from the watched command. */
bool ct_collect__executed_between(const struct ct_collect *c, enum ct_sought what);

/* Was there a container of root's with this id, which is gone by now? */
bool ct_collect__was_roots(const struct ct_collect *c, const char *id);

/* Did programs in this cgroup and below run in another mount namespace than these two? */
enum ct_tristate ct_collect__lives_apart(const struct ct_collect *c, const char *root,
					 const uint64_t host[2]);

/* What a path tells of a cgroup; ct_runtimes__classify() if none is set. */
typedef void (*ct_classify_fn)(void *arg, const char *path, struct ct_cgroup_name *name);
void ct_collect__set_classify(struct ct_collect *c, ct_classify_fn fn, void *arg);
/* Likewise of the innermost container in another one; false, and if none is set: there is none. */
typedef bool (*ct_inner_fn)(void *arg, const char *path, struct ct_cgroup_name *name);
void ct_collect__set_inner(struct ct_collect *c, ct_inner_fn fn, void *arg);
bool ct_collect__inner(const struct ct_collect *c, const char *path, struct ct_cgroup_name *name);
void ct_collect__classify(const struct ct_collect *c, const char *path,
			  struct ct_cgroup_name *name);

struct ct_cgroups *ct_collect__cgroups(struct ct_collect *c);

/*
 * To which workload does a cgroup belong? name is what the path tells, inside: it was made by
 * the watched command. Returns a workload of the session, made for the purpose if need be, or
 * NULL when nobody asked for it.
 */
typedef struct ct_workload *(*ct_choose_fn)(void *arg, struct ct_session *s,
					    const struct ct_cgroup_name *name, const char *path,
					    bool inside);

enum ct_take {
	CT_TAKE_GONE, /* what is of cgroups that are gone: nothing can be added to it */
	CT_TAKE_NEW,  /* that, and of the others what is decided: see docs/design.md */
	CT_TAKE_LAST, /* all; nothing comes any more */
};

/*
 * Adds to the session what was seen since it was taken last: kinds, acts, execs and exits of the
 * chosen workloads, what the first execve showed of their set-up, and losses. In a session without
 * workloads that is what is new; in one that holds what was taken before, the sum. Ordered, so that
 * equal observations give equal sessions.
 */
void ct_collect__take(struct ct_collect *c, enum ct_take how, struct ct_session *s,
		      ct_choose_fn choose, void *arg);

/* For a sum of all that was taken: what follows from things that were not seen. */
void ct_collect__conclude(struct ct_session *s);

#endif
