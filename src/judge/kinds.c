/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks: would the call have done less without? */
#include <string.h>

#include "judge/judge_priv.h"
#include "judge/rules.h"

static bool is_phase(const char *phase, const char *name)
{
	return !strcmp(phase, name);
}

/*
 * overlayfs works on the lower layers with its mounter's credentials. With a
 * container's own bounding set they are those of a mount it made itself; only when it
 * holds everything, the runtime's look the same, and then the runtime's it is.
 */
static bool is_mounters(const struct ct_workload *w, const struct ct_kind *k)
{
	bool everything = w->configured_known && (w->configured & CT_CAPS_ALL) == CT_CAPS_ALL;

	if (k->key.flags & CT_F_CRED_ALIEN)
		return true;
	if (!(k->key.flags & CT_F_CRED_KIN) || !everything)
		return false;
	for (size_t i = 0; i < k->stack_len; i++)
		if (!strncmp(k->stack[i], "ovl_", 4))
			return true;
	return false;
}

bool ct_kind__has_frame(const struct ct_kind *k, const char *name)
{
	for (size_t i = 0; i < k->stack_len; i++)
		if (!strcmp(k->stack[i], name))
			return true;
	return false;
}

/*
 * Who makes a user namespace, and all his children in it, hold everything there, whatever they hold
 * outside (set_cred_user_ns). So what is asked in a namespace below the workload's own, of
 * somebody within it, is none of the workload's needs; nor are the namespaces of other types that
 * one call makes along with it (cap_capable: the owner may).
 */
static bool is_own_namespace(const struct ct_case *c, const struct ct_kind *k)
{
	if (!k->sampled || k->key.level <= c->base_level)
		return false;
	return k->creds.userns_level >= k->key.level ||
	       ct_kind__has_frame(k, "unshare_nsproxy_namespaces") ||
	       ct_kind__has_frame(k, "copy_namespaces");
}

/* That of the workload's user namespace; with doubt, so high that nothing is below. */
static uint8_t base_level(const struct ct_workload *w)
{
	uint8_t lowest = UINT8_MAX;

	if (w->container.userns == CT_NO)
		return 0;
	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_kind *k = &w->kinds[i];

		if (k->sampled && k->key.entry != CT_ENTRY_SETUP && k->creds.userns_level < lowest)
			lowest = k->creds.userns_level;
	}
	return lowest;
}

struct finding {
	enum ct_verdict verdict;
	uint64_t any_of;
	const char *site, *source;
	enum ct_scope scope;
	char *text; /* owned */
	bool known, doubtful;
};

/*
 * What cap_capable() looks at is the effective set. Another capability would not have done for
 * somebody who holds it and had lowered it at the time.
 */
static uint64_t lowered(const struct ct_kind *k)
{
	return k->sampled ? k->creds.permitted & ~k->creds.effective : 0;
}

static struct finding look_up(const struct ct_kind *k)
{
	struct finding f = { .any_of = 1ull << k->key.cap, .known = true };
	const struct ct_rule *r = ct_rules__match(k, &f.site, &f.scope);

	if (!r) {
		f.known = false;
		f.verdict = CT_REQUIRED;
		f.doubtful = true;
		f.text = ct_xstrdup("asked at a place in the kernel that no rule knows: taken as "
				    "needed");
		return f;
	}
	f.verdict = r->verdict;
	f.any_of |= r->alternatives & ~lowered(k);
	f.source = r->source;
	f.text = ct_xstrdup(r->text);
	return f;
}

/* Reasons that make a check none of the workload's needs, whatever the site. */
static void overrule(const struct ct_case *c, const struct ct_kind *k, const char *phase,
		     struct finding *f)
{
	const char *why = NULL;

	if (is_phase(phase, "setup") && !ct_rules__is_off("set-up"))
		why = "the runtime's own set-up, before the program began";
	else if (is_own_namespace(c, k) && !ct_rules__is_off("set_cred_user_ns"))
		why = "within a user namespace that the workload made: there it holds everything";
	else if (is_mounters(c->w, k) && !ct_rules__is_off("mounter"))
		why = "asked of another's credentials (such as the mounter's of an overlay)";
	else if (!(k->key.flags & CT_F_GRANTED) && f->verdict == CT_REQUIRED && !c->failed &&
		 !ct_rules__is_off("refused-and-lived"))
		why = "refused, and the workload carried on";
	if (!why)
		return;
	if (f->verdict != CT_UNNEEDED) {
		char *text = ct_xasprintf("%s (%s)", why, f->text);

		free(f->text);
		f->text = text;
	}
	f->verdict = CT_UNNEEDED;
	f->doubtful = false;
	f->known = true;
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
	struct finding f = look_up(k);
	struct ct_reason *r;

	overrule(c, k, phase, &f);
	if (!f.known)
		c->unknown_sites++;
	c->checks += k->count;
	(granted ? c->granted : c->denied)[k->key.cap] += k->count;
	if (granted && f.verdict != CT_UNNEEDED)
		c->granted_caps |= 1ull << k->key.cap;
	r = reason_for(c, k, phase, &f);
	*(granted ? &r->granted : &r->denied) += k->count;
	ct_outcome__add(&r->outcome, &k->outcome);
	/* The clocks of different recordings have nothing to do with each other. */
	if (!c->recordings && k->first_ns && (!r->first_ns || k->first_ns < r->first_ns))
		r->first_ns = k->first_ns;
	if (!c->recordings && k->last_ns > r->last_ns)
		r->last_ns = k->last_ns;
	/* An optional thing that was refused is missed by nobody. */
	if (granted || f.verdict == CT_REQUIRED)
		ct_case__need(c, f.any_of, f.verdict);
	if (f.verdict == CT_REQUIRED && f.scope == CT_SCOPE_HOST)
		c->host_caps |= f.any_of;
	c->doubtful += f.doubtful;
	free(f.text);
}

void ct_case__judge_kinds(struct ct_case *c)
{
	c->base_level = base_level(c->w);
	for (size_t i = 0; i < c->w->nkinds; i++)
		judge_kind(c, &c->w->kinds[i]);
}
