/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a recommendation whole, or may a need be missing? This is the one place that decides. */
#include <linux/capability.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/moment.h"
#include "judge/judge_priv.h"
#include "judge/seccomp.h"
#include "runtime/facts.h"

const char *const ct_gap_names[] = {
	"start-not-seen",     "losses",	     "cut-off",	     "degraded",
	"capset-not-watched", "not-watched", "guest-kernel", NULL
};

/*
 * May the check hide a need? Of a total not even the system call is known, which would tell of a
 * mount or of a reboot (acts.c). Without its call site a check shows all that it shows with it, but
 * for one thing: that user 0 was mapped into a user namespace, which takes SETFCAP unasked.
 */
static bool may_hide_need(const struct ct_kind *k)
{
	if (k->key.entry == CT_ENTRY_SETUP)
		return false;
	if (k->key.flags & CT_F_TOTAL)
		return true;
	return k->key.flags & CT_F_NO_SITE && k->key.flags & CT_F_GRANTED &&
	       k->key.cap == CAP_SYS_ADMIN && k->key.level && k->key.from == k->key.level;
}

static bool lacks_detail(const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		for (size_t i = 0; i < part->nkinds; i++)
			if (may_hide_need(&part->kinds[i]))
				return true;
	return false;
}

/* capset always asks for SETPCAP (cap_inh_is_capped, 5.10-7.3), so that it is seen in any case. */
static bool calls_capset(const struct ct_workload *part)
{
	for (size_t i = 0; i < part->nkinds; i++)
		if (ct_str_equal(part->kinds[i].syscall, "capset") &&
		    part->kinds[i].key.entry != CT_ENTRY_SETUP)
			return true;
	return false;
}

/* Capabilities that are needed in any case. */
static uint64_t required(const struct ct_case *c)
{
	uint64_t set = 0;

	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].verdict == CT_REQUIRED && ct_caps__count(c->needs[i].any_of) == 1)
			set |= c->needs[i].any_of;
	return set;
}

/* May it have needed a capability for which the kernel never asks, where that was not watched? */
static bool lacks_calls(const struct ct_case *c, const struct ct_host *host)
{
	ct_workload__for_each(part, c->w) {
		enum ct_tristate watched = part->syscalls == CT_UNKNOWN ? host->syscalls :
									  part->syscalls;

		if (watched == CT_NO &&
		    (calls_capset(part) || ct_gates__may_use(part) & ~required(c)))
			return true;
	}
	return false;
}

static int64_t began_ms(const struct ct_workload *part, const struct ct_host *host)
{
	return part->since_ms ? part->since_ms : host->start_ms;
}

/* When somebody watched the part again; if that was not noted, the part's end. */
static int64_t watched_again_ms(const struct ct_workload *part, const struct ct_host *host)
{
	uint64_t ns = part->to_ns > part->from_ns ? part->to_ns - part->from_ns : 0;

	return part->unwatched_until_ms ? part->unwatched_until_ms :
					  began_ms(part, host) + (int64_t)(ns / CT_NS_PER_MS);
}

static int64_t unwatched_until(const struct ct_workload *w, const struct ct_host *host)
{
	int64_t until = 0;

	ct_workload__for_each(part, w)
		if (part->unwatched_ns && watched_again_ms(part, host) > until)
			until = watched_again_ms(part, host);
	return until;
}

/*
 * Did nobody watch some run of it for a time? Perhaps no earlier run needed what it needed then, so
 * only a run that began afterwards and was watched from its start makes up for it.
 */
static bool was_unwatched(const struct ct_workload *w, const struct ct_host *host)
{
	const int64_t until = unwatched_until(w, host);
	bool any = false;

	ct_workload__for_each(part, w) {
		any |= part->unwatched_ns > 0;
		if (!part->unwatched_ns && part->start_seen == CT_YES &&
		    began_ms(part, host) >= until)
			return false;
	}
	return any;
}

