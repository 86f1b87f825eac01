/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a copy of a workload that shares nothing with it. */
#include <jansson.h>
#include <string.h>

#include "base/util.h"
#include "model/session.h"

static char *copy_text(const char *s)
{
	return s ? ct_xstrdup(s) : NULL;
}

static struct json_t *copy_json(const struct json_t *json)
{
	return json ? json_deep_copy(json) : NULL;
}

static struct ct_ranges copy_ranges(const struct ct_ranges *r)
{
	struct ct_ranges copy = {};

	ct_ranges__copy(&copy, r);
	return copy;
}

/* A bytewise copy: the caller still has to copy what its members point to. *cap is its length. */
static void *copy_array(const void *items, size_t len, size_t size, size_t *cap)
{
	void *copy = len ? ct_xzalloc(len * size) : NULL;

	if (len)
		memcpy(copy, items, len * size);
	*cap = len;
	return copy;
}

static void own_kind(struct ct_kind *k)
{
	char *const *stack = k->stack;

	k->syscall = copy_text(k->syscall);
	k->stack = k->stack_len ? ct_xzalloc(k->stack_len * sizeof(*k->stack)) : NULL;
	for (size_t i = 0; i < k->stack_len; i++)
		k->stack[i] = copy_text(stack[i]);
	k->in = copy_ranges(&k->in);
	k->rest = copy_json(k->rest);
}

static void own_act(struct ct_act *a)
{
	a->syscall = copy_text(a->syscall);
	a->in = copy_ranges(&a->in);
	a->rest = copy_json(a->rest);
}

static void own_exec(struct ct_exec *e)
{
	e->file = copy_text(e->file);
	e->argv = copy_text(e->argv);
	e->in = copy_ranges(&e->in);
	e->rest = copy_json(e->rest);
}

static void copy_items(struct ct_workload *w, const struct ct_workload *of)
{
	w->kinds = copy_array(of->kinds, of->nkinds, sizeof(*w->kinds), &w->kinds_cap);
	w->acts = copy_array(of->acts, of->nacts, sizeof(*w->acts), &w->acts_cap);
	w->execs = copy_array(of->execs, of->nexecs, sizeof(*w->execs), &w->execs_cap);
	w->exits = copy_array(of->exits, of->nexits, sizeof(*w->exits), &w->exits_cap);
	for (size_t i = 0; i < w->nkinds; i++)
		own_kind(&w->kinds[i]);
	for (size_t i = 0; i < w->nacts; i++)
		own_act(&w->acts[i]);
	for (size_t i = 0; i < w->nexecs; i++)
		own_exec(&w->execs[i]);
	for (size_t i = 0; i < w->nexits; i++) {
		w->exits[i].comm = copy_text(of->exits[i].comm);
		w->exits[i].rest = copy_json(of->exits[i].rest);
	}
}

struct ct_workload *ct_workload__copy(const struct ct_workload *of)
{
	struct ct_workload *w = ct_xzalloc(sizeof(*w));

	*w = *of;
	w->id = copy_text(of->id);
	w->cgroup_path = copy_text(of->cgroup_path);
	w->command = copy_text(of->command);
	w->sent = copy_text(of->sent);
	w->setting = copy_text(of->setting);
	w->kernel = copy_text(of->kernel);
	w->backend = copy_text(of->backend);
	w->in = copy_ranges(&of->in);
	w->rest = copy_json(of->rest);
	w->others = copy_json(of->others);
	ct_container__copy(&w->container, &of->container);
	copy_items(w, of);
	w->more = NULL;
	w->nmore = w->more_cap = 0;
	for (size_t i = 0; i < of->nmore; i++)
		*CT_PUSH(w->more, w->nmore, w->more_cap) = ct_workload__copy(of->more[i]);
	return w;
}
