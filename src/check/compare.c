/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares a recommendation with what a file gives. */
#include <string.h>

#include "check/check.h"
#include "emit/common.h"
#include "emit/emit.h"

/* How a file says "start from nothing". */
static const char *drop_all(enum ct_deployed_kind kind)
{
	switch (kind) {
	case CT_DEPLOYED_COMPOSE: return "cap_drop: [ALL]";
	case CT_DEPLOYED_KUBERNETES: return "capabilities: drop: [ALL]";
	case CT_DEPLOYED_SYSTEMD: return "CapabilityBoundingSet=";
	case CT_DEPLOYED_IMAGE: return "LABEL " CT_LABEL_CAPS;
	case CT_DEPLOYED_QUADLET: break;
	}
	return "DropCapability=all";
}

static struct ct_place set_at(const struct ct_deployed *t)
{
	return t->set_at.file ? t->set_at : t->at;
}

/* The remark for capabilities of which one reaches the host; "" if none does. */
static const char *host_mark(uint64_t caps)
{
	ct_caps__for_each(cap, caps) {
		const struct ct_cap_info *info = ct_cap__info(cap);

		if (!info || info->scope == CT_SCOPE_HOST)
			return " (HOST: it reaches the whole host)";
	}
	return "";
}

static void check_names(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a,
			const struct ct_named_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].why)
			ct_check__add(c, CT_CHECK_UNKNOWN_NAME, t, a, 0, l->items[i].at,
				      ct_xasprintf("'%s': %s", l->items[i].text, l->items[i].why));
}

/* Finds what is wrong whether or not it was recorded; a may be NULL. */
static void check_file(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a)
{
	check_names(c, t, a, &t->added);
	check_names(c, t, a, &t->dropped);
	if (t->privileged == CT_YES)
		ct_check__add(c, CT_CHECK_PRIVILEGED, t, a, 0, t->privileged_at,
			      ct_xasprintf("it is privileged: it holds every capability, and every "
					   "device is open%s",
					   a && !a->cap_add && !a->gaps ?
						   "; no capability is needed" :
						   ""));
	if (t->unknown || t->privileged == CT_UNKNOWN)
		ct_check__add(c, CT_CHECK_UNDECIDED, t, a, 0, set_at(t),
			      ct_xstrdup("a variable, or a file that was not read, decides what is "
					 "given: not compared"));
}

/*
 * The need may be that of a command of the unit that nothing restricts: a recording does not say
 * which command it was.
 */
static void check_unlimited(struct ct_check *c, const struct ct_deployed *t,
			    const struct ct_advice *a, int cap)
{
	ct_check__add(c, CT_CHECK_UNDECIDED, t, a, 1ull << cap, t->unlimited_at,
		      ct_xasprintf("it needs %s, which only a command exempt from all limits ('+' "
				   "or PermissionsStartOnly=) is given: not compared",
				   ct_cap__name(cap)));
}

/* Returns what is given instead of what is needed. known: what other recordings have covered. */
static uint64_t check_missing(struct ct_check *c, const struct ct_deployed *t,
			      const struct ct_advice *a, uint64_t known)
{
	uint64_t instead = 0;

	ct_caps__for_each(cap, a->cap_add & ~t->given & ~known) {
		uint64_t others = ct_advice__stand_ins(a, cap, t->given);
		ct_autofree char *why = ct_emit__reason(a, cap);
		ct_autofree char *names = ct_caps__join(others, ", ", "");

		instead |= others;
		if (!others && t->unlimited == CT_UNKNOWN)
			check_unlimited(c, t, a, cap);
		else if (!others)
			ct_check__add(c, CT_CHECK_MISSING, t, a, 1ull << cap, set_at(t),
				      ct_xasprintf("it needs %s and is not given it: %s",
						   ct_cap__name(cap), why));
		else if (!(others & a->cap_add))
			ct_check__add(c, CT_CHECK_WIDER, t, a, others, set_at(t),
				      ct_xasprintf("%s is given where %s would do", names,
						   ct_cap__name(cap)));
	}
	return instead;
}

