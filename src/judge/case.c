/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/case.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/util.h"

struct ct_reason *ct_case__reason(struct ct_case *c, int cap, enum ct_verdict v, uint64_t any_of)
{
	struct ct_reason *r = CT_PUSH(c->reasons, c->nreasons, c->reasons_cap);

	*r = (struct ct_reason){ .verdict = v, .any_of = any_of };
	*CT_PUSH(c->cap_of, c->cap_of_len, c->cap_of_cap) = cap;
	return r;
}

static bool says_same(const struct ct_reason *a, const struct ct_reason *b)
{
	return a->verdict == b->verdict && a->any_of == b->any_of &&
	       ct_str_equal(a->phase, b->phase) && ct_str_equal(a->site, b->site) &&
	       ct_str_equal(a->text, b->text) && ct_str_equal(a->syscall, b->syscall);
}

/* The slot where the reason is or belongs. One table for all: busy hosts have thousands. */
static uint32_t *slot_of(const struct ct_case *c, int cap, const struct ct_reason *like)
{
	uint32_t hash = ct_hash32(like->site, strlen(like->site)) * 31 + (uint32_t)cap;

	if (like->syscall)
		hash = hash * 31 + ct_hash32(like->syscall, strlen(like->syscall));
	for (size_t i = hash;; i++) {
		uint32_t *slot = &c->slots[i & (c->nslots - 1)];

		if (!*slot ||
		    (c->cap_of[*slot - 1] == cap && says_same(&c->reasons[*slot - 1], like)))
			return slot;
	}
}

/* Keeps the table at most half full. Reasons of other recommendations were added without it. */
static void grow_slots(struct ct_case *c)
{
	const size_t least = 2 * (c->nreasons + 1);

	if (least <= c->nslots)
		return;
	c->nslots = c->nslots ?: 64;
	while (c->nslots < least)
		c->nslots *= 2;
	free(c->slots);
	c->slots = ct_xzalloc(c->nslots * sizeof(*c->slots));
	for (size_t i = 0; i < c->nreasons; i++)
		*slot_of(c, c->cap_of[i], &c->reasons[i]) = (uint32_t)i + 1;
}

struct ct_reason *ct_case__say(struct ct_case *c, int cap, const struct ct_reason *like)
{
	struct ct_reason *r;
	uint32_t *slot;

	grow_slots(c);
	slot = slot_of(c, cap, like);
	if (*slot)
		return &c->reasons[*slot - 1];
	r = ct_case__reason(c, cap, like->verdict, like->any_of);
	*slot = (uint32_t)c->nreasons;
	*r = *like;
	r->site = ct_xstrdup(like->site);
	r->syscall = like->syscall ? ct_xstrdup(like->syscall) : NULL;
	r->process = like->process && *like->process ? ct_xstrdup(like->process) : NULL;
	r->text = ct_xstrdup(like->text);
	return r;
}

void ct_case__need(struct ct_case *c, uint64_t any_of, enum ct_verdict v)
{
	if (v == CT_UNNEEDED)
		return;
	ct_caps__for_each(cap, any_of)
		ct_ranges__join(&c->seen[cap], &c->now);
	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].any_of == any_of && c->needs[i].verdict == v)
			return;
	*CT_PUSH(c->needs, c->nneeds, c->needs_cap) = (struct ct_need){ any_of, v };
}

void ct_case__see(struct ct_case *c, const struct ct_ranges *in)
{
	ct_ranges__free(&c->now);
	c->now = ct_workload__in(c->w, in);
}

bool ct_case__may_go_by_its_set(const struct ct_case *c, uint64_t set)
{
	return c->told & ~set && !(c->settled && c->settled->proved);
}

static bool is_fault(int signal)
{
	switch (signal) {
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGSEGV:
	case SIGSYS:
	case SIGTRAP: return true;
	default: return false;
	}
}

/*
 * Services are normally ended by a signal, which counts as a failure only if they caused it
 * themselves; an exit status of their own counts as one. A shell reports a signal as 128 plus its
 * number.
 */
bool ct_case__has_failed(const struct ct_workload *part)
{
	int status = WEXITSTATUS(part->end_code);

	if (part->end_seen != CT_YES)
		return false;
	if (WIFSIGNALED(part->end_code))
		return is_fault(WTERMSIG(part->end_code));
	return (status > 0 && status < 128) || is_fault(status - 128);
}

void ct_target__free(struct ct_target *t)
{
	free(t->syscall);
	free(t->process);
	ct_ranges__free(&t->in);
}

void ct_case__free(struct ct_case *c)
{
	free(c->needs);
	for (size_t i = 0; i < c->ntargets; i++)
		ct_target__free(&c->targets[i]);
	free(c->targets);
	free(c->reasons);
	free(c->cap_of);
	free(c->slots);
	ct_ranges__free(&c->now);
	ct_strings__free(&c->filtered);
	for (size_t i = 0; i < CT_CAP_MAX; i++)
		ct_ranges__free(&c->seen[i]);
}
