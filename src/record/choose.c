/* SPDX-License-Identifier: GPL-2.0-only */
/* Which workloads are ours, and what is known of them. */
#include <errno.h>
#include <string.h>

#include "cgroup/path.h"
#include "model/unit_name.h"
#include "record/believe.h"
#include "record/inner.h"
#include "record/pod_choice.h"
#include "record/recorder_priv.h"
#include "record/resolve.h"
#include "record/userns.h"
#include "runtime/describe.h"
#include "runtime/pod_notes.h"
#include "runtime/runtime.h"

static struct ct_workload *command_workload(struct ct_recorder *r, struct ct_session *s)
{
	struct ct_workload *w = ct_session__find(s, "command");

	if (w)
		return w;
	w = ct_session__add(s, "command");
	w->kind = CT_WL_COMMAND;
	w->runtime = CT_RT_NONE;
	w->command = ct_xstrdup(r->command);
	w->cgroup_path = ct_xstrdup(r->own.path);
	return w;
}

/*
 * A cgroup belongs to the watched command if it is the command's own (whatever that lies in), is
 * below it, or was made by the command elsewhere, unless it is that of a container which the
 * command started.
 */
static bool is_commands(const struct ct_recorder *r, const struct ct_cgroup_name *name,
			const char *path, bool inside)
{
	if (!r->own.path)
		return false;
	if (ct_cgroup_path__below(path, r->own.path))
		return name->kind != CT_WL_CONTAINER || name->root_len <= strlen(r->own.path);
	return inside && name->kind == CT_WL_CGROUP;
}

/* The engine of an inner container runs in the outer one, whose cgroup tells the user. */
static uint32_t user_of(struct ct_recorder *r, const struct ct_workload *w)
{
	struct ct_cgroup_name outer;
	ct_autofree char *root = ct_inner__is(w, &outer) ?
					 ct_xstrndup(w->cgroup_path, outer.root_len) :
					 ct_xstrdup(w->cgroup_path);

	return ct_cgroups__user_of(ct_collect__cgroups(r->collect), root);
}

/* Notes where the workload is, when its first cgroup is seen. */
static void note_place(struct ct_recorder *r, struct ct_workload *w,
		       const struct ct_cgroup_name *name, const char *path)
{
	w->kind = name->kind;
	if (w->runtime == CT_RT_NONE)
		w->runtime = name->runtime;
	w->cgroup_path = ct_xstrndup(path, name->root_len);
	if (name->kind != CT_WL_CONTAINER)
		return;
	if (!w->container.id)
		w->container.id = ct_xstrdup(ct_workload__plain_id(w));
	if (!w->container.engine_uid && r->collect)
		w->container.engine_uid = user_of(r, w);
}

/* Was it, to judge by its path, a container whose files were gone before anybody looked? */
static bool is_too_late(struct ct_recorder *r, const struct ct_cgroup_name *name, const char *path)
{
	ct_autofree char *dir = NULL;
	uint64_t id;

	return name->kind == CT_WL_CGROUP && r->collect &&
	       !ct_cgroups__user_of(ct_collect__cgroups(r->collect), path) &&
	       ct_cgroups__find(ct_collect__cgroups(r->collect), path, &dir, &id) &&
	       ct_runtimes__may_have_been(path);
}

/* A Quadlet unit exists for its container, which shares it: who wants the unit wants both. */
static bool shares_unit(const struct ct_session *s, const struct ct_cgroup_name *name,
			const char *path)
{
	const struct ct_workload *unit;
	struct ct_tells t;

	if (name->kind != CT_WL_CONTAINER)
		return false;
	ct_runtimes__tell(path, &t);
	unit = t.shares_unit ? ct_session__find(s, t.unit) : NULL;
	return unit && unit->kind == CT_WL_UNIT;
}