/* An incomplete advice says nothing about what it does not name. */
static const char *so_far(const struct ct_advice *a)
{
	return a->gaps ? " so far" : "";
}

/* Reports what the file names one by one, each at its own place. Returns the rest. */
static uint64_t check_written(struct ct_check *c, const struct ct_deployed *t,
			      const struct ct_advice *a, uint64_t extra)
{
	for (size_t i = 0; i < t->added.len; i++) {
		const struct ct_named *n = &t->added.items[i];
		uint64_t these = n->set & extra;
		ct_autofree char *names = ct_caps__join(these, ", ", "");

		if (!these || ct_caps__count(n->set) > 1)
			continue;
		ct_check__add(c, CT_CHECK_SUPERFLUOUS, t, a, these, n->at,
			      ct_xasprintf("%s is given, and nothing was seen to need it%s%s",
					   names, so_far(a), host_mark(these)));
		extra &= ~these;
	}
	return extra;
}

static void check_superfluous(struct ct_check *c, const struct ct_deployed *t,
			      const struct ct_advice *a, uint64_t extra)
{
	uint64_t rest = check_written(c, t, a, extra);
	ct_autofree char *names = ct_caps__join(rest, ", ", "");
	ct_autofree char *keep = ct_caps__join(a->cap_add, ", ", "");
	bool all = t->given == CT_CAPS_ALL;

	if (t->unlimited == CT_YES) {
		ct_check__add(c, CT_CHECK_NO_DROP_ALL, t, a, rest, t->unlimited_at,
			      ct_xasprintf("'+' gives it every capability, whatever "
					   "CapabilityBoundingSet= says; needed: %s",
					   *keep ? keep : "none"));
		return;
	}
	if (!t->from_none) {
		ct_check__add(c, CT_CHECK_NO_DROP_ALL, t, a, rest, set_at(t),
			      ct_xasprintf("there is no %s: it holds %s%s; needed%s: %s",
					   drop_all(t->kind),
					   all	  ? "every capability" :
					   *names ? names :
						    "no more than needed, on this engine",
					   all || !*names ? "" : " needlessly", so_far(a),
					   *keep ? keep : "none"));
		return;
	}
	if (rest)
		ct_check__add(c, CT_CHECK_SUPERFLUOUS, t, a, rest, set_at(t),
			      ct_xasprintf("it is given %s, and nothing was seen to need %s%s%s",
					   names, ct_caps__count(rest) > 1 ? "them" : "it",
					   so_far(a), host_mark(rest)));
}

static void check_notes(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a)
{
	uint64_t optional = ct_advice__left_out(a) & t->given;
	ct_autofree char *names = ct_caps__join(optional, ", ", "");
	uint64_t dead = ct_named__set(&t->added) & a->cap_add & ct_advice__powerless(a);
	ct_autofree char *powerless = ct_caps__join(dead, ", ", "");

	ct_caps__for_each(cap, a->cap_add & t->given) {
		const struct ct_cap_verdict *cv = ct_advice__cap(a, cap);
		ct_autofree char *why = NULL;

		if (!cv || cv->scope != CT_SCOPE_HOST)
			continue;
		why = ct_emit__reason(a, cap);
		ct_check__add(c, CT_CHECK_HOST_SCOPE, t, a, 1ull << cap, set_at(t),
			      ct_xasprintf("%s is needed, and opens the whole host: %s",
					   ct_cap__name(cap), why));
	}
	if (optional && t->privileged != CT_YES)
		ct_check__add(c, CT_CHECK_OPTIONAL, t, a, optional, set_at(t),
			      ct_xasprintf("%s: used, but programs usually manage without", names));
	if (dead && t->kind != CT_DEPLOYED_SYSTEMD && !t->users_hold_set &&
	    t->kind != CT_DEPLOYED_IMAGE && t->nonroot != CT_NO)
		ct_check__add(c, CT_CHECK_NO_EFFECT, t, a, dead, set_at(t),
			      ct_xasprintf("%s: without root it does nothing unless the program's "
					   "file has it, too (setcap)",
					   powerless));
}

