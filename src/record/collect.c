/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/collect.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/own.h"
#include "cgroup/path.h"
#include "record/collect_priv.h"
#include "runtime/runtime.h"

#define MAX_BETWEEN 2 /* cgroups of runtimes between a command and its container */

/*
 * In a cgroup namespace of our own, as in a container, only the event of a cgroup that is made in
 * it tells the kernel's path of its root.
 */
static void find_root(struct ct_collect *c)
{
	const ino_t initial = 0xeffffffb; /* linux/nsfs.h */
	ct_autoerr struct ct_err err = {};
	struct ct_own_cgroup probe = {};
	const char *path;
	struct stat st;

	if (stat("/proc/self/ns/cgroup", &st) || st.st_ino == initial)
		return;
	if (ct_own_cgroup__make(&probe, &err)) {
		ct_cgroups__await_root(c->cgroups);
		return;
	}
	ct_collect__consume(c);
	path = ct_cgroups__path(c->cgroups, probe.id);
	if (path && strlen(path) > strlen(probe.path))
		ct_cgroups__set_root(c->cgroups, path, strlen(path) - strlen(probe.path));
	ct_own_cgroup__remove(&probe);
}

static void note_found(void *arg, const char *path, bool inside)
{
	struct ct_collect *c = arg;

	(void)inside;
	ct_hashes__add(&c->found, path);
}

struct ct_collect *ct_collect__new(struct ct_probe *p)
{
	struct ct_collect *c = ct_xzalloc(sizeof(*c));

	c->probe = p;
	c->cgroups = ct_cgroups__new();
	c->exec_caps = ct_exec_caps__new();
	find_root(c);
	c->scan_error = ct_cgroups__scan(c->cgroups);
	ct_cgroups__each(c->cgroups, note_found, c);
	return c;
}

int ct_collect__scan_error(const struct ct_collect *c)
{
	return c->scan_error;
}

void ct_seen__free(struct ct_collect *c, struct ct_seen *seen)
{
	HASH_DEL(c->seen, seen);
	free(seen->sample);
	free(seen->taken_outcome);
	free(seen);
}

void ct_collect__free(struct ct_collect *c)
{
	struct ct_seen *seen, *tmp;

	if (!c)
		return;
	HASH_ITER(hh, c->seen, seen, tmp)
	ct_seen__free(c, seen);
	CT_HASH_FREE(c->paths);
	CT_HASH_FREE(c->acts);
	CT_HASH_FREE(c->entered);
	ct_livings__free(&c->living);
	ct_hashes__free(&c->found);
	ct_hashes__free(&c->past);
	ct_cgroups__free(c->cgroups);
	ct_exec_caps__free(c->exec_caps);
	free(c);
}

void ct_collect__never_ends(struct ct_collect *c)
{
	c->endless = true;
}

void ct_collect__on_entry(struct ct_collect *c, ct_entry_fn fn, void *arg)
{
	c->on_entry = fn;
	c->entry_arg = arg;
}

uint64_t ct_collect__kinds(const struct ct_collect *c)
{
	return c->nkinds;
}

size_t ct_collect__gone(const struct ct_collect *c)
{
	return c->ngone;
}

void ct_collect__look_for(struct ct_collect *c, unsigned int (*sought)(const char *name))
{
	c->sought = sought;
}

bool ct_collect__executed(const struct ct_collect *c, uint64_t cgroup, enum ct_sought what)
{
	const struct ct_living *g = ct_livings__find(&c->living, cgroup);

	return g && g->sought & what;
}

bool ct_collect__executed_between(const struct ct_collect *c, enum ct_sought what)
{
	return c->sought_between & what;
}

enum ct_tristate ct_collect__lives_apart(const struct ct_collect *c, const char *root,
					 const uint64_t host[2])
{
	enum ct_tristate apart = CT_UNKNOWN;
	struct ct_living *g, *tmp;

	HASH_ITER(hh, c->living.table, g, tmp)
	{
		const char *path = ct_cgroups__path(c->cgroups, g->cgroup);

		if (!g->nmntns || !path || !ct_cgroup_path__below(path, root))
			continue;
		for (unsigned int i = 0; i < g->nmntns && apart != CT_YES; i++)
			apart = g->mntns[i] != host[0] && g->mntns[i] != host[1] ? CT_YES : CT_NO;
	}
	return apart;
}

