/* SPDX-License-Identifier: GPL-2.0-only */
/* Judges checks: would the call have done less without the capability? */
#include <string.h>

#include "judge/judge_priv.h"
#include "judge/rules.h"
#include "model/frames.h"

static bool is_phase(const char *phase, const char *name)
{
	return !strcmp(phase, name);
}

/*
 * A task that makes a user namespace, and its descendants, hold every capability in it, whatever
 * they hold outside (set_cred_user_ns). So nothing that is asked of credentials from a namespace
 * below the workload's own is a need of the workload.
 */
static bool is_own_namespace(const struct ct_case *c, const struct ct_kind *k)
{
	if (k->key.flags & CT_F_CREDS)
		return k->key.from > c->is.base_level;
	/* Older recordings do not say who owns the namespaces that one call makes together. */
	return k->sampled && k->key.level > c->is.base_level &&
	       (k->creds.userns_level >= k->key.level ||
		ct_kind__has_frame(k, "unshare_nsproxy_namespaces") ||
		ct_kind__has_frame(k, "copy_namespaces"));
}

struct finding {
	enum ct_verdict verdict;
	uint64_t any_of;
	const char *site, *source;
	enum ct_scope scope;
	char *text; /* owned */
	bool known, doubtful;
};

/* Did the same function ask for both, on the same call path? */
static bool is_same_path(const struct ct_kind *a, const struct ct_kind *b)
{
	size_t i = ct_rules__place(a), j = ct_rules__place(b);

	if (i == a->stack_len || a->stack_len - i != b->stack_len - j)
		return false;
	for (; i < a->stack_len; i++, j++)
		if (strcmp(a->stack[i], b->stack[j]) != 0)
			return false;
	return true;
}

/*
 * Is this the second half of an either-or? The probe knows that another capability was refused to
 * the task in the same call just before. What is found out here is whether the same function asked
 * for that.
 */
static bool is_second_half(const struct ct_workload *w, const struct ct_kind *k)
{
	for (size_t i = 0; k->key.after && i < w->nkinds; i++) {
		const struct ct_kind *first = &w->kinds[i];

		if (first->key.cap + 1 == k->key.after && !(first->key.flags & CT_F_GRANTED) &&
		    first->key.nr == k->key.nr && first->key.sel == k->key.sel &&
		    first->key.entry == k->key.entry && first->key.effective == k->key.effective &&
		    is_same_path(first, k))
			return true;
	}
	return false;
}

static bool is_unsited(const struct ct_kind *k)
{
	return k->key.flags & CT_F_NO_SITE && !k->stack_len;
}

static struct finding look_up(const struct ct_case *c, const struct ct_kind *kind)
{
	struct finding f = { .any_of = 1ull << kind->key.cap, .known = true };
	struct ct_kind k = *kind;
	const struct ct_rule *r;

	if (!is_second_half(c->w, kind))
		k.key.after = 0;
	/*
	 * In a failed run a call may have been in vain only for want of what the run is to be
	 * given.
	 */
	if (c->failed && k.key.flags & CT_F_GRANTED)
		k.outcome.eacces = 0;
	r = ct_rules__match(c->rules, &k, c->kernel, &f.site, &f.scope);
	if (!r) {
		f.known = is_unsited(kind);
		f.verdict = CT_REQUIRED;
		f.doubtful = true;
		if (f.known)
			f.site = CT_SITE_NOT_NOTED;
		f.text = ct_xstrdup(f.known ? "its call site was not noted (--detail, or a "
					      "budget): counts as needed" :
					      "checked at a call site for which captrim has no "
					      "rule: counts as needed");
		return f;
	}
	f.verdict = r->verdict;
	f.doubtful = r->doubtful;
	f.any_of |= r->alternatives & ct_case__held(c, kind);
	f.source = r->source;
	f.text = ct_xstrdup(r->text);
	return f;
}

bool ct_judge__starts_program(const struct ct_kind *k, uint64_t given)
{
	return (ct_str_equal(k->syscall, "execve") || ct_str_equal(k->syscall, "execveat")) &&
	       k->key.flags & CT_F_CREDS && !(k->key.flags & CT_CRED_OTHERS) &&
	       !(k->key.effective & ~given);
}

/* For root, systemd only narrows the bounding set, and root still holds everything in the execve.
 */
static bool starts_the_program(const struct ct_case *c, const struct ct_kind *k)
{
	return (c->w->kind == CT_WL_CONTAINER || !(k->key.flags & CT_F_EUID0)) &&
	       c->w->configured_known && ct_judge__starts_program(k, c->w->configured);
}