static void check_ambient(struct ct_check *c, const struct ct_deployed *t,
			  const struct ct_advice *a)
{
	uint64_t absent = a->cap_add & t->given & ~t->ambient & ct_advice__powerless(a);
	ct_autofree char *names = ct_caps__join(absent, " ", "CAP_");

	if (t->kind == CT_DEPLOYED_SYSTEMD && t->nonroot == CT_YES && absent)
		ct_check__add(c, CT_CHECK_MISSING_AMBIENT, t, a, absent, set_at(t),
			      ct_xasprintf("it runs without root and needs AmbientCapabilities=%s",
					   names));
}

/* Docker engines and the CRI give users other than root nothing, Podman gives them the set. */
static void check_settings(struct ct_check *c, const struct ct_deployed *t,
			   const struct ct_advice *a)
{
	uint64_t dead = t->users_hold_set ? 0 : ct_advice__roots_only(a) & ~t->ambient;

	for (size_t i = 0; i < t->settings.len; i++) {
		const struct ct_setting *s = &t->settings.items[i];
		char *text = ct_settings__unlike(s, a->workload, dead);

		if (text)
			ct_check__add(c,
				      s->kind == CT_SETTING_USER ? CT_CHECK_OTHER_USER :
								   CT_CHECK_OTHER_SETTING,
				      t, a, s->kind == CT_SETTING_USER ? dead : 0, s->at, text);
	}
}

static void check_complete(struct ct_check *c, const struct ct_deployed *t,
			   const struct ct_advice *a, struct ct_place at)
{
	ct_autofree char *text = ct_advice__gaps_text(a);

	if (text)
		ct_check__add(c, CT_CHECK_INCOMPLETE, t, a, 0, at,
			      ct_xasprintf("INCOMPLETE: %s", text));
}

/*
 * Checks other recordings of the same target, such as of replicas. Returns what all of its
 * recordings need or may use.
 */
static uint64_t check_replicas(struct ct_check *c, const struct ct_deployed *t,
			       const struct ct_advice *a, const struct ct_strlist *pairs,
			       bool *seen)
{
	uint64_t used = a->cap_add, known = a->cap_add;

	for (size_t i = 0; i < c->report->nadvices; i++) {
		const struct ct_advice *other = &c->report->advices[i];

		if (other == a || !ct_check__belongs(t, other, pairs))
			continue;
		seen[i] = true;
		check_complete(c, t, other, t->at);
		if (!t->unknown && t->privileged != CT_UNKNOWN)
			used |= check_missing(c, t, other, known);
		known |= other->cap_add; /* What is merely optional was not looked for. */
		used |= other->cap_add | other->optional;
	}
	return used;
}

/* used: what other recordings of the target need or may use. */
static void check_pair(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a,
		       uint64_t used)
{
	if (t->unknown || t->privileged == CT_UNKNOWN)
		return;
	used |= a->cap_add | a->optional | check_missing(c, t, a, 0);
	/* That it is privileged has been reported, and covers all of this. */
	if (t->privileged != CT_YES && (!t->from_none || t->given & ~used))
		check_superfluous(c, t, a, t->given & ~used);
	check_ambient(c, t, a);
	check_settings(c, t, a);
	check_notes(c, t, a);
}

/* Reports it if recording and target do not certainly belong together. */
static void check_match(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a,
			const struct ct_strlist *pairs, bool guessed)
{
	const struct ct_deployed *rival = guessed ? NULL : ct_check__rival(c, t, a, pairs);
	const char *label = ct_workload__label(a->workload);

	if (guessed)
		ct_check__add(
			c, CT_CHECK_MATCHED, t, a, 0, t->at,
			ct_xasprintf("taken to be the recorded %s; use --workload if it is not",
				     label));
	else if (rival && t->kind == CT_DEPLOYED_KUBERNETES)
		ct_check__add(c, CT_CHECK_MATCHED, t, a, 0, t->at,
			      ct_xasprintf("the recorded %s may also belong to %s; --workload "
					   "%s=%s/%s assigns it",
					   label, rival->where ? rival->where : rival->name, label,
					   t->where, t->name));
}