void ct_collect__set_classify(struct ct_collect *c, ct_classify_fn fn, void *arg)
{
	c->classify = fn;
	c->classify_arg = arg;
}

void ct_collect__classify(const struct ct_collect *c, const char *path, struct ct_cgroup_name *name)
{
	if (c->classify)
		c->classify(c->classify_arg, path, name);
	else
		ct_runtimes__classify(path, name);
}

void ct_collect__set_inner(struct ct_collect *c, ct_inner_fn fn, void *arg)
{
	c->inner = fn;
	c->inner_arg = arg;
}

bool ct_collect__inner(const struct ct_collect *c, const char *path, struct ct_cgroup_name *name)
{
	return c->inner && c->inner(c->inner_arg, path, name);
}

struct ct_cgroups *ct_collect__cgroups(struct ct_collect *c)
{
	return c->cgroups;
}

bool ct_collect__accepts_key(const struct ct_key *key)
{
	return key->cap < CT_CAP_MAX && key->after <= CT_CAP_MAX;
}

bool ct_collect__accepts_act(const struct ct_act_key *key)
{
	return key->type >= CT_ACT_CAPSET && key->type <= CT_ACT_CAPGET &&
	       key->asked <= CT_ASKED_GOT;
}

struct ct_seen *ct_collect__seen(struct ct_collect *c, const struct ct_key *key)
{
	struct ct_seen *seen;

	HASH_FIND(hh, c->seen, key, sizeof(*key), seen);
	if (seen)
		return seen;
	seen = ct_xzalloc(sizeof(*seen));
	seen->key = *key;
	HASH_ADD(hh, c->seen, key, sizeof(seen->key), seen);
	return seen;
}

/*
 * Is it on the way from a command to its container: a client or a monitor such as conmon, in a
 * scope of its own?
 */
static bool is_between(const char *path)
{
	struct ct_tells t;

	ct_runtimes__tell(path, &t);
	return t.aside.role == CT_ROLE_MONITOR || t.aside.role == CT_ROLE_CLIENT;
}

static bool comes_from_inside(struct ct_collect *c, uint64_t cgroup, unsigned int steps)
{
	struct ct_slot_id id = { .cgroup = cgroup };
	struct ct_entered e;
	const char *from;

	for (id.slot = 1; id.slot <= CT_SLOTS; id.slot++) {
		if (!ct_probe__entered(c->probe, &id, &e))
			return false;
		from = ct_cgroups__path(c->cgroups, e.from);
		if (ct_cgroups__inside(c->cgroups, e.from))
			return true;
		if (steps && from && is_between(from) && comes_from_inside(c, e.from, steps - 1))
			return true;
	}
	return false;
}

/*
 * Where systemd makes the cgroups of containers, as for a user's Podman, their maker does not
 * descend from the command. But the processes that enter them come from the command that started
 * the container. entered: the cgroup they came into, from which they may have gone further down.
 */
static void note_inside(struct ct_collect *c, uint64_t cgroup, uint64_t entered)
{
	const char *path = ct_cgroups__path(c->cgroups, cgroup);
	struct ct_cgroup_name name;

	if (!path || ct_cgroups__inside(c->cgroups, cgroup))
		return;
	ct_runtimes__classify(path, &name);
	if (name.kind != CT_WL_CONTAINER || !comes_from_inside(c, entered, MAX_BETWEEN))
		return;
	ct_cgroups__set_inside(c->cgroups, cgroup);
	ct_cgroups__set_inside(c->cgroups, entered);
}

static void announce(struct ct_collect *c, uint64_t cgroup, uint64_t entered)
{
	const char *path = ct_cgroups__path(c->cgroups, cgroup);

	note_inside(c, cgroup, entered);
	if (path && c->on_entry)
		c->on_entry(c->entry_arg, path, ct_cgroups__inside(c->cgroups, cgroup));
}

