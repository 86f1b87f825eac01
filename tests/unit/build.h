/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions made by hand, in a few words: what a recording would hold. */
#ifndef CT_UNIT_BUILD_H
#define CT_UNIT_BUILD_H

#include "base/util.h"
#include "judge/judge.h"
#include "unit.h"

/* A container that ran to its end with Docker's default set. */
static inline struct ct_workload *build_container(struct ct_session *s, const char *name)
{
	struct ct_workload *w = ct_session__add(s, name);

	w->kind = CT_WL_CONTAINER;
	w->runtime = CT_RT_DOCKER;
	w->container.name = ct_xstrdup(name);
	w->container.seccomp = CT_SECCOMP_DEFAULT;
	w->container.privileged = CT_NO;
	w->configured_known = true;
	w->configured = CT_CAPS_DOCKER_DEFAULT;
	w->first_ns = 1000000000;
	w->last_ns = 3000000000;
	w->start_seen = CT_YES;
	w->end_seen = CT_YES;
	return w;
}

static inline struct ct_creds build_creds(void)
{
	return (struct ct_creds){
		.permitted = CT_CAPS_DOCKER_DEFAULT,
		.effective = CT_CAPS_DOCKER_DEFAULT,
		.bounding = CT_CAPS_DOCKER_DEFAULT,
	};
}

/* One granted check by root, who holds everything; stack: names with spaces between, the innermost
 * first. */
static inline struct ct_kind *build_check(struct ct_workload *w, int cap, const char *syscall,
					  const char *stack)
{
	struct ct_kind *k = ct_workload__add_kind(w);
	size_t cap_len = 0;

	k->key.cap = (uint8_t)cap;
	k->key.flags = CT_F_GRANTED | CT_F_CREDS;
	k->key.effective = CT_CAPS_ALL;
	k->key.nr = syscall ? 1 : CT_NR_NONE;
	k->syscall = syscall ? ct_xstrdup(syscall) : NULL;
	k->count = 1;
	k->first_ns = k->last_ns = 2000000000;
	k->sampled = true;
	k->proc = (struct ct_proc){ .pid = 10, .tid = 10, .comm = "prog" };
	k->creds = build_creds();
	while (*stack) {
		size_t n = strcspn(stack, " ");

		*CT_PUSH(k->stack, k->stack_len, cap_len) = ct_xstrndup(stack, n);
		stack += n + strspn(stack + n, " ");
	}
	return k;
}

/* A call that succeeded, by a process that held Docker's default set. */
static inline struct ct_act *build_act(struct ct_workload *w, enum ct_act_type type,
				       const char *syscall)
{
	struct ct_act *a = ct_workload__add_act(w);

	a->key.type = type;
	a->key.ok = 1;
	a->key.before = CT_CAPS_DOCKER_DEFAULT;
	a->syscall = ct_xstrdup(syscall);
	a->count = 1;
	a->proc = (struct ct_proc){ .pid = 10, .comm = "prog" };
	return a;
}

/* The entry point is the one that turns CT_ENTRY_SETUP into CT_ENTRY_MAIN; fcaps: of the file. */
static inline struct ct_exec *build_exec(struct ct_workload *w, uint32_t entry, const char *file,
					 uint64_t fcaps)
{
	struct ct_exec *e = ct_workload__add_exec(w);

	e->entry = entry;
	e->was = CT_ENTRY_SETUP;
	e->file = ct_xstrdup(file);
	e->argv = ct_xstrdup(file);
	e->creds = build_creds();
	e->count = 1;
	e->fcaps = fcaps;
	e->fcaps_effective = fcaps != 0;
	return e;
}

static inline const struct ct_cap_verdict *build_cap(const struct ct_report *r, int cap)
{
	for (size_t i = 0; i < r->advices[0].ncaps; i++)
		if (r->advices[0].caps[i].cap == cap)
			return &r->advices[0].caps[i];
	return NULL;
}

#endif