/* Applies it to all recordings of the target; what several of them need is objected to once. */
static void apply_policy(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a,
			 const struct ct_strlist *pairs, bool guessed)
{
	uint64_t held = (t->unknown ? 0 : t->given) | (a ? a->cap_add : 0), told;

	told = ct_check__apply_policy(c, t, a, held);
	for (size_t i = 0; a && !guessed && i < c->report->nadvices; i++) {
		const struct ct_advice *other = &c->report->advices[i];

		if (other != a && ct_check__belongs(t, other, pairs))
			told |= ct_check__apply_policy(c, t, other, other->cap_add & ~told);
	}
}

static void check_target(struct ct_check *c, const struct ct_deployed *t,
			 const struct ct_strlist *pairs, bool *seen)
{
	bool guessed;
	const struct ct_advice *a = ct_check__match(c, t, pairs, &guessed);

	if (a)
		check_complete(c, t, a, t->at);
	check_file(c, t, a);
	if (a) {
		seen[a - c->report->advices] = true;
		check_match(c, t, a, pairs, guessed);
		check_pair(c, t, a, guessed ? 0 : check_replicas(c, t, a, pairs, seen));
	} else {
		ct_check__add(c, CT_CHECK_NO_RECORDING, t, NULL, 0, t->at,
			      ct_xstrdup("there is no recording of it"));
	}
	if (c->has_policy)
		apply_policy(c, t, a, pairs, guessed);
}

static void check_rest(struct ct_check *c, const bool *seen)
{
	for (size_t i = 0; i < c->report->nadvices; i++) {
		const struct ct_advice *a = &c->report->advices[i];

		if (seen[i])
			continue;
		if (c->targets.len)
			ct_check__add(c, CT_CHECK_NOT_IN_FILE, NULL, a, 0,
				      (struct ct_place){ c->targets.items[0].at.file, 1, 1 },
				      ct_xstrdup("it was recorded, but is not in the file"));
		if (c->has_policy)
			check_complete(c, NULL, a, (struct ct_place){ c->policy_file, 1, 1 });
		if (c->has_policy)
			ct_check__apply_policy(c, NULL, a, a->cap_add);
	}
	for (size_t i = 0; i < c->policy.len; i++)
		if (!c->policy.workloads[i].used)
			ct_check__add(c, CT_CHECK_NO_RECORDING, NULL, NULL, 0,
				      c->policy.workloads[i].at,
				      ct_xasprintf("there is no recording of '%s'",
						   c->policy.workloads[i].name));
}

static int by_place(const void *x, const void *y)
{
	const struct ct_finding *a = x, *b = y;
	int order = strcmp(a->at.file ? a->at.file : "", b->at.file ? b->at.file : "");

	if (order)
		return order;
	if (a->at.line != b->at.line)
		return a->at.line < b->at.line ? -1 : 1;
	if (a->at.column != b->at.column)
		return a->at.column < b->at.column ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return strcmp(a->text, b->text);
}

int ct_check__run(struct ct_check *c, const struct ct_strlist *pairs, struct ct_err *err)
{
	ct_autofree bool *seen = ct_xzalloc(c->report->nadvices + 1);
	int ret = ct_check__check_pairs(c, pairs, err);

	if (ret)
		return ret;
	for (size_t i = 0; i < c->targets.len; i++)
		check_target(c, &c->targets.items[i], pairs, seen);
	check_rest(c, seen);
	if (c->len)
		qsort(c->findings, c->len, sizeof(*c->findings), by_place);
	return 0;
}