struct ct_workload *ct_recorder__choose(void *arg, struct ct_session *s,
					const struct ct_cgroup_name *name, const char *path,
					bool inside)
{
	struct ct_recorder *r = arg;
	struct ct_cgroup_name top;
	struct ct_workload *w;

	if (is_commands(r, name, path, inside))
		return command_workload(r, s);
	w = ct_session__find(s, name->id);
	if (!w && r->subtree && ct_cgroup_path__below(path, r->subtree)) {
		ct_runtimes__classify(r->subtree, &top);
		return ct_session__find(s, top.id);
	}
	if (!w) {
		if (!r->opts.all && !(inside && name->kind == CT_WL_CONTAINER) &&
		    !shares_unit(s, name, path))
			return NULL;
		w = ct_session__add(s, name->id);
		s->losses.lookups += is_too_late(r, name, path);
	}
	if (!w->cgroup_path)
		note_place(r, w, name, path);
	return w;
}

static void take_over(char **field, const char *value)
{
	if (!*field && value)
		*field = ct_xstrdup(value);
}

/* Did an engine describe it? Only that tells what belongs to a Compose project. */
static bool inspected(const struct ct_workload *w)
{
	return w->container.inspected;
}

/* Is it described, be it only by the files of its runtime? Both report the network. */
static bool is_read(const struct ct_workload *w)
{
	return inspected(w) || w->container.network;
}

/* May the engine know more of it than its files tell? It may not have answered before. */
static bool may_tell_more(const struct ct_recorder *r, const struct ct_workload *w)
{
	return r->engine && !inspected(w) &&
	       (w->runtime == CT_RT_NONE || ct_engine__is_of(r->engine, w->runtime));
}

bool ct_recorder__is_described(const struct ct_recorder *r, const struct ct_workload *w)
{
	return is_read(w) && !may_tell_more(r, w);
}

void ct_recorder__want(struct ct_recorder *r, const char *id, const struct ct_engine_event *ev)
{
	const struct ct_engine *teller = ev && ev->from ? ev->from : r->engine;
	struct ct_workload *w = ct_session__find(r->session, id);
	ct_autoerr struct ct_err err = {};

	if (!w) {
		w = ct_session__add(r->session, id);
		w->kind = CT_WL_CONTAINER;
	}
	/* It is another user's container of the same name. */
	if (ev && ev->from && ev->from->uid && ct_workload__engine_uid(w) &&
	    ct_workload__engine_uid(w) != ev->from->uid)
		return;
	if (ev && ev->from && ev->from->uid)
		w->container.engine_uid = ev->from->uid;
	/*
	 * While it creates a container, the daemon may block for so long that the ring buffer
	 * fills, so it is asked at the start. Until then the event itself says a little.
	 */
	if (r->engine && (ev ? !strcmp(ev->action, "start") : !inspected(w)))
		(void)ct_engine__inspect(r->engine, ct_workload__plain_id(w), w, &err);
	take_over(&w->container.id, ct_workload__plain_id(w));
	if (!ev) {
		ct_userns__settle(ct_collect__cgroups(r->collect), w);
		return;
	}
	if (teller)
		w->runtime = teller->runtime;
	take_over(&w->container.name, ev->name);
	take_over(&w->container.image, ev->image);
	/* In the event of a creation, the daemon also gives labels that are only the image's. */
	if (inspected(w) || (!ev->project && !ev->service) || w->container.project ||
	    !ct_engine__is_composes(r->engine, ev))
		return;
	take_over(&w->container.project, ev->project);
	take_over(&w->container.service, ev->service);
}

static bool is_of_project(struct ct_recorder *r, const struct ct_engine_event *ev)
{
	return r->opts.project && ev->project && !strcmp(ev->project, r->opts.project) &&
	       ct_engine__is_composes(r->engine, ev);
}

void ct_recorder__on_engine(void *arg, const struct ct_engine_event *ev)
{
	struct ct_recorder *r = arg;
	bool begins = !strcmp(ev->action, "create") || !strcmp(ev->action, "start");
	bool ours;

	if (!begins)
		return;
	/* A user's engine cannot speak for a container of root's. */
	if (ev->from && ev->from->uid && ct_recorder__is_roots(r, ev->id))
		return;
	ours = r->opts.all || r->opts.any_container ||
	       (r->opts.label && ev->label && !strcmp(ev->label, r->opts.label)) ||
	       is_of_project(r, ev);
	if (ours)
		ct_recorder__want(r, ev->id, ev);
	else if (!strcmp(ev->action, "create"))
		r->foreign = true;
}

