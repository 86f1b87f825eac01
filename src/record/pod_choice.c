/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/pod_choice.h"

#include <errno.h>
#include <string.h>

#include "model/identity.h"
#include "model/pod.h"
#include "record/believe.h"
#include "record/recorder_priv.h"
#include "runtime/pod_notes.h"
#include "runtime/runtime.h"

#define SANDBOX "POD"

bool ct_pod_choice__is_made(const struct ct_pod_choice *p)
{
	return p->space || p->pod || p->selector;
}

static bool is_named(const struct ct_pod_choice *p, const struct ct_container *c,
		     const struct ct_pod *pod)
{
	ct_autofree char *owner = ct_container__pod_owner(c, pod->name);

	return !p->pod || !strcmp(p->pod, pod->name) || !strcmp(p->pod, owner) ||
	       ct_str_equal(p->pod, c->owner);
}

bool ct_pod_choice__match(const struct ct_pod_choice *p, const struct ct_container *c)
{
	struct ct_pod pod;
	bool is = ct_pod__parse(c->name, &pod) && pod.name && pod.container &&
		  strcmp(pod.container, SANDBOX) != 0 &&
		  (!p->space || ct_str_equal(p->space, pod.space)) && is_named(p, c, &pod) &&
		  (!p->selector || (c->labels && ct_labels__match(c->labels, p->selector)));

	ct_pod__free(&pod);
	return is;
}

/* Is something missing that decides? */
static bool is_undecided(const struct ct_recorder *r, const struct ct_workload *w)
{
	return !w->container.name || (r->opts.pods.selector && !w->container.labels);
}

/*
 * APIs are asked only where files do not decide: a runtime may take its time to answer. Returns
 * false if one could have been asked, but was not.
 */
static bool describe(struct ct_recorder *r, struct ct_workload *w, const char *root, bool may_ask)
{
	ct_autofree char *config = ct_oci__find(w->runtime, w->id, root, &w->runtime);
	ct_autoerr struct ct_err err = {};

	if (config)
		(void)ct_oci__read(config, root, w, &err);
	ct_pod_notes__from_logs(w->id, root, &w->container);
	if (!may_ask)
		return !is_undecided(r, w);
	if (!w->container.name && r->engine)
		(void)ct_engine__inspect(r->engine, w->id, w, &err);
	if (is_undecided(r, w))
		ct_asked__describe(r->asked, config, w, root);
	return true;
}

/* While an API is asked, others may be chosen: only what was chosen is put into the session. */
static struct ct_workload *choose(struct ct_recorder *r, const struct ct_cgroup_name *name,
				  const char *path, bool may_ask)
{
	ct_autofree char *root = ct_xstrndup(path, name->root_len);
	ct_autosession struct ct_session *told = NULL;
	struct ct_workload *w = ct_session__find(r->session, name->id), *known;

	if (w || name->kind != CT_WL_CONTAINER)
		return w;
	told = ct_session__new();
	w = ct_session__add(told, name->id);
	w->kind = name->kind;
	w->runtime = name->runtime;
	if (!describe(r, w, root, may_ask) && !ct_strings__find(&r->undecided, path))
		ct_strings__add(&r->undecided, path);
	known = ct_session__find(r->session, w->id);
	if (known || !ct_pod_choice__match(&r->opts.pods, &w->container))
		return known;
	if (!w->container.id)
		w->container.id = ct_xstrdup(w->id);
	told->nworkloads = 0;
	*CT_PUSH(r->session->workloads, r->session->nworkloads, r->session->workloads_cap) = w;
	return w;
}

struct ct_workload *ct_pod_choice__want(struct ct_recorder *r, const struct ct_cgroup_name *name,
					const char *path)
{
	return choose(r, name, path, true);
}

struct ct_workload *ct_pod_choice__look(struct ct_recorder *r, const struct ct_cgroup_name *name,
					const char *path)
{
	return choose(r, name, path, false);
}

void ct_pod_choice__decide(struct ct_recorder *r)
{
	ct_autostrings struct ct_strings paths = r->undecided;
	struct ct_cgroup_name name;

	r->undecided = (struct ct_strings){};
	for (size_t i = 0; i < paths.len; i++) {
		ct_runtimes__classify(paths.items[i], &name);
		(void)ct_pod_choice__want(r, &name, paths.items[i]);
	}
}

struct pod_walk {
	struct ct_recorder *r;
	size_t found;
};

static void look(void *arg, const char *path, bool inside)
{
	struct pod_walk *walk = arg;
	struct ct_cgroup_name name;

	(void)inside;
	ct_recorder__classify(walk->r, path, &name);
	if (name.kind == CT_WL_CONTAINER && strlen(path) == name.root_len &&
	    ct_pod_choice__want(walk->r, &name, path))
		walk->found++;
}

int ct_recorder__watch_pods(struct ct_recorder *r, struct ct_err *err)
{
	struct pod_walk walk = { .r = r };
	int ret = ct_asked__check(r->asked, err);

	if (ret || !ct_pod_choice__is_made(&r->opts.pods))
		return ret;
	ct_cgroups__each(ct_collect__cgroups(r->collect), look, &walk);
	if (!walk.found && !r->opts.quiet)
		ct_warn("no such pod runs here yet: waiting for one to start%s",
			r->opts.pods.selector ?
				"; if labels are missing, name the CRI socket with --cri" :
				"");
	return 0;
}
