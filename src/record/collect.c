/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/collect.h"

#include <string.h>

#include "attrib/attrib.h"
#include "record/collect_priv.h"

struct ct_collect *ct_collect__new(struct ct_probe *p)
{
	struct ct_collect *c = ct_xzalloc(sizeof(*c));

	c->probe = p;
	c->cgroups = ct_cgroups__new();
	ct_cgroups__scan(c->cgroups);
	return c;
}

void ct_collect__free(struct ct_collect *c)
{
	struct ct_seen *seen, *tmp;
	struct ct_seen_act *act, *atmp;

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
	for (size_t i = 0; i < c->nexecs; i++) {
		free(c->execs[i].exec.file);
		free(c->execs[i].exec.argv);
	}
	free(c->execs);
	free(c->exits);
	ct_cgroups__free(c->cgroups);
	free(c);
}

uint64_t ct_collect__kinds(const struct ct_collect *c)
{
	return HASH_COUNT(c->seen);
}

struct ct_cgroups *ct_collect__cgroups(struct ct_collect *c)
{
	return c->cgroups;
}

static void on_sample(struct ct_collect *c, const struct ct_sample *s)
{
	struct ct_seen *seen;

	HASH_FIND(hh, c->seen, &s->key, sizeof(s->key), seen);
	if (seen)
		return;
	seen = ct_xzalloc(sizeof(*seen));
	seen->key = s->key;
	seen->sample = *s;
	HASH_ADD(hh, c->seen, key, sizeof(seen->key), seen);
}

static void on_act(struct ct_collect *c, const struct ct_act_event *e)
{
	struct ct_seen_act *act;

	HASH_FIND(hh, c->acts, &e->key, sizeof(e->key), act);
	if (act)
		return;
	act = ct_xzalloc(sizeof(*act));
	act->key = e->key;
	act->proc = e->proc;
	HASH_ADD(hh, c->acts, key, sizeof(act->key), act);
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

static void on_exec(struct ct_collect *c, const struct ct_exec_event *e)
{
	struct ct_seen_exec *x = CT_PUSH(c->execs, c->nexecs, c->execs_cap);
	const char *path = ct_cgroups__path(c->cgroups, e->h.cgroup);
	char file[sizeof(e->file) + 1] = "";
	int ret = 0;

	*x = (struct ct_seen_exec){ .event = *e };
	memcpy(file, e->file, sizeof(e->file));
	x->exec.file = ct_xstrdup(file);
	x->exec.argv = command_line(e->argv, e->argv_len);
	x->exec.entry = e->entry;
	x->exec.was = e->was;
	x->exec.ns = e->h.ns;
	x->exec.creds = e->creds;
	x->exec.count = 1;
	/* Processes at the root of the hierarchy are nobody's workload. */
	if (path && !strcmp(path, "/"))
		return;
	ret = ct_fcaps__read(e->proc.pid, file, &x->exec.fcaps, &x->exec.fcaps_effective,
			     &x->exec.setuid);
	x->unread = ret < 0;
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

			ct_cgroups__add(c->cgroups, ev->cgroup, path, e->inside);
		}
		break;
	case CT_EV_EXEC:
		if (size >= sizeof(struct ct_exec_event))
			on_exec(c, (const struct ct_exec_event *)ev);
		break;
	case CT_EV_EXIT:
		if (size >= sizeof(struct ct_exit_event))
			*CT_PUSH(c->exits, c->nexits,
				 c->exits_cap) = *(const struct ct_exit_event *)ev;
		break;
	case CT_EV_ACT:
		if (size >= sizeof(struct ct_act_event))
			on_act(c, (const struct ct_act_event *)ev);
		break;
	default: break;
	}
}

void ct_collect__consume(struct ct_collect *c)
{
	ct_probe__consume(c->probe, on_event, c);
}