static void on_sample(struct ct_collect *c, const struct ct_sample *s)
{
	struct ct_seen *seen;

	if (!ct_collect__accepts_key(&s->key)) {
		c->unsound++;
		return;
	}
	seen = ct_collect__seen(c, &s->key);
	if (seen->sampled)
		return;
	if (CT_IS_PENDING(s->key.entry) &&
	    ct_exec_caps__keep(c->exec_caps, s->h.cgroup, s->proc.pid))
		announce(c, s->h.cgroup, s->key.cgroup);
	seen->sampled = true;
	seen->sample = ct_xzalloc(sizeof(*s));
	*seen->sample = *s;
	c->nkinds++;
}

struct ct_seen_act *ct_collect__seen_act(struct ct_collect *c, const struct ct_act_key *key)
{
	struct ct_seen_act *act;

	HASH_FIND(hh, c->acts, key, sizeof(*key), act);
	if (act)
		return act;
	act = ct_xzalloc(sizeof(*act));
	act->key = *key;
	HASH_ADD(hh, c->acts, key, sizeof(act->key), act);
	return act;
}

static void on_act(struct ct_collect *c, const struct ct_act_event *e)
{
	struct ct_seen_act *act;

	if (!ct_collect__accepts_act(&e->key)) {
		c->unsound++;
		return;
	}
	act = ct_collect__seen_act(c, &e->key);
	if (!act->proc.pid) /* the first is kept */
		act->proc = e->proc;
}

/* Makes words separated by spaces of words separated by NULs. */
static char *command_line(const char *argv, uint32_t len)
{
	char *copy;

	if (len >= CT_TEXT_LEN)
		len = CT_TEXT_LEN - 1;
	while (len && !argv[len - 1])
		len--;
	copy = ct_xzalloc(len + 1);
	for (uint32_t i = 0; i < len; i++)
		copy[i] = argv[i] ? argv[i] : ' ';
	return copy;
}

/*
 * Looks up the file capabilities of what was executed. If the process is gone by now, another one
 * of its cgroup may show the root that it had, for example in a container that was running before
 * the recording began.
 */
static int look_up_fcaps(struct ct_collect *c, const struct ct_exec_event *e, struct ct_exec *x)
{
	int ret = ct_exec_caps__find(c->exec_caps, e, x), other;
	struct ct_exec_event beside = *e;

	if (ret != -ESRCH || *x->file != '/' || !strncmp(x->file, "/proc/", strlen("/proc/")))
		return ret;
	other = ct_cgroups__process_of(c->cgroups, e->h.cgroup);
	if (!other)
		return ret;
	/* A unit's mount namespace, such as PrivateTmp= makes, usually has our root. */
	if (!ct_exec_caps__keep(c->exec_caps, e->h.cgroup, other) &&
	    ct_exec_caps__is_ours(c->exec_caps, other))
		beside.mntns_inum = ct_exec_caps__our_mntns(c->exec_caps);
	return ct_exec_caps__find(c->exec_caps, &beside, x);
}

static unsigned int sought_by_name(const struct ct_collect *c, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;

	return c->sought ? c->sought(name) : 0;
}

/*
 * A client that the command started may first have gone to a scope of its own, as a user's Podman
 * does.
 */
static void note_sought(struct ct_collect *c, struct ct_living *g, unsigned int sought)
{
	const char *path = sought ? ct_cgroups__path(c->cgroups, g->cgroup) : NULL;

	g->sought |= sought;
	if (path && is_between(path) && comes_from_inside(c, g->cgroup, MAX_BETWEEN))
		c->sought_between |= sought;
}

static void note_mntns(struct ct_living *g, uint32_t mntns)
{
	for (unsigned int i = 0; i < g->nmntns; i++)
		if (g->mntns[i] == mntns)
			return;
	if (g->nmntns < CT_MNTNS_KEPT)
		g->mntns[g->nmntns++] = mntns;
}

static struct ct_held_exec describe_exec(const struct ct_exec_event *e)
{
	struct ct_held_exec x = { .entered = e->entered };
	char file[sizeof(e->file) + 1] = "";

