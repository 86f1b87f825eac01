/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/judge.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "judge/judge_priv.h"
#include "judge/when.h"

const char *ct_verdict__name(enum ct_verdict v)
{
	static const char *const names[] = { "unneeded", "optional", "required" };

	return names[v];
}

const char *ct_confidence__name(enum ct_confidence c)
{
	static const char *const names[] = { "low", "medium", "high", "proved" };

	return names[c];
}

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

/* Where the reason is or belongs. One table for all: a busy host has thousands of reasons. */
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

/* At most half full. */
static void grow_slots(struct ct_case *c)
{
	if (2 * (c->nreasons + 1) <= c->nslots)
		return;
	c->nslots = c->nslots ? 2 * c->nslots : 64;
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
	c->needed_now |= any_of;
	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].any_of == any_of && c->needs[i].verdict == v)
			return;
	*CT_PUSH(c->needs, c->nneeds, c->needs_cap) = (struct ct_need){ any_of, v };
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
 * Ended by a signal is how services end, unless they brought it on themselves; a status of its own
 * means that it failed. A shell's status for a signal is 128 and its number.
 */
bool ct_workload__has_failed(const struct ct_workload *w)
{
	int status = WEXITSTATUS(w->end_code);

	if (w->end_seen != CT_YES)
		return false;
	if (WIFSIGNALED(w->end_code))
		return is_fault(WTERMSIG(w->end_code));
	return (status > 0 && status < 128) || is_fault(status - 128);
}

/* An entry point that is missing in the image is never executed. */
static bool has_run(const struct ct_case *c)
{
	const struct ct_workload *w = c->w;
	bool set_up = false;

	if (w->kind != CT_WL_CONTAINER || w->start_seen == CT_YES)
		return true;
	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_kind *k = &w->kinds[i];
		bool prepares = k->key.entry == CT_ENTRY_SETUP ||
				(k->key.entry == CT_ENTRY_ENTERED && ct_kind__is_foreign(c, k));

		/* Overcommit checks are counted as one kind, of whatever phase. */
		if (!prepares && k->key.entry != CT_ENTRY_ENTERED && k->key.nr != CT_NR_NONE)
			return true;
		set_up |= prepares;
	}
	return !set_up;
}

static void end_recording(struct ct_case *c)
{
	ct_caps__for_each(cap, c->needed_now)
		c->seen_in[cap]++;
	c->needed_now = 0;
	c->recordings++;
}

static void judge_workload(struct ct_advice *a, const struct ct_session *s,
			   const struct ct_workload *w, enum ct_mode mode,
			   const struct ct_settled *settled)
{
	struct ct_case c = { .settled = settled,
			     .whole = w,
			     .backend = s->host.backend,
			     .acts_watched = s->host.syscalls == CT_YES };
	bool failed = false;

	a->workload = w;
	ct_workload__for_each(part, w) {
		if (c.w && c.w->recording != part->recording)
			end_recording(&c);
		c.w = part;
		c.kernel = ct_kernel__version(part->kernel ? part->kernel : s->host.kernel);
		c.failed = ct_workload__has_failed(part);
		c.lossy = s->losses.kinds || s->losses.missed || part->lost;
		failed |= c.failed;
		c.left_out |= part->left_out;
		ct_case__judge_kinds(&c);
		c.ran |= has_run(&c);
		ct_case__judge_acts(&c);
	}
	end_recording(&c);
	c.w = w;
	c.failed = failed;
	a->recordings = c.recordings;
	a->checks = c.checks;
	a->unknown_sites = c.unknown_sites;
	a->gaps = ct_case__gaps(&c, &s->losses);
	ct_advice__decide(a, s, &c, mode);
	ct_advice__warn(a, s, &c);
	free(c.needs);
	free(c.targets);
	free(c.reasons); /* their strings have moved to the advice */
	free(c.cap_of);
	free(c.slots);
}

static struct ct_report *judge(struct ct_session *s, enum ct_mode mode,
			       const struct ct_settled *settled, size_t n)
{
	struct ct_report *r = ct_xzalloc(sizeof(*r));

	r->session = s;
	r->nadvices = s->nworkloads;
	r->advices = ct_xzalloc((r->nadvices + 1) * sizeof(*r->advices));
	s->losses.unknown_sites = 0;
	ct_session__conclude(s);
	for (size_t i = 0; i < s->nworkloads; i++) {
		const struct ct_settled *mine = NULL;

		for (size_t k = 0; k < n; k++)
			if (settled[k].workload == s->workloads[i])
				mine = &settled[k];
		judge_workload(&r->advices[i], s, s->workloads[i], mode, mine);
		s->losses.unknown_sites += r->advices[i].unknown_sites;
	}
	return r;
}

struct ct_report *ct_judge__session(struct ct_session *s, enum ct_mode mode)
{
	return judge(s, mode, NULL, 0);
}

struct ct_report *ct_judge__settled(struct ct_session *s, const struct ct_settled *settled,
				    size_t n)
{
	return judge(s, CT_MODE_DEFAULT, settled, n);
}

void ct_advice__free(struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		struct ct_cap_verdict *v = &a->caps[i];

		for (size_t k = 0; k < v->nreasons; k++) {
			free(v->reasons[k].site);
			free(v->reasons[k].syscall);
			free(v->reasons[k].process);
			free(v->reasons[k].text);
		}
		free(v->reasons);
	}
	for (size_t i = 0; i < a->nwarnings; i++)
		free(a->warnings[i].text);
	free(a->caps);
	free(a->warnings);
	free(a->why);
	free(a->verify_check);
	free(a->verify_result);
	free(a->verify_privileged);
	for (size_t i = 0; i < a->nverify_list; i++)
		free(a->verify_list[i].why);
	free(a->verify_list);
}

void ct_report__free(struct ct_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nadvices; i++)
		ct_advice__free(&r->advices[i]);
	for (size_t i = 0; i < r->ntexts; i++)
		free(r->texts[i]);
	free(r->texts);
	free(r->advices);
	free(r);
}