/* Takes only what decides which credentials are the container's own. */
static void learn_set(struct ct_workload *w, const char *config)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *told = ct_session__add(s, w->id);
	ct_autoerr struct ct_err err = {};

	if (w->configured_known || ct_oci__read(config, w->cgroup_path, told, &err))
		return;
	w->configured = told->configured;
	w->configured_known = told->configured_known;
	if (w->container.userns == CT_UNKNOWN)
		w->container.userns = told->container.userns;
}

void ct_recorder__on_entry(void *arg, const char *path, bool inside)
{
	struct ct_recorder *r = arg;
	ct_autoerr struct ct_err err = {};
	ct_autofree char *config = NULL, *root = NULL;
	struct ct_cgroup_name name;
	struct ct_workload *w;

	ct_runtimes__classify(path, &name);
	if (name.kind != CT_WL_CONTAINER)
		return;
	ct_recorder__note_inner(r, path, inside);
	if (ct_pod_choice__is_made(&r->opts.pods) && ct_pod_choice__look(r, &name, path))
		return;
	w = ct_session__find(r->session, name.id);
	if ((!w && !inside && !r->opts.all && !shares_unit(r->session, &name, path)) ||
	    (w && is_read(w)))
		return;
	/* Read as early as possible, since a short-lived container's files go with it. */
	root = ct_xstrndup(path, name.root_len);
	config = ct_oci__find(name.runtime, name.id, root, NULL);
	if (!config)
		return;
	if (!w)
		w = ct_session__add(r->session, name.id);
	/*
	 * A daemon that remembers the container tells more later, but nothing of one that could not
	 * start. Another daemon forgets a container that was to be removed before it can be asked.
	 */
	if (ct_runtimes__remembers(r->engine, name.runtime))
		learn_set(w, config);
	else
		(void)ct_oci__read(config, root, w, &err);
}

struct search {
	struct ct_recorder *r;
	bool alive;
};

static void look_alive(void *arg, const char *path, bool inside)
{
	struct search *s = arg;
	struct ct_cgroup_name name, inner;

	if (s->alive)
		return;
	ct_runtimes__classify(path, &name);
	if ((name.kind == CT_WL_CONTAINER && inside) || ct_session__find(s->r->session, name.id) ||
	    (ct_runtimes__innermost(path, &inner) && ct_session__find(s->r->session, inner.id)))
		s->alive = ct_cgroups__processes(ct_collect__cgroups(s->r->collect), path) > 0;
}

bool ct_recorder__alive(struct ct_recorder *r)
{
	struct search s = { .r = r };

	if (ct_own_cgroup__processes(&r->own) > 0)
		return true;
	ct_cgroups__each(ct_collect__cgroups(r->collect), look_alive, &s);
	return s.alive;
}

/* Nothing but the name can be known of a container of LXC or nspawn. */
static bool keeps_files(const struct ct_workload *w)
{
	const struct ct_runtime_type *type = ct_runtimes[w->runtime];

	return w->runtime == CT_RT_NONE || type->bundles || type->engine;
}

static void ask(struct ct_recorder *r, struct ct_workload *w, const char *config)
{
	if ((!w->container.name || w->container.owner_guessed) &&
	    !ct_asked__describe(r->asked, config, w, w->cgroup_path))
		r->session->losses.lookups++;
}

/* What was given is known from the files or from the entry point, which are right about it. */
static void complete(struct ct_recorder *r, const char *id, struct ct_workload *w)
{
	const uint64_t configured = w->configured;
	const bool known = w->configured_known;
	ct_autoerr struct ct_err err = {};

	(void)ct_engine__inspect(r->engine, id, w, &err);
	if (known)
		w->configured = configured;
}

