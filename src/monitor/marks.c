/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/marks.h"

#include <string.h>

#include "base/util.h"

#define FIRST_CAP 8
#define FULL	  (UINT32_MAX / 2)

void ct_marks__free(struct ct_marks *m)
{
	free(m->slots);
	*m = (struct ct_marks){};
}

/* The slot that has the hash, or that it is to go to. */
static struct ct_mark *place_of(const struct ct_marks *m, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (m->cap - 1);

	while (m->slots[i].hash && m->slots[i].hash != hash)
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

struct ct_mark *ct_marks__find(const struct ct_marks *m, uint64_t hash)
{
	struct ct_mark *mark = m->cap ? place_of(m, hash) : NULL;

	return mark && mark->hash ? mark : NULL;
}

static void grow(struct ct_marks *m)
{
	struct ct_marks was = *m;

	m->cap = was.cap ? was.cap * 2 : FIRST_CAP;
	m->slots = ct_xzalloc(m->cap * sizeof(*m->slots));
	for (uint32_t i = 0; i < was.cap; i++)
		if (was.slots[i].hash)
			*place_of(m, was.slots[i].hash) = was.slots[i];
	free(was.slots);
}

struct ct_mark *ct_marks__add(struct ct_marks *m, uint64_t hash)
{
	struct ct_mark *mark = ct_marks__find(m, hash);

	if (mark)
		return mark;
	if (m->len >= m->cap - m->cap / 4)
		grow(m);
	m->len++;
	mark = place_of(m, hash);
	mark->hash = hash;
	return mark;
}

void ct_marks__settle(struct ct_marks *m)
{
	for (uint32_t i = 0; i < m->cap; i++)
		m->slots[i].count = m->slots[i].last_s = 0;
}

bool ct_mark__is_full(const struct ct_mark *m)
{
	return m->count >= FULL;
}

/* ---- hashes ---- */

/* Begins with the length, so that no part of a text can be taken for what follows it. */
static void add_text(struct ct_str *s, const char *text)
{
	uint32_t len = text ? (uint32_t)strlen(text) : UINT32_MAX;

	ct_str__addn(s, (const char *)&len, sizeof(len));
	if (text)
		ct_str__addn(s, text, len);
}

static void add_number(struct ct_str *s, uint64_t n)
{
	ct_str__addn(s, (const char *)&n, sizeof(n));
}

static uint64_t finish(const struct ct_sipkey *key, struct ct_str *s)
{
	uint64_t hash = ct_siphash(key, s->s, s->len);

	ct_str__free(s);
	return hash ? hash : 1;
}

enum { OF_KIND = 1, OF_ACT, OF_EXEC, OF_EXIT, OF_FACTS };

uint64_t ct_mark__of_kind(const struct ct_sipkey *key, const struct ct_kind *k)
{
	struct ct_str s = {};

	add_number(&s, OF_KIND);
	ct_str__addn(&s, (const char *)&k->key, sizeof(k->key));
	add_text(&s, k->syscall);
	return finish(key, &s);
}

uint64_t ct_mark__of_act(const struct ct_sipkey *key, const struct ct_act *a)
{
	struct ct_str s = {};

	add_number(&s, OF_ACT);
	ct_str__addn(&s, (const char *)&a->key, sizeof(a->key));
	add_number(&s, a->held);
	add_text(&s, a->syscall);
	return finish(key, &s);
}

uint64_t ct_mark__of_exec(const struct ct_sipkey *key, const struct ct_exec *e)
{
	const uint64_t numbers[] = { OF_EXEC,
				     e->entry,
				     e->was,
				     e->fcaps,
				     e->fcaps_effective,
				     e->setuid,
				     e->creds.euid,
				     e->creds.no_new_privs };
	struct ct_str s = {};

	ct_str__addn(&s, (const char *)numbers, sizeof(numbers));
	add_text(&s, e->file);
	if (e->was == CT_ENTRY_SETUP)
		add_text(&s, e->argv);
	return finish(key, &s);
}

uint64_t ct_mark__of_exit(const struct ct_sipkey *key, const struct ct_exit *e, uint32_t pid)
{
	const uint64_t numbers[] = { OF_EXIT, e->entry, (uint64_t)e->code, pid };
	struct ct_str s = {};

	ct_str__addn(&s, (const char *)numbers, sizeof(numbers));
	add_text(&s, e->comm);
	return finish(key, &s);
}

uint64_t ct_mark__of_facts(const struct ct_sipkey *key, const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;
	const uint64_t numbers[] = {
		OF_FACTS,
		w->kind,
		w->runtime,
		w->configured_known,
		w->configured,
		w->sysctls.known,
		w->sysctls.port_start,
		w->sysctls.ping_low,
		w->sysctls.ping_high,
		(uint64_t)c->privileged,
		(uint64_t)c->userns,
		(uint64_t)c->no_new_privs,
		c->seccomp,
		c->profile.known,
		c->profile.nrules,
	};
	struct ct_str s = {};

	ct_str__addn(&s, (const char *)numbers, sizeof(numbers));
	for (size_t i = 0; i < ct_container_ntexts; i++)
		add_text(&s, *(char *const *)((const char *)c + ct_container_texts[i]));
	return finish(key, &s);
}
