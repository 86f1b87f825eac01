/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/questions.h"

#include <string.h>

const struct ct_cap_verdict *ct_advice__cap(const struct ct_advice *a, int cap)
{
	for (size_t i = 0; i < a->ncaps; i++)
		if (a->caps[i].cap == cap)
			return &a->caps[i];
	return NULL;
}

enum ct_scope ct_advice__scope(const struct ct_advice *a, int cap)
{
	const struct ct_cap_verdict *cv = a ? ct_advice__cap(a, cap) : NULL;
	const struct ct_cap_info *info = ct_cap__info(cap);

	if (cv && cv->chosen)
		return cv->scope;
	return info ? info->scope : CT_SCOPE_HOST;
}

uint64_t ct_advice__stand_ins(const struct ct_advice *a, int cap, uint64_t given)
{
	const struct ct_cap_verdict *cv = ct_advice__cap(a, cap);

	return cv ? cv->alternatives & given : 0;
}

bool ct_cap_verdict__is_doubtful(const struct ct_cap_verdict *cv)
{
	return cv && cv->nreasons && cv->reasons[0].doubtful;
}

uint64_t ct_advice__doubtful(const struct ct_advice *a)
{
	uint64_t set = 0;

	for (size_t i = 0; i < a->ncaps; i++)
		if (a->caps[i].chosen && ct_cap_verdict__is_doubtful(&a->caps[i]))
			set |= 1ull << a->caps[i].cap;
	return set;
}

uint64_t ct_advice__hostwide(const struct ct_advice *a)
{
	uint64_t set = 0;

	for (size_t i = 0; i < a->ncaps; i++)
		if (a->caps[i].scope == CT_SCOPE_HOST)
			set |= 1ull << a->caps[i].cap;
	return set & a->cap_add;
}

uint64_t ct_advice__left_out(const struct ct_advice *a)
{
	return a->optional & ~a->cap_add;
}

uint64_t ct_advice__roots_only(const struct ct_advice *a)
{
	uint64_t given = 0;

	ct_workload__for_each(part, a->workload) {
		for (size_t i = 0; i < part->nexecs; i++) {
			const struct ct_exec *e = &part->execs[i];

			if (e->creds.no_new_privs)
				continue;
			given |= e->fcaps;
			if (e->setuid && !e->creds.euid)
				return 0; /* set-user-ID root takes the whole bounding set */
		}
	}
	return a->cap_add & ~given;
}

uint64_t ct_advice__powerless(const struct ct_advice *a)
{
	return ct_workload__nonroot(a->workload) == CT_YES ? ct_advice__roots_only(a) : 0;
}

/*
 * Did the program gain rights by its file's bits? Root has no use for them: it holds, or may hold,
 * everything anyway.
 */
static bool exec_gained(const struct ct_exec *e)
{
	const struct ct_creds *c = &e->creds;

	if (c->no_new_privs)
		return false;
	if (e->fcaps && (c->uid || c->euid))
		return true;
	return e->setuid && (c->uid != c->euid || c->gid != c->egid);
}

/* Could an execve, or what its file grants, have been missed? */
static bool execs_lost(const struct ct_losses *l, const struct ct_advice *a)
{
	return l->events || l->lookups || l->missed || l->unattributed || l->truncated ||
	       ct_workload__lost(a->workload) ||
	       a->gaps & (CT_GAP_LOST | CT_GAP_CUT_OFF | CT_GAP_UNWATCHED | CT_GAP_GUEST);
}

enum ct_nnp ct_advice__nnp(const struct ct_report *r, const struct ct_advice *a)
{
	const struct ct_workload *w = a->workload;

	ct_workload__for_each(part, w)
		for (size_t i = 0; i < part->nexecs; i++)
			if (exec_gained(&part->execs[i]))
				return CT_NNP_NO;
	if (w->container.no_new_privs == CT_YES)
		return CT_NNP_YES;
	if (ct_workload__exercised(w).start_seen != CT_YES || execs_lost(&r->session->losses, a))
		return CT_NNP_LIKELY;
	return CT_NNP_YES;
}

/*
 * So far the API server refuses the two together only if the capability is spelled CAP_SYS_ADMIN
 * (kubernetes issue 119568), which need not stay so.
 */
enum ct_nnp ct_advice__no_escalation(const struct ct_report *r, const struct ct_advice *a)
{
	return a->cap_add & CT_CAP(SYS_ADMIN) ? CT_NNP_NO : ct_advice__nnp(r, a);
}

bool ct_advice__warns(const struct ct_advice *a, const char *code)
{
	for (size_t i = 0; i < a->nwarnings; i++)
		if (!strcmp(a->warnings[i].code, code))
			return true;
	return false;
}

bool ct_warning__is_aside(const struct ct_warning *w)
{
	return !strcmp(w->code, "low-ports") || !strcmp(w->code, "userns-possible");
}

bool ct_warning__is_note(const struct ct_warning *w)
{
	return ct_warning__is_aside(w) || !strcmp(w->code, "exec-only") ||
	       !strcmp(w->code, "userns");
}
