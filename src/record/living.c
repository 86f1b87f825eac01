/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/living.h"

#include <string.h>

#include "base/util.h"

#define MAX_EXECS 16384 /* held, of all cgroups */
#define MAX_ENDS  8192	/* different ways to end, of all cgroups */
#define SHARE	  64	/* of either, which a cgroup has however much the others hold */
#define MAX_ALIKE 16	/* exits kept of each */

/* No cgroup may take the room of the others. */
static bool has_room(size_t own, size_t all, size_t max)
{
	return own < SHARE || (own < max / 2 && all < max);
}

struct ct_living *ct_livings__find(const struct ct_livings *l, uint64_t cgroup)
{
	struct ct_living *g;

	HASH_FIND(hh, l->table, &cgroup, sizeof(cgroup), g);
	return g;
}

struct ct_living *ct_livings__get(struct ct_livings *l, uint64_t cgroup)
{
	struct ct_living *g = ct_livings__find(l, cgroup);

	if (g)
		return g;
	g = ct_xzalloc(sizeof(*g));
	g->cgroup = cgroup;
	HASH_ADD(hh, l->table, cgroup, sizeof(g->cgroup), g);
	return g;
}

static void free_exec(struct ct_held_exec *x)
{
	free(x->exec.file);
	free(x->exec.argv);
}

void ct_livings__forget(struct ct_livings *l, struct ct_living *g)
{
	for (size_t i = 0; i < g->nexecs; i++)
		free_exec(&g->execs[i]);
	l->nexecs -= g->nexecs;
	l->nalike -= g->nalike;
	HASH_DEL(l->table, g);
	free(g->execs);
	free(g->exits);
	free(g->alike);
	free(g->own);
	free(g);
}

void ct_livings__free(struct ct_livings *l)
{
	struct ct_living *g, *tmp;

	HASH_ITER(hh, l->table, g, tmp)
	ct_livings__forget(l, g);
}

static uint64_t add_bytes(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h;
}

#define ADD(h, field) ((h) = add_bytes(h, &(field), sizeof(field)))

static uint64_t hash_exec(const struct ct_held_exec *x)
{
	const struct ct_exec *e = &x->exec;
	uint64_t h = 0xcbf29ce484222325ull;

	ADD(h, x->entered);
	ADD(h, e->entry);
	ADD(h, e->was);
	ADD(h, e->fcaps);
	ADD(h, e->fcaps_effective);
	ADD(h, e->setuid);
	ADD(h, e->creds);
	h = add_bytes(h, e->file, strlen(e->file) + 1);
	return add_bytes(h, e->argv, strlen(e->argv));
}

/* Does it tell nothing but that a program ran? */
static bool is_ordinary(const struct ct_held_exec *x)
{
	return !CT_IS_PENDING(x->exec.was) && !x->exec.fcaps && !x->exec.setuid;
}

void ct_living__add_exec(struct ct_livings *l, struct ct_living *g, struct ct_held_exec *x)
{
	bool known = false, ordinary = is_ordinary(x);

	g->ran = true;
	x->hash = hash_exec(x);
	for (size_t i = 0; i < g->nexecs && !ordinary && !known; i++) {
		known = g->execs[i].hash == x->hash;
		if (known)
			g->execs[i].exec.count += x->exec.count;
	}
	if (!ordinary && !known && has_room(g->nexecs, l->nexecs, MAX_EXECS)) {
		*CT_PUSH(g->execs, g->nexecs, g->execs_cap) = *x;
		l->nexecs++;
		return; /* g owns the strings */
	}
	g->dropped += !ordinary && !known;
	free_exec(x);
}

static uint64_t hash_exit(const struct ct_exit_event *e)
{
	uint64_t h = 0xcbf29ce484222325ull;

	ADD(h, e->entry);
	ADD(h, e->code);
	ADD(h, e->is_main);
	ADD(h, e->proc.comm);
	return h;
}

static struct ct_alike *alike_of(struct ct_livings *l, struct ct_living *g, uint64_t hash)
{
	struct ct_alike *a;

	for (size_t i = 0; i < g->nalike; i++)
		if (g->alike[i].hash == hash)
			return &g->alike[i];
	if (!has_room(g->nalike, l->nalike, MAX_ENDS)) {
		g->dropped++;
		return NULL;
	}
	l->nalike++;
	a = CT_PUSH(g->alike, g->nalike, g->alike_cap);
	*a = (struct ct_alike){ .hash = hash };
	return a;
}

/* The last exit tells as much as the first, so it replaces the last but one. */
static struct ct_held_exit *place_for(struct ct_living *g, uint64_t hash, bool replaced)
{
	for (size_t i = 0; i < g->nexits && replaced; i++)
		if (g->exits[i].replaced && g->exits[i].hash == hash)
			return &g->exits[i];
	return CT_PUSH(g->exits, g->nexits, g->exits_cap);
}

void ct_living__add_exit(struct ct_livings *l, struct ct_living *g, const struct ct_exit_event *e)
{
	uint64_t hash = hash_exit(e);
	struct ct_alike *a = alike_of(l, g, hash);
	struct ct_held_exit *x;
	bool replaced;

	if (!a)
		return;
	replaced = ++a->count >= MAX_ALIKE;
	x = place_for(g, hash, replaced);
	*x = (struct ct_held_exit){ .ns = e->h.ns,
				    .hash = hash,
				    .entry = e->entry,
				    .pid = e->proc.pid,
				    .code = e->code,
				    .is_main = e->is_main,
				    .replaced = replaced };
	memcpy(x->comm, e->proc.comm, sizeof(x->comm));
}

void ct_living__sweep(struct ct_livings *l, struct ct_living *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->nexecs; i++) {
		if (g->execs[i].told)
			free_exec(&g->execs[i]);
		else
			g->execs[n++] = g->execs[i];
	}
	l->nexecs -= g->nexecs - n;
	g->nexecs = n;
	n = 0;
	for (size_t i = 0; i < g->nexits; i++)
		if (!g->exits[i].told)
			g->exits[n++] = g->exits[i];
	g->nexits = n;
}

bool ct_living__is_own(const struct ct_living *g, uint32_t entry)
{
	for (size_t i = 0; g && i < g->nown; i++)
		if (g->own[i] == entry)
			return true;
	return false;
}

void ct_living__add_own(struct ct_living *g, uint32_t entry)
{
	if (!ct_living__is_own(g, entry))
		*CT_PUSH(g->own, g->nown, g->own_cap) = entry;
}
