/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/collect.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "record/collect_priv.h"

#define DRAIN_AFTER 16 /* ended cgroups */

/*
 * In a cgroup namespace of our own, as in a container, nothing tells what the kernel calls its
 * root, but the event of a cgroup made in it does.
 */
static void find_root(struct ct_collect *c)
{
	const ino_t initial = 0xeffffffb; /* linux/nsfs.h */
	ct_autoerr struct ct_err err = {};
	struct ct_own_cgroup probe = {};
	const char *path;
	struct stat st;

	if (stat("/proc/self/ns/cgroup", &st) || st.st_ino == initial ||
	    ct_own_cgroup__make(&probe, &err))
		return;
	ct_collect__consume(c);
	path = ct_cgroups__path(c->cgroups, probe.id);
	if (path && strlen(path) > strlen(probe.path))
		ct_cgroups__set_root(c->cgroups, path, strlen(path) - strlen(probe.path));
	ct_own_cgroup__remove(&probe);
}

struct ct_collect *ct_collect__new(struct ct_probe *p)
{
	struct ct_collect *c = ct_xzalloc(sizeof(*c));

	c->probe = p;
	c->cgroups = ct_cgroups__new();
	c->roots = ct_exec_caps__new();
	find_root(c);
	ct_cgroups__scan(c->cgroups);
	return c;
}

/* Unless all: those that outlive their entry point stay for the next time. */
static void forget_ended(struct ct_collect *c, bool all)
{
	struct ct_ended *ended, *tmp;

	HASH_ITER(hh, c->ended, ended, tmp)
	{
		if (!all && ended->alive)
			continue;
		HASH_DEL(c->ended, ended);
		free(ended);
	}
}

void ct_collect__free(struct ct_collect *c)
{
	struct ct_seen *seen, *tmp;
	struct ct_seen_act *act, *atmp;
	struct ct_seen_entered *e, *etmp;

	if (!c)
		return;
	HASH_ITER(hh, c->seen, seen, tmp)
	{
		HASH_DEL(c->seen, seen);
		free(seen);
	}
	HASH_ITER(hh, c->acts, act, atmp)
	{
		HASH_DEL(c->acts, act);
		free(act);
	}
	HASH_ITER(hh, c->entered, e, etmp)
	{
		HASH_DEL(c->entered, e);
		free(e);
	}
	ct_collect__free_programs(c);
	forget_ended(c, true);
	ct_cgroups__free(c->cgroups);
	ct_exec_caps__free(c->roots);
	free(c);
}

void ct_collect__on_entry(struct ct_collect *c, ct_entry_fn fn, void *arg)
{
	c->on_entry = fn;
	c->entry_arg = arg;
}

uint64_t ct_collect__kinds(const struct ct_collect *c)
{
	return HASH_COUNT(c->seen);
}

bool ct_collect__executed(const struct ct_collect *c, uint64_t cgroup, const char *name)
{
	for (size_t i = 0; i < c->nexecs; i++) {
		const char *file = c->execs[i].exec.file, *slash = strrchr(file, '/');

		if (c->execs[i].event.h.cgroup == cgroup && !strcmp(slash ? slash + 1 : file, name))
			return true;
	}
	return false;
}

enum ct_tristate ct_collect__lives_apart(const struct ct_collect *c, const char *root,
					 const uint64_t host[2])
{
	enum ct_tristate apart = CT_UNKNOWN;

	for (size_t i = 0; i < c->nexecs && apart != CT_YES; i++) {
		const struct ct_exec_event *e = &c->execs[i].event;
		const char *path = ct_cgroups__path(c->cgroups, e->h.cgroup);

		if (!CT_IS_PENDING(e->entry) && path && ct_cgroup_path__below(path, root))
			apart = e->mntns_inum != host[0] && e->mntns_inum != host[1] ? CT_YES :
										       CT_NO;
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
		ct_cgroup_name__classify(path, name);
}

struct ct_cgroups *ct_collect__cgroups(struct ct_collect *c)
{
	return c->cgroups;
}

static struct ct_seen *seen_of(struct ct_collect *c, const struct ct_key *key)
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

static void announce(struct ct_collect *c, uint64_t cgroup)
{
	const char *path = ct_cgroups__path(c->cgroups, cgroup);

	if (path && c->on_entry)
		c->on_entry(c->entry_arg, path, ct_cgroups__inside(c->cgroups, cgroup));
}

static void on_sample(struct ct_collect *c, const struct ct_sample *s)
{
	struct ct_seen *seen = seen_of(c, &s->key);

	if (seen->sample.h.ns)
		return;
	if (CT_IS_PENDING(s->key.entry) && ct_exec_caps__keep(c->roots, s->h.cgroup, s->proc.pid))
		announce(c, s->h.cgroup);
	seen->sample = *s;
}

static struct ct_seen_act *act_of(struct ct_collect *c, const struct ct_act_key *key)
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
	struct ct_seen_act *act = act_of(c, &e->key);

	if (!act->proc.pid) /* the first is kept */
		act->proc = e->proc;
}

