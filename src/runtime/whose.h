/* SPDX-License-Identifier: GPL-2.0-only */
/* Which workload a process or a cgroup belongs to, fact by fact, each with where it comes from. */
#ifndef CT_RUNTIME_WHOSE_H
#define CT_RUNTIME_WHOSE_H

#include "model/session.h"
#include "runtime/engine.h"

struct ct_fact {
	const char *name; /* "container", "image" ... */
	char *value;	  /* not escaped: it may be hostile */
	char *source;
	bool guessed; /* likely, and nothing proves it */
};

struct ct_whose {
	struct ct_fact *facts;
	size_t nfacts, cap;
	struct ct_session *session; /* has only the workload */
};
void ct_whose__free(struct ct_whose *w); /* what it holds */
#define ct_autowhose __attribute__((cleanup(ct_whose__free)))

/*
 * Finds the facts about a process by its number, or (pid 0) about the cgroup at path, which begins
 * at the root of the hierarchy. e may be NULL. Returns 0, or -ESRCH when there is no such process.
 */
int ct_whose__find(int pid, const char *path, struct ct_engine *e, struct ct_whose *w,
		   struct ct_err *err);

#endif