	memcpy(file, e->file, sizeof(e->file));
	x.exec = (struct ct_exec){
		.entry = e->entry, .was = e->was, .ns = e->h.ns, .creds = e->creds, .count = 1
	};
	x.exec.file = ct_xstrdup(file);
	x.exec.argv = command_line(e->argv, e->argv_len);
	x.sysctls = (struct ct_sysctls){ e->port_start != ~0u, e->port_start, e->ping_low,
					 e->ping_high };
	return x;
}

static void on_exec(struct ct_collect *c, const struct ct_exec_event *e)
{
	const char *path = ct_cgroups__path(c->cgroups, e->h.cgroup);
	struct ct_living *g = ct_livings__get(&c->living, e->h.cgroup);
	struct ct_held_exec x = describe_exec(e);

	/* Neither a runtime's set-up nor a process at the root of the hierarchy is a workload's. */
	if (!CT_IS_PENDING(e->entry) && !(path && !strcmp(path, "/"))) {
		g->unread += look_up_fcaps(c, e, &x.exec) < 0;
		if (CT_IS_PENDING(e->was) && e->entry == CT_ENTRY_MAIN)
			announce(c, e->h.cgroup, e->entered);
	}
	if (!CT_IS_PENDING(e->entry))
		note_mntns(g, e->mntns_inum);
	g->compat += e->flags & CT_EXEC_F_32BIT ? 1 : 0;
	note_sought(c, g, sought_by_name(c, x.exec.file));
	ct_living__add_exec(&c->living, g, &x);
}

static void on_exit_event(struct ct_collect *c, const struct ct_exit_event *e)
{
	ct_living__add_exit(&c->living, ct_livings__get(&c->living, e->h.cgroup), e);
	if (e->is_main)
		ct_exec_caps__drop(c->exec_caps, e->h.cgroup);
}

static void on_cgroup(struct ct_collect *c, const struct ct_cgroup_event *e)
{
	ct_autofree char *path = ct_xstrndup(e->path, sizeof(e->path));

	ct_cgroups__learn_root(c->cgroups, e->h.cgroup, path);
	ct_cgroups__add(c->cgroups, e->h.cgroup, ct_cgroups__from_root(c->cgroups, path),
			e->inside);
	ct_cgroups__set_maker(c->cgroups, e->h.cgroup, e->uid);
}

void ct_collect__mark_gone(void *arg, uint64_t cgroup)
{
	struct ct_collect *c = arg;
	struct ct_living *g = ct_livings__get(&c->living, cgroup);

	ct_exec_caps__drop(c->exec_caps, cgroup);
	c->ngone += !g->gone;
	g->gone = true;
}

static void on_event(void *arg, const struct ct_event *ev, size_t size)
{
	struct ct_collect *c = arg;

	switch (ev->type) {
	case CT_EV_SAMPLE:
		if (size >= sizeof(struct ct_sample))
			on_sample(c, (const struct ct_sample *)ev);
		break;
	case CT_EV_CGROUP:
		if (size >= sizeof(struct ct_cgroup_event))
			on_cgroup(c, (const struct ct_cgroup_event *)ev);
		break;
	case CT_EV_GONE: ct_collect__mark_gone(c, ev->cgroup); break;
	case CT_EV_EXEC:
		if (size >= sizeof(struct ct_exec_event))
			on_exec(c, (const struct ct_exec_event *)ev);
		break;
	case CT_EV_EXIT:
		if (size >= sizeof(struct ct_exit_event))
			on_exit_event(c, (const struct ct_exit_event *)ev);
		break;
	case CT_EV_ACT:
		if (size >= sizeof(struct ct_act_event))
			on_act(c, (const struct ct_act_event *)ev);
		break;
	default: break;
	}
}

void ct_collect__keep_entered(void *arg, const struct ct_slot_id *id, const struct ct_entered *e)
{
	struct ct_collect *c = arg;
	struct ct_seen_entered *seen;

	HASH_FIND(hh, c->entered, id, sizeof(*id), seen);
	if (!seen) {
		seen = ct_xzalloc(sizeof(*seen));
		seen->id = *id;
		HASH_ADD(hh, c->entered, id, sizeof(seen->id), seen);
	}
	seen->entered = *e;
}

void ct_collect__consume(struct ct_collect *c)
{
	if (!c->taking)
		ct_probe__consume(c->probe, on_event, c);
}
