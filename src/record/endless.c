/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording without an end, for a caller that keeps the sum elsewhere. What is new is handed
 * over; only what identifies the living workloads stays here.
 */
#include <string.h>

#include "base/clock.h"
#include "base/uthash.h"
#include "cgroup/path.h"
#include "record/recorder_priv.h"

#define LOOKS	     3	/* takes in which an engine is asked for a container */
#define UNSEEN_TAKES 60 /* takes after which an announced workload that never ran is given up */

/* What is remembered of a workload in the recorder's session. */
struct ct_told {
	char *id;
	unsigned int looks, unseen;
	bool lives; /* in this take */
	UT_hash_handle hh;
};

static struct ct_told *told_of(struct ct_recorder *r, const char *id)
{
	struct ct_told *t;

	HASH_FIND_STR(r->told, id, t);
	if (t)
		return t;
	t = ct_xzalloc(sizeof(*t));
	t->id = ct_xstrdup(id);
	HASH_ADD_KEYPTR(hh, r->told, t->id, strlen(t->id), t);
	return t;
}

static void forget(struct ct_recorder *r, struct ct_told *t)
{
	HASH_DEL(r->told, t);
	free(t->id);
	free(t);
}

void ct_recorder__forget_told(struct ct_recorder *r)
{
	struct ct_told *t, *tmp;

	HASH_ITER(hh, r->told, t, tmp)
	forget(r, t);
}

void ct_recorder__look_again(struct ct_recorder *r)
{
	struct ct_told *t, *tmp;

	HASH_ITER(hh, r->told, t, tmp)
	t->looks = 0;
}

/* ---- what lives ---- */

struct live_root {
	const char *path;
	size_t i; /* of the workload */
	bool lives;
	UT_hash_handle hh;
};

struct live_roots {
	struct live_root *table, *all;
};

/* Marks the roots that this path is, or lies below. */
static void mark_living(void *arg, const char *path, bool inside)
{
	struct live_roots *roots = arg;
	size_t len = strlen(path);
	struct live_root *root;

	(void)inside;
	for (; len; len--) {
		if (path[len] && path[len] != '/')
			continue;
		HASH_FIND(hh, roots->table, path, len, root);
		if (root)
			root->lives = true;
	}
	HASH_FIND(hh, roots->table, "/", 1, root);
	if (root)
		root->lives = true;
}

/* Several workloads may have one path: only the first is in the table, and tells for all. */
static bool *find_living(struct ct_recorder *r)
{
	size_t n = r->session->nworkloads;
	bool *lives = ct_xzalloc((n + 1) * sizeof(*lives));
	struct live_roots roots = { .all = ct_xzalloc((n + 1) * sizeof(*roots.all)) };
	struct live_root *same;

	for (size_t i = 0; i < n; i++) {
		struct live_root *root = &roots.all[i];

		root->path = r->session->workloads[i]->cgroup_path;
		if (!root->path)
			continue;
		HASH_FIND(hh, roots.table, root->path, strlen(root->path), same);
		if (!same)
			HASH_ADD_KEYPTR(hh, roots.table, root->path, strlen(root->path), root);
	}
	ct_cgroups__each(ct_collect__cgroups(r->collect), mark_living, &roots);
	for (size_t i = 0; i < n; i++) {
		struct live_root *root = &roots.all[i];

		same = NULL;
		if (root->path)
			HASH_FIND(hh, roots.table, root->path, strlen(root->path), same);
		lives[i] = same && same->lives;
	}
	HASH_CLEAR(hh, roots.table);
	free(roots.all);
	return lives;
}

/* ---- what is known ---- */

static void take_over(enum ct_tristate *to, enum ct_tristate from)
{
	if (*to == CT_UNKNOWN)
		*to = from;
}

/* Remembers what the take saw of the workload's start. */
static void learn(struct ct_workload *known, const struct ct_workload *w)
{
	take_over(&known->container.userns, w->container.userns);
	take_over(&known->container.no_new_privs, w->container.no_new_privs);
	if (known->container.seccomp == CT_SECCOMP_UNKNOWN)
		known->container.seccomp = w->container.seccomp;
	if (w->configured_known && (w->start_seen == CT_YES || !known->configured_known)) {
		known->configured = w->configured;
		known->configured_known = true;
	}
	if (w->sysctls.known)
		known->sysctls = w->sysctls;
}