void ct_recorder__describe(struct ct_recorder *r, struct ct_workload *w)
{
	const char *id = keeps_files(w) ? ct_workload__plain_id(w) : w->id;
	ct_autofree char *config = NULL;

	if (w->kind != CT_WL_CONTAINER)
		return;
	if (!ct_recorder__describe_inner(r, w)) {
		if (is_read(w)) {
			if (may_tell_more(r, w))
				complete(r, id, w);
			ct_oci__tell_sandbox(w, w->cgroup_path);
		} else {
			if (ct_describe__container(r->engine, id, w, &config) && keeps_files(w))
				r->session->losses.lookups++;
			ct_pod_notes__from_logs(id, w->cgroup_path, &w->container);
		}
		ask(r, w, config);
	}
	ct_userns__settle(ct_collect__cgroups(r->collect), w);
}

void ct_recorder__describe_rest(struct ct_recorder *r)
{
	for (size_t i = 0; i < r->session->nworkloads; i++)
		ct_recorder__describe(r, r->session->workloads[i]);
}

int ct_recorder__watch_container(struct ct_recorder *r, const char *name, struct ct_err *err)
{
	ct_autofree char *id = NULL;
	int ret = ct_resolve__container(r->engine, ct_collect__cgroups(r->collect), name, &id, err);

	if (!ret)
		ct_recorder__want(r, id, NULL);
	return ret;
}

/* The daemon also lists containers whose project label is only their image's. */
static void want_running(void *arg, const char *id)
{
	struct ct_recorder *r = arg;
	const struct ct_workload *w;

	ct_recorder__want(r, id, NULL);
	for (size_t i = 0; i < r->session->nworkloads; i++) {
		w = r->session->workloads[i];
		if (!strcmp(w->id, id) && inspected(w) &&
		    (!w->container.project || strcmp(w->container.project, r->opts.project) != 0))
			ct_session__remove(r->session, i);
	}
}

int ct_recorder__watch_running(struct ct_recorder *r, struct ct_err *err)
{
	ct_autofree char *engines = ct_runtimes__engines(" or ");

	if (!r->engine)
		return ct_err__set(
			err, ENOTCONN,
			"the containers of project %s cannot be found: no %s API answers "
			"(is the daemon running? --socket names another one)",
			r->opts.project, engines);
	return ct_engine__list(r->engine, r->opts.project, want_running, r, err);
}

bool ct_recorder__watches_running(struct ct_recorder *r)
{
	struct search s = { .r = r };

	ct_cgroups__each(ct_collect__cgroups(r->collect), look_alive, &s);
	return s.alive;
}

static void watch_path(struct ct_recorder *r, const char *path)
{
	struct ct_cgroup_name name;

	ct_recorder__classify(r, path, &name);
	if (name.kind == CT_WL_CONTAINER)
		ct_recorder__want(r, name.id, NULL);
	else if (!ct_session__find(r->session, name.id))
		ct_session__add(r->session, name.id)->kind = name.kind;
}

int ct_recorder__watch_pid(struct ct_recorder *r, int pid, struct ct_err *err)
{
	ct_autofree char *path = NULL;
	int ret = ct_cgroup_path__of_pid(pid, &path);

	if (ret)
		return ct_err__set(err, -ret, "no process %d: %s", pid, strerror(-ret));
	watch_path(r, path);
	return 0;
}

void ct_recorder__watch_cgroup(struct ct_recorder *r, const char *path)
{
	free(r->subtree);
	r->subtree = ct_xstrdup(path);
	watch_path(r, path);
}

int ct_recorder__watch_unit(struct ct_recorder *r, const char *unit, struct ct_err *err)
{
	ct_autofree char *name = ct_unit_name__complete(unit, ".service");
	ct_autofree char *shown = ct_printable(name), *given = ct_printable(unit);

	/* The names of a user's units begin with that of the user's systemd. */
	if (!*unit || (strchr(unit, '/') && strncmp(unit, "user@", strlen("user@")) != 0))
		return ct_err__set(err, EINVAL, "'%s' is not a unit name", given);
	if (!ct_session__find(r->session, name))
		ct_session__add(r->session, name)->kind = CT_WL_UNIT;
	if (!r->opts.quiet && !r->opts.starts &&
	    !ct_resolve__unit(ct_collect__cgroups(r->collect), name))
		ct_warn("%s is not running: waiting for it to start", shown);
	return 0;
}