unsigned int ct_case__gaps(const struct ct_case *c, const struct ct_session *s)
{
	const struct ct_losses *l = &s->losses;
	unsigned int gaps = 0;

	/* A set that was proved by running works, whatever the recording did not show. */
	if (c->settled && c->settled->proved)
		return 0;
	if (ct_workload__exercised(c->w).start_seen != CT_YES)
		gaps |= CT_GAP_START;
	if (l->missed || l->kinds || l->acts || l->events || ct_workload__lost(c->w))
		gaps |= CT_GAP_LOST;
	if (l->truncated)
		gaps |= CT_GAP_CUT_OFF;
	if (lacks_detail(c->w))
		gaps |= CT_GAP_DETAIL;
	if (ct_runtimes__facts(c->w->runtime)->in_guest)
		gaps |= CT_GAP_GUEST;
	if (lacks_calls(c, &s->host))
		gaps |= CT_GAP_SETS;
	if (was_unwatched(c->w, &s->host))
		gaps |= CT_GAP_UNWATCHED;
	return gaps;
}

unsigned int ct_gaps__merged(unsigned int a, unsigned int b)
{
	/*
	 * A recommendation that is whole does not become less so by another one, except for a time
	 * that nobody watched, which may have been later.
	 */
	if (!a || !b)
		return (a | b) & CT_GAP_UNWATCHED;
	return ((a | b) & ~(unsigned int)CT_GAP_START) | (a & b);
}

bool ct_report__is_incomplete(const struct ct_report *r)
{
	for (size_t i = 0; i < r->nadvices; i++)
		if (r->advices[i].gaps)
			return true;
	return false;
}

/*
 * A word to be typed as it stands: the name, if every shell takes it as one word, or a place to
 * fill in.
 */
static const char *word(const char *name, const char *instead)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.-@:";

	return name && *name && *name != '-' && strspn(name, plain) == strlen(name) ? name :
										      instead;
}

/* The command that records its start, too; the caller frees. */
static char *cure(const struct ct_workload *w)
{
	switch (w->kind) {
	case CT_WL_CONTAINER:
		return ct_xasprintf(
			"captrim record -c %s --restart",
			word(w->container.name ? w->container.name : w->short_id, "NAME"));
	case CT_WL_UNIT: return ct_xasprintf("captrim record -u %s --restart", word(w->id, "UNIT"));
	case CT_WL_COMMAND:
	case CT_WL_CGROUP: break;
	}
	return ct_xstrdup("captrim run -- COMMAND");
}

char *ct_unwatched__text(const struct ct_workload *w)
{
	ct_autofree char *time = NULL, *until = NULL;
	uint64_t ns = 0;
	int64_t ms = 0;

	ct_workload__for_each(part, w) {
		ns += part->unwatched_ns;
		if (part->unwatched_until_ms > ms)
			ms = part->unwatched_until_ms;
	}
	if (!ns)
		return NULL;
	/* Less than a second stands for a time of unknown length. */
	time = ns < CT_NS_PER_SEC ? ct_xstrdup("a time") : ct_human__duration(ns);
	until = ms ? ct_moment__utc(ms) : NULL;
	return ct_xasprintf("nobody watched it for %s%s%s", time, until ? ", last until " : "",
			    until ? until : "");
}

char *ct_advice__gaps_text(const struct ct_advice *a)
{
	ct_autofree char *how = cure(a->workload), *unwatched = ct_unwatched__text(a->workload);
	struct ct_str s = {};

	if (!a->gaps)
		return NULL;
	ct_str__add(&s, "this may not be the whole set");
	if (a->gaps & CT_GAP_START)
		ct_str__addf(&s, "; its start was not seen, and what it needs then is missing: %s",
			     how);
	if (a->gaps & CT_GAP_LOST)
		ct_str__add(&s, "; something was lost while recording that may have been a need: "
				"record it again");
	if (a->gaps & CT_GAP_CUT_OFF)
		ct_str__add(&s, "; the recording is cut off, and needs after that are missing: "
				"record it again");
	if (a->gaps & CT_GAP_DETAIL)
		ct_str__add(&s, "; for a time too little was noted of its checks, as --detail or a "
				"daemon's budget had it: record it in full detail, or raise the "
				"budget");
	if (a->gaps & CT_GAP_SETS)
		ct_str__add(&s, "; calls that need a capability without a check were not watched, "
				"and it may have made some: watch system calls, too");
	if (a->gaps & CT_GAP_UNWATCHED)
		ct_str__addf(&s,
			     "; %s, and what it needed then may be missing: start it again "
			     "while it is watched",
			     unwatched ? unwatched : "nobody watched it for a time");
	if (a->gaps & CT_GAP_GUEST)
		ct_str__add(&s,
			    "; it runs on a kernel of its own, a virtual machine's or gVisor's, "
			    "which checks what it does: this host cannot observe that, so record "
			    "it in the machine, or under runc");
	return s.s;
}
