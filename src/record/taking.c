/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When the recorder takes what is new, and what becomes of it. What has ended is taken when several
 * cgroups are gone; if everything is watched it is then put into a file, so that a recording needs
 * only the memory of what lives.
 */
#include <malloc.h>
#include <string.h>

#include "base/clock.h"
#include "cgroup/path.h"
#include "model/tally.h"
#include "record/pod_choice.h"
#include "record/recorder_priv.h"

#define GONE_AT_ONCE 16		     /* cgroups that must be gone before the maps are read */
#define PAUSE_NS     (CT_NS_PER_SEC) /* at least, between two takes */
#define SPOOL_AFTER  64		     /* ended workloads */

struct life {
	const char *path;
	bool seen;
};

static void look_below(void *arg, const char *path, bool inside)
{
	struct life *life = arg;

	(void)inside;
	life->seen |= ct_cgroup_path__below(path, life->path);
}

/* Are its cgroup and all below it gone, and were they taken? It may come again, as a unit does. */
static bool has_ended(struct ct_recorder *r, const struct ct_workload *w)
{
	struct life life = { .path = w->cgroup_path };

	if (!w->cgroup_path || w->kind == CT_WL_COMMAND)
		return false;
	ct_cgroups__each(ct_collect__cgroups(r->collect), look_below, &life);
	return !life.seen;
}

/* Moves the workloads that have ended to the end; returns how many others there are. */
static size_t sort_ended(struct ct_recorder *r)
{
	struct ct_session *s = r->session;
	ct_autofree struct ct_workload **ended = ct_xzalloc((s->nworkloads + 1) * sizeof(*ended));
	size_t n = 0, nended = 0;

	for (size_t i = 0; i < s->nworkloads; i++) {
		if (has_ended(r, s->workloads[i]))
			ended[nended++] = s->workloads[i];
		else
			s->workloads[n++] = s->workloads[i];
	}
	memcpy(s->workloads + n, ended, nended * sizeof(*ended));
	return n;
}

static void put_away(struct ct_recorder *r)
{
	ct_autosession struct ct_session *ended = NULL;
	size_t n = sort_ended(r);
	int ret;

	if (r->session->nworkloads - n < SPOOL_AFTER)
		return;
	ended = ct_session__new();
	for (size_t i = n; i < r->session->nworkloads; i++) {
		ct_recorder__describe(r, r->session->workloads[i]);
		*CT_PUSH(ended->workloads, ended->nworkloads,
			 ended->workloads_cap) = r->session->workloads[i];
	}
	if (!r->spool)
		r->spool = ct_spool__new();
	ret = ct_spool__put(r->spool, ended);
	if (!ret) {
		r->session->nworkloads = n;
		ct_session__free(ct_steal(ended));
		malloc_trim(0); /* gaps between what stays would never be given back */
		return;
	}
	ct_warn("cannot write ended workloads to a temporary file (%s): they stay in memory",
		strerror(-ret));
	ended->nworkloads = 0;
	r->keeps_all = true;
}

/* For tests: takes everything every so many seconds. */
static uint64_t debug_interval(void)
{
	const char *seconds = getenv("CAPTRIM_TAKE");

	return seconds ? strtoull(seconds, NULL, 10) * CT_NS_PER_SEC : 0;
}

struct ct_workload *ct_recorder__choose_new(void *arg, struct ct_session *s,
					    const struct ct_cgroup_name *name, const char *path,
					    bool inside)
{
	struct ct_recorder *r = arg;
	const struct ct_workload *known = ct_recorder__choose(r, r->session, name, path, inside);
	struct ct_workload *w = known ? ct_session__find(s, known->id) : NULL;

	if (!known || w)
		return w;
	w = ct_session__add(s, known->id);
	w->kind = known->kind;
	w->cgroup_path = known->cgroup_path ? ct_xstrdup(known->cgroup_path) : NULL;
	w->container.name = known->container.name ? ct_xstrdup(known->container.name) : NULL;
	w->container.engine_uid = known->container.engine_uid;
	w->configured = known->configured;
	w->configured_known = known->configured_known;
	return w;
}

/* Takes as a caller does that keeps the sum elsewhere. */
static void take_apart(struct ct_recorder *r, enum ct_take how)
{
	ct_autosession struct ct_session *new = ct_session__new();

	ct_collect__take(r->collect, how, new, ct_recorder__choose_new, r);
	new->continues = true;
	ct_tally__add(r->session, new);
}

static void take(struct ct_recorder *r, enum ct_take how)
{
	if (debug_interval())
		take_apart(r, how);
	else
		ct_collect__take(r->collect, how, r->session, ct_recorder__choose, r);
	r->taken_ns = ct_clock__now_ns();
}

/*
 * What is gone and belongs to nobody is forgotten, so whatever may still tell that a container is
 * ours has to be heard first: it may have come and gone while an engine was asked about another
 * one. False: there is more to be asked.
 */
static bool know_ours(struct ct_recorder *r)
{
	ct_pod_choice__decide(r);
	ct_recorder__hear_engine(r);
	return !r->undecided.len;
}

void ct_recorder__take_some(struct ct_recorder *r)
{
	uint64_t every = debug_interval(), since = ct_clock__now_ns() - r->taken_ns;
	bool new = every > 0 && since >= every;

	if (!new && (ct_collect__gone(r->collect) < GONE_AT_ONCE || since < PAUSE_NS))
		return;
	if (!know_ours(r))
		return;
	take(r, new ? CT_TAKE_NEW : CT_TAKE_GONE);
	if (r->opts.all && !r->keeps_all)
		put_away(r);
}

/* A workload that came again after its end is in the session already. */
static void add_ended(void *arg, struct ct_session *s)
{
	s->continues = true;
	s->losses = (struct ct_losses){};
	ct_tally__add(((struct ct_recorder *)arg)->session, s);
	ct_session__free(s);
}

void ct_recorder__take_last(struct ct_recorder *r)
{
	ct_autoerr struct ct_err err = {};

	take(r, CT_TAKE_LAST);
	ct_recorder__describe_rest(r);
	if (r->spool && ct_spool__read(r->spool, add_ended, r, &err)) {
		ct_warn("%s; the recording lacks the workloads that had ended", err.msg);
		r->session->losses.truncated = true;
	}
	ct_spool__free(ct_steal(r->spool));
	ct_collect__conclude(r->session);
}