/* Gives the workload of the take all that is known of it. */
static void tell(struct ct_workload *w, const struct ct_workload *known)
{
	w->kind = known->kind;
	w->runtime = known->runtime;
	if (!w->cgroup_path && known->cgroup_path)
		w->cgroup_path = ct_xstrdup(known->cgroup_path);
	w->configured = known->configured;
	w->configured_known = known->configured_known;
	w->sysctls = known->sysctls;
	ct_container__free(&w->container);
	ct_container__copy(&w->container, &known->container);
}

/* An engine may know a container's name only a little after the container's first check. */
static void describe(struct ct_recorder *r, struct ct_workload *known)
{
	struct ct_told *t = told_of(r, known->id);

	if (known->kind != CT_WL_CONTAINER || ct_recorder__is_described(r, known) ||
	    t->looks >= LOOKS)
		return;
	t->looks++;
	ct_recorder__describe(r, known);
}

static struct ct_workload *in_take(struct ct_session *new, const struct ct_workload *known)
{
	struct ct_workload *w = ct_session__find(new, known->id);

	return w ? w : ct_session__add(new, known->id);
}

/* Was it announced, but not seen for so long that it is not waited for any more? */
static bool is_given_up(struct ct_recorder *r, const struct ct_workload *known)
{
	return !known->cgroup_path && ++told_of(r, known->id)->unseen > UNSEEN_TAKES;
}

static void hand_over_ended(struct ct_recorder *r, struct ct_session *new)
{
	ct_autofree bool *lives = find_living(r);
	struct ct_session *s = r->session;
	size_t n = 0;

	for (size_t i = 0; i < s->nworkloads; i++) {
		struct ct_workload *known = s->workloads[i], *w;
		bool ended = known->cgroup_path && !lives[i];

		if (!ended && !is_given_up(r, known)) {
			s->workloads[n++] = known;
			continue;
		}
		if (ended) {
			w = in_take(new, known);
			tell(w, known);
			w->open = false;
		}
		forget(r, told_of(r, known->id));
		ct_workload__free(known);
	}
	s->nworkloads = n;
}

static void hand_over_losses(struct ct_recorder *r, struct ct_session *new)
{
	new->losses.lookups += r->session->losses.lookups;
	r->session->losses = (struct ct_losses){};
}

struct life_search {
	const char *path;
	bool found;
};

static void look_for_life(void *arg, const char *path, bool inside)
{
	struct life_search *search = arg;

	(void)inside;
	search->found |= ct_cgroup_path__below(path, search->path);
}

bool ct_recorder__adopt(struct ct_recorder *r, const struct ct_workload *known)
{
	struct life_search search = { .path = known->cgroup_path };
	struct ct_workload *w;

	if (!known->cgroup_path)
		return false;
	ct_cgroups__each(ct_collect__cgroups(r->collect), look_for_life, &search);
	if (!search.found || ct_session__find(r->session, known->id))
		return search.found;
	w = ct_session__add(r->session, known->id);
	tell(w, known);
	return true;
}

struct ct_session *ct_recorder__take_new(struct ct_recorder *r)
{
	struct ct_session *new = ct_session__new();

	ct_collect__take(r->collect, CT_TAKE_NEW, new, ct_recorder__choose_new, r);
	r->taken_ns = ct_clock__now_ns();
	new->continues = true;
	ct_session__copy_host(&new->host, &r->session->host);
	new->host.end_ns = r->taken_ns;
	for (size_t i = 0; i < new->nworkloads; i++) {
		struct ct_workload *w = new->workloads[i];
		struct ct_workload *known = ct_session__find(r->session, w->id);

		w->open = true;
		if (!known)
			continue;
		learn(known, w);
		describe(r, known);
		tell(w, known);
	}
	hand_over_ended(r, new);
	hand_over_losses(r, new);
	return new;
}