/* Reasons that make a check none of the workload's needs, whatever the site. */
static const char *why_unneeded(const struct ct_case *c, const struct ct_kind *k, const char *phase,
				const struct finding *f)
{
	if (is_phase(phase, "setup") && !starts_the_program(c, k) &&
	    ct_rules__has(c->rules, "set-up"))
		return "the runtime's own set-up, before the program began";
	if (is_own_namespace(c, k) && ct_rules__has(c->rules, "set_cred_user_ns"))
		return "within a user namespace that the workload created, where it holds every "
		       "capability";
	if (k->key.flags & CT_F_BY_OWNER && ct_rules__has(c->rules, "owner"))
		return "granted because it owns the user namespace, whatever it holds";
	if (ct_case__kind_is_outsiders(c, k) && ct_rules__has(c->rules, "mounter"))
		return "asked of credentials that are not the workload's, such as those of an "
		       "overlay's mounter";
	if (!(k->key.flags & CT_F_GRANTED) && f->verdict == CT_REQUIRED && !c->failed &&
	    ct_rules__has(c->rules, "refused-and-lived"))
		return "refused, and the workload carried on";
	return NULL;
}

static void annotate(struct finding *f, const char *first, const char *second)
{
	char *text = ct_xasprintf("%s (%s)", first, second);

	free(f->text);
	f->text = text;
}

static void overrule(const struct ct_case *c, const struct ct_kind *k, const char *phase,
		     struct finding *f)
{
	const char *why = why_unneeded(c, k, phase, f);

	if (why) {
		if (f->verdict != CT_UNNEEDED)
			annotate(f, why, f->text);
		f->verdict = CT_UNNEEDED;
		f->doubtful = false;
		f->known = true;
	} else if (ct_case__kind_is_uncertain(k) && f->verdict != CT_UNNEEDED) {
		annotate(f, f->text,
			 "asked of other credentials than the task's own, taken to be the "
			 "workload's");
		f->doubtful = true;
	} else if (k->key.entry == CT_ENTRY_ENTERED && f->verdict != CT_UNNEEDED) {
		annotate(f, f->text,
			 "by a process that came from another cgroup and executed nothing there");
		f->doubtful = true;
	}
}

/* One more line of evidence, or more weight for one that says the same. */
static struct ct_reason *reason_for(struct ct_case *c, const struct ct_kind *k, const char *phase,
				    const struct finding *f)
{
	char comm[sizeof(k->proc.comm) + 1] = "";
	const struct ct_reason like = {
		.verdict = f->verdict,
		.any_of = f->any_of,
		.site = (char *)f->site,
		.syscall = k->syscall,
		.process = comm,
		.phase = phase,
		.scope = f->scope,
		.text = f->text,
		.source = f->source,
		.known = f->known,
		.doubtful = f->doubtful,
	};

	if (k->sampled)
		memcpy(comm, k->proc.comm, sizeof(k->proc.comm));
	return ct_case__say(c, k->key.cap, &like);
}

static void judge_kind(struct ct_case *c, const struct ct_kind *k)
{
	const char *phase = ct_workload__phase(c->w, k->key.entry);
	bool granted = k->key.flags & CT_F_GRANTED;
	struct finding f = look_up(c, k);
	struct ct_reason *r;

	overrule(c, k, phase, &f);
	if (!f.known)
		c->unknown_sites += ct_kind__times(k);
	c->checks += k->count;
	(granted ? c->granted : c->denied)[k->key.cap] += k->count;
	if (granted && f.verdict != CT_UNNEEDED)
		c->granted_caps |= 1ull << k->key.cap;
	r = reason_for(c, k, phase, &f);
	*(granted ? &r->granted : &r->denied) += k->count;
	ct_outcome__add(&r->outcome, &k->outcome);
	/* The clocks of different recordings have nothing to do with each other. */
	if (c->w->recording == c->whole->recording) {
		if (k->first_ns && (!r->first_ns || k->first_ns < r->first_ns))
			r->first_ns = k->first_ns;
		if (k->last_ns > r->last_ns)
			r->last_ns = k->last_ns;
	}
	/* A denied optional check is not a need. */
	if (granted || f.verdict == CT_REQUIRED)
		ct_case__need(c, f.any_of, f.verdict);
	if (f.verdict == CT_REQUIRED && f.scope == CT_SCOPE_HOST)
		c->host_caps |= f.any_of;
	c->doubtful += f.doubtful;
	free(f.text);
}

void ct_case__judge_kinds(struct ct_case *c)
{
	for (size_t i = 0; i < c->w->nkinds; i++) {
		ct_case__see(c, &c->w->kinds[i].in);
		judge_kind(c, &c->w->kinds[i]);
	}
}