/* Words separated by NULs to words separated by spaces. */
static char *command_line(const char *argv, uint32_t len)
{
	ct_autofree char *copy = NULL;

	if (len >= CT_TEXT_LEN)
		len = CT_TEXT_LEN - 1;
	while (len && !argv[len - 1])
		len--;
	copy = ct_xzalloc(len + 1);
	for (uint32_t i = 0; i < len; i++)
		copy[i] = argv[i] ? argv[i] : ' ';
	return ct_steal(copy);
}

/*
 * The file capabilities of what was executed. The process may be gone by now; then another one of
 * its cgroup shows the root that it had, as where a container was running before we came.
 */
static int look_up_fcaps(struct ct_collect *c, const struct ct_exec_event *e, struct ct_exec *x)
{
	int ret = ct_exec_caps__find(c->roots, e, x), other;
	struct ct_exec_event beside = *e;

	if (ret != -ESRCH || *x->file != '/' || !strncmp(x->file, "/proc/", strlen("/proc/")))
		return ret;
	other = ct_cgroups__process_of(c->cgroups, e->h.cgroup);
	if (!other)
		return ret;
	/* A unit's mount namespace, such as PrivateTmp= makes it, mostly has our root. */
	if (!ct_exec_caps__keep(c->roots, e->h.cgroup, other) &&
	    ct_exec_caps__is_ours(c->roots, other))
		beside.mntns_inum = ct_exec_caps__our_mntns(c->roots);
	return ct_exec_caps__find(c->roots, &beside, x);
}

static void on_exec(struct ct_collect *c, const struct ct_exec_event *e)
{
	const char *path = ct_cgroups__path(c->cgroups, e->h.cgroup);
	struct ct_seen_exec x = { .event = *e };
	char file[sizeof(e->file) + 1] = "";

	memcpy(file, e->file, sizeof(e->file));
	x.exec.file = ct_xstrdup(file);
	x.exec.argv = command_line(e->argv, e->argv_len);
	x.exec.entry = e->entry;
	x.exec.was = e->was;
	x.exec.ns = e->h.ns;
	x.exec.creds = e->creds;
	x.exec.count = 1;
	/* Neither a runtime's set-up nor a process at the root of the hierarchy is a workload's. */
	if (!CT_IS_PENDING(e->entry) && !(path && !strcmp(path, "/"))) {
		x.unread = look_up_fcaps(c, e, &x.exec) < 0;
		if (CT_IS_PENDING(e->was) && e->entry == CT_ENTRY_MAIN)
			announce(c, e->h.cgroup);
	}
	ct_collect__keep_exec(c, &x);
}

static void on_exit_event(struct ct_collect *c, const struct ct_exit_event *e)
{
	struct ct_ended *ended;

	ct_collect__keep_exit(c, e);
	if (!e->is_main)
		return;
	ct_exec_caps__drop(c->roots, e->h.cgroup);
	c->ended_since++;
	HASH_FIND(hh, c->ended, &e->h.cgroup, sizeof(e->h.cgroup), ended);
	if (ended)
		return;
	ended = ct_xzalloc(sizeof(*ended));
	ended->cgroup = e->h.cgroup;
	HASH_ADD(hh, c->ended, cgroup, sizeof(ended->cgroup), ended);
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
		if (size >= sizeof(struct ct_cgroup_event)) {
			const struct ct_cgroup_event *e = (const void *)ev;
			ct_autofree char *path = ct_xstrndup(e->path, sizeof(e->path));

			ct_cgroups__add(c->cgroups, ev->cgroup,
					ct_cgroups__from_root(c->cgroups, path), e->inside);
			ct_cgroups__set_owner(c->cgroups, ev->cgroup, e->uid);
		}
		break;
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

static bool has_ended(void *arg, uint64_t cgroup)
{
	struct ct_collect *c = arg;
	struct ct_ended *ended;

	HASH_FIND(hh, c->ended, &cgroup, sizeof(cgroup), ended);
	return ended && !ended->alive;
}

static void keep_count(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns)
{
	struct ct_seen *seen = seen_of(arg, key);

	seen->count += count;
	if (last_ns > seen->last_ns)
		seen->last_ns = last_ns;
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

static void keep_act(void *arg, const struct ct_act_key *key, uint64_t count)
{
	act_of(arg, key)->count += count;
}

void ct_collect__consume(struct ct_collect *c)
{
	const struct ct_drain to = { has_ended, keep_count, keep_act, ct_collect__keep_entered, c };
	struct ct_ended *ended, *tmp;

	ct_probe__consume(c->probe, on_event, c);
	/* The maps are for what lives: hundreds of containers a minute would fill them. */
	if (c->ended_since < DRAIN_AFTER)
		return;
	c->ended_since = 0;
	HASH_ITER(hh, c->ended, ended, tmp)
	ended->alive = ct_cgroups__processes_of(c->cgroups, ended->cgroup) > 0;
	ct_probe__drain(c->probe, &to);
	forget_ended(c, false);
}
