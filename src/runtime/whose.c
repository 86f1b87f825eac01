/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/whose.h"

#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "base/host_root.h"
#include "cgroup/path.h"
#include "model/caps.h"
#include "model/identity.h"
#include "runtime/describe.h"
#include "runtime/pod_notes.h"
#include "runtime/runtime.h"
#include "runtime/tells.h"

#define STATUS_MAX 65536

void ct_whose__free(struct ct_whose *w)
{
	for (size_t i = 0; i < w->nfacts; i++) {
		free(w->facts[i].value);
		free(w->facts[i].source);
	}
	free(w->facts);
	ct_session__free(w->session);
	*w = (struct ct_whose){};
}

/* What is not known is left out. */
static void add(struct ct_whose *w, const char *name, const char *value, const char *source)
{
	if (!value || !*value)
		return;
	*CT_PUSH(w->facts, w->nfacts, w->cap) = (struct ct_fact){ name, ct_xstrdup(value),
								  ct_xstrdup(source), false };
}

/* Marks the facts from that index on. */
static void mark_guessed(struct ct_whose *w, size_t from)
{
	for (size_t i = from; i < w->nfacts; i++)
		w->facts[i].guessed = true;
}

/* The value of "KEY:\tVALUE" in the text of a status file; the caller frees. */
static char *line_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && line[len] == ':')
			return ct_xstrndup(line + len + 2, strcspn(line + len + 2, "\n"));
	}
	return NULL;
}

static void add_set(struct ct_whose *w, const char *name, const char *hex, const char *source)
{
	uint64_t set = hex ? strtoull(hex, NULL, 16) : 0;
	ct_autofree char *names = ct_caps__join(set, " ", "");

	if (hex)
		add(w, name, set ? names : "none", source);
}

static void add_process(struct ct_whose *w, int pid)
{
	ct_autofree char *path = ct_host__proc(pid, "status"), *text = NULL;
	ct_autofree char *ns = ct_xasprintf("%s/proc/%d/ns/user", ct_host__root(), pid);
	ino_t userns = ct_host__ns(pid, "user");

	if (ct_files__read(path, STATUS_MAX, &text, NULL))
		return;
	ct_autofree char *comm = line_of(text, "Name"), *numbers = line_of(text, "NSpid");
	ct_autofree char *bounding = line_of(text, "CapBnd"), *held = line_of(text, "CapEff");

	for (char *tab = numbers; tab && (tab = strchr(tab, '\t'));)
		*tab = ' ';
	add(w, "process", comm, path);
	add(w, "pids", numbers, path);
	add_set(w, "bounding-set", bounding, path);
	add_set(w, "effective-set", held, path);
	if (userns)
		add(w, "user-namespace", userns == CT_INIT_USERNS ? "the host's" : "its own", ns);
}

/* borne_out: files of its runtime confirm what the path only suggests. */
static void add_level(struct ct_whose *w, const char *name, const struct ct_tells_level *l,
		      bool borne_out)
{
	const char *source = l->name.guessed && borne_out ?
				     "the cgroup's path, and what its runtime keeps" :
				     "the cgroup's path";
	size_t first = w->nfacts;

	if (!l->name.id[0] || l->name.kind != CT_WL_CONTAINER)
		return;
	add(w, name, l->name.id, source);
	if (l->name.runtime != CT_RT_NONE)
		add(w, "runtime", ct_runtimes[l->name.runtime]->facts.title, source);
	add(w, "pod-uid", l->pod, source);
	if (l->name.guessed && !borne_out)
		mark_guessed(w, first);
}

static void add_description(struct ct_whose *w, const struct ct_container *c, const char *source)
{
	add(w, "name", c->name, source);
	add(w, "image", c->image, source);
	add(w, "project", c->project, source);
	add(w, "service", c->service, source);
	add(w, "user", c->user, source);
	add(w, "network", c->network, source);
	add(w, "owner", c->owner, source);
	if (c->owner && c->owner_guessed)
		mark_guessed(w, w->nfacts - 1);
}

/* What the engine, or else the runtime's files, say of a container. */
static void describe(struct ct_whose *w, struct ct_workload *wl, const char *root,
		     struct ct_engine *e)
{
	ct_autofree char *config = NULL, *source = NULL;

	if (!ct_describe__container(e, wl->id, wl, &config))
		source = config ? ct_steal(config) : ct_xasprintf("the API of %s", e->server);
	if (!source && (ct_pod_notes__from_logs(wl->id, root, &wl->container), wl->container.name))
		source = ct_xstrdup("the kubelet's link to its log");
	if (source)
		add_description(w, &wl->container, source);
	else
		add(w, "description", "none", "no engine's API and no file of a runtime knows it");
}

/* The workload that is judged: the outermost container, or else the unit, or the cgroup itself. */
static void add_workload(struct ct_whose *w, const struct ct_cgroup_name *name, const char *path,
			 struct ct_engine *e)
{
	struct ct_workload *wl = ct_session__add(w->session, name->id);
	ct_autofree char *root = ct_xstrndup(path, name->root_len);
	ct_autoidentity struct ct_identity id = {};

	wl->kind = name->kind;
	wl->runtime = name->runtime;
	wl->cgroup_path = ct_xstrdup(root);
	if (name->kind == CT_WL_CONTAINER)
		describe(w, wl, root, e);
	ct_identity__of(wl, &id);
	add(w, "identity", id.key, ct_identity_kind__name(id.kind));
}

int ct_whose__find(int pid, const char *path, struct ct_engine *e, struct ct_whose *w,
		   struct ct_err *err)
{
	ct_autofree char *of_pid = NULL, *source = NULL, *says = NULL;
	const char *cgroup = path;
	struct ct_cgroup_name name;
	struct ct_tells t;
	int ret = pid ? ct_cgroup_path__of_pid(pid, &of_pid) : 0;

	if (ret)
		return ct_err__set(err, -ret, "no process %d: %s", pid, strerror(-ret));
	if (pid)
		cgroup = of_pid;
	source = pid ? ct_host__proc(pid, "cgroup") : ct_xstrdup("as given");
	w->session = ct_session__new();
	if (pid)
		add_process(w, pid);
	add(w, "cgroup", cgroup, source);
	ct_runtimes__tell(cgroup, &t);
	ct_runtimes__classify(cgroup, &name);
	add_level(w, "container", &t.outer, name.kind == CT_WL_CONTAINER);
	if (name.kind == CT_WL_CONTAINER && t.outer.name.kind != CT_WL_CONTAINER)
		add(w, "container", name.id, "the state of the low-level runtime that started it");
	add_level(w, "inner-container", &t.inner, false);
	add(w, "unit", t.outer.name.kind == CT_WL_UNIT ? t.outer.name.id : t.unit,
	    "the cgroup's path");
	says = ct_tells__text(&t, cgroup);
	add(w, "path-says", says, "the cgroup's path, and what it leaves unknown");
	if (t.aside.role != CT_ROLE_WORKLOAD)
		add(w, "beside", t.aside.name.id,
		    "the cgroup's path: a runtime's, not a workload's");
	add_workload(w, &name, cgroup, e);
	return 0;
}
