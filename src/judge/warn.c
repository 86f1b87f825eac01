/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recommendation has to say beside its set: reach, losses, what does not carry over. */
#include <linux/capability.h>
#include <string.h>

#include "base/human.h"
#include "judge/engine_names.h"
#include "judge/hitting_set.h"
#include "judge/judge_priv.h"
#include "judge/questions.h"
#include "judge/seccomp.h"
#include "model/tally.h"

static void add_warning(struct ct_advice *a, const char *code, int cap, char *text)
{
	*CT_PUSH(a->warnings, a->nwarnings, a->warnings_cap) = (struct ct_warning){ code, cap,
										    text };
}

static const char *first_text(const struct ct_cap_verdict *v)
{
	return v->nreasons ? v->reasons[0].text : "needed";
}

const char *ct_warn__shared(const struct ct_workload *w, int cap)
{
	static const struct {
		uint64_t caps;
		const char *phrase;
	} namespaces[] = {
		{ CT_CAP(NET_ADMIN) | CT_CAP(NET_RAW) | CT_CAP(NET_BROADCAST) |
			  CT_CAP(NET_BIND_SERVICE),
		  "the host's network" },
		{ CT_CAP(KILL) | CT_CAP(SYS_PTRACE) | CT_CAP(SYS_NICE) | CT_CAP(SYS_RESOURCE),
		  "the host's processes" },
		{ CT_CAP(IPC_OWNER), "the host's IPC objects" },
	};
	const char *const modes[] = { w->container.network, w->container.pid_mode,
				      w->container.ipc_mode };

	for (size_t i = 0; i < CT_ARRAY_SIZE(namespaces); i++)
		if (namespaces[i].caps >> cap & 1 && modes[i] && !strcmp(modes[i], "host"))
			return namespaces[i].phrase;
	return NULL;
}

/* A use within a namespace does not make a host-wide capability harmless. */
static char *host_text(const struct ct_workload *w, const struct ct_cap_verdict *v)
{
	const char *shared = ct_warn__shared(w, v->cap);
	bool use = false;

	if (shared)
		return ct_xasprintf("%s reaches %s, which this container shares: %s",
				    ct_cap__name(v->cap), shared, first_text(v));
	for (size_t i = 0; i < v->nreasons; i++)
		use |= v->reasons[i].verdict == v->verdict && v->reasons[i].scope == CT_SCOPE_HOST;
	return ct_xasprintf(use ? "%s reaches the whole host: %s" :
				  "%s opens the whole host, though this use stays within the "
				  "container's namespaces: %s",
			    ct_cap__name(v->cap), first_text(v));
}

/* Do all reasons of the greatest weight come from exec? The most important reason is the first. */
static bool is_execs_alone(const struct ct_cap_verdict *v)
{
	if (!v->nreasons || v->reasons[0].verdict == CT_UNNEEDED)
		return false;
	for (size_t k = 0; k < v->nreasons; k++)
		if (v->reasons[k].verdict == v->reasons[0].verdict &&
		    strcmp(v->reasons[k].phase, "exec") != 0)
			return false;
	return true;
}

static void warn_scope(struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *v = &a->caps[i];

		if (!v->chosen)
			continue;
		if (v->scope == CT_SCOPE_HOST)
			add_warning(a, "host-scope", v->cap, host_text(a->workload, v));
		if (is_execs_alone(v))
			add_warning(a, "exec-only", v->cap,
				    ct_xasprintf("%s was %s only by what was run inside with exec",
						 ct_cap__name(v->cap),
						 v->verdict == CT_REQUIRED ? "needed" : "used"));
	}
}

/* Does the reason name no function that asked? */
static bool is_without_site(const struct ct_reason *r)
{
	return !strcmp(r->site, CT_SITE_NOT_NOTED) || !strcmp(r->site, CT_SITE_UNKNOWN) ||
	       !strcmp(r->site, CT_SITE_VERIFY);
}

/* Without the function that asked it is not known whose namespace was asked about. */
static bool is_reach_known(const struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *v = &a->caps[i];

		for (size_t k = 0; k < v->nreasons && v->chosen; k++)
			if (v->reasons[k].verdict != CT_UNNEEDED && is_without_site(&v->reasons[k]))
				return false;
	}
	return true;
}

/*
 * In a user namespace of its own, a capability counts only for what that namespace owns; capable()
 * asks for the initial one, and is always refused.
 */
static void warn_userns(struct ct_advice *a, const struct ct_case *c)
{
	uint64_t host = c->host_caps & a->cap_add;
	ct_autofree char *names = NULL;

	if (c->w->kind != CT_WL_CONTAINER || c->w->container.userns == CT_YES || !a->cap_add)
		return;
	ct_caps__for_each(cap, a->cap_add)
		if (ct_warn__shared(c->w, cap))
			host |= 1ull << cap;
	names = ct_caps__join(host, ", ", "");
	if (host)
		add_warning(a, "userns", -1,
			    ct_xasprintf("it would not run with user-namespace remapping, nor "
					 "rootless, because of %s",
					 names));
	else if (is_reach_known(a))
		add_warning(a, "userns-possible", -1,
			    ct_xstrdup("user-namespace remapping would work: nothing it did "
				       "reaches the host"));
}

/* A call that succeeded and that the default profile would have refused with this advice, or NULL.
 */
static const struct ct_act *would_be_gated(const struct ct_advice *a, uint64_t *caps)
{
	ct_workload__for_each(part, a->workload) {
		for (size_t i = 0; i < part->nacts; i++) {
			const struct ct_act *act = &part->acts[i];

			if (act->key.type != CT_ACT_SYSCALL || !act->key.ok ||
			    act->key.entry == CT_ENTRY_SETUP)
				continue;
			*caps = ct_gates__caps(act->syscall, act->key.sel, part->runtime);
			if (*caps && !(*caps & a->cap_add))
				return act;
		}
	}
	return NULL;
}

/* Without seccomp no call is gated; a later run under the default profile would need more. */
static void warn_unconfined(struct ct_advice *a)
{
	ct_autofree char *names = NULL;
	const struct ct_act *act;
	uint64_t caps = 0;

	if (!ct_workload__is_unconfined(a->workload))
		return;
	act = would_be_gated(a, &caps);
	names = ct_caps__join(caps, " or ", "");
	add_warning(a, "no-seccomp", -1,
		    act ? ct_xasprintf("it ran without seccomp: under the default profile %s() "
				       "fails without %s",
				       act->syscall, names) :
			  ct_xstrdup("it ran without seccomp: record it again under the default "
				     "profile, where some calls need a capability"));
}

/* The required set where an engine knows every name and grants whatever is asked for. */
static uint64_t required_anywhere(const struct ct_case *c)
{
	ct_autofree uint64_t *sets = ct_xzalloc((c->nneeds + 1) * sizeof(*sets));
	size_t n = 0;

	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].verdict == CT_REQUIRED)
			sets[n++] = c->needs[i].any_of;
	return ct_hitting_set__cheapest(sets, n, 0, c->granted_caps);
}

/*
 * What a user's systemd starts has no capabilities except those that set-user-ID programs give it.
 */
static void warn_user_unit(struct ct_advice *a)
{
	const struct ct_workload *w = a->workload;

	if (!ct_workload__is_users_unit(w))
		return;
	add_warning(a, "user-unit", -1,
		    ct_xasprintf("a user's systemd may not limit capabilities: with a "
				 "CapabilityBoundingSet= the unit would not start "
				 "(218/CAPABILITIES); %s",
				 a->cap_add ?
					 "limit all of that user's units in a drop-in for "
					 "user@.service, make it a system service with User=, or "
					 "give it PrivateUsers=yes" :
					 "NoNewPrivileges=yes keeps it from gaining any"));
}

/* Which capabilities can be asked for depends on the engine, not on the kernel. */
static void warn_engine(struct ct_advice *a, const struct ct_case *c)
{
	uint64_t lacks = ct_engine_names__lacks(c->w), anywhere = required_anywhere(c);
	uint64_t missed = c->settled ? 0 : anywhere & lacks & ~a->required;
	ct_autofree char *engine = ct_engine_names__engine(c->w);
	ct_autofree char *first = ct_engine_names__first(c->w);
	ct_autofree char *elsewhere = ct_caps__join(missed, ", ", "");
	ct_autofree char *instead = ct_caps__join(a->required & ~anywhere, ", ", "");
	ct_autofree char *fresh = ct_caps__join(a->cap_add & CT_CAPS_NEW, ", ", "");

	if (missed && *instead)
		add_warning(a, "engine-instead", -1,
			    ct_xasprintf("%s is advised in place of %s, which %s does not know; "
					 "%s and newer do",
					 instead, elsewhere, engine, first));
	if (a->cap_add & lacks)
		add_warning(a, "engine-lacks", -1,
			    ct_xasprintf("%s refuses the name of what is needed here and nothing "
					 "else can replace: %s; %s and newer know it",
					 engine, fresh, first));
	else if (*fresh && ct_engine_names__are_unknown(c->w))
		add_warning(a, "engine-unknown", -1,
			    ct_xasprintf("versions before %s refuse %s, where SYS_ADMIN stands "
					 "in; which version this was is not recorded",
					 first, fresh));
}

/* What its own profile says decides about calls that the default profiles gate. */
static void warn_profile(struct ct_advice *a)
{
	bool custom = false, unknown = false;

	ct_workload__for_each(part, a->workload) {
		unknown |= ct_gates__are_unknown(part);
		custom |= ct_gates__are_unknown(part) &&
			  part->container.seccomp == CT_SECCOMP_CUSTOM;
	}
	for (size_t i = 0; i < a->ncaps && !custom; i++)
		for (size_t k = 0; k < a->caps[i].nreasons && unknown; k++)
			custom |= !strcmp(a->caps[i].reasons[k].site, "seccomp");
	if (custom)
		add_warning(a, "seccomp-unknown", -1,
			    ct_xstrdup("its seccomp profile could not be read: calls that the "
				       "default profiles allow only with a capability are taken to "
				       "need it, and are doubtful"));
}

/* What 32-bit programs need without a check is seen in part only, or not at all. */
static void warn_compat(struct ct_advice *a)
{
	uint64_t execs = 0, checks = 0;
	ct_autofree char *what = NULL;

	ct_workload__for_each(part, a->workload) {
		execs += part->compat;
		for (size_t i = 0; i < part->nkinds; i++)
			if (!ct_key__tells_arguments(&part->kinds[i].key) &&
			    part->kinds[i].key.entry != CT_ENTRY_SETUP)
				checks += part->kinds[i].count;
	}
	if (!execs && !checks)
		return;
	what = execs ? ct_human__count(execs, "32-bit program was executed",
				       "32-bit programs were executed") :
		       ct_human__count(checks, "check came from a 32-bit system call",
				       "checks came from 32-bit system calls");
	add_warning(a, "compat", -1,
		    execs ? ct_xasprintf(
				    "%s: captrim does not see all that 32-bit programs need "
				    "without a check (by capset, prctl, calls that seccomp gates "
				    "or that compare with another process); such needs are missing",
				    what) :
			    ct_xasprintf("%s with unknown arguments: each counts as needed", what));
}

static void warn_detail(struct ct_advice *a)
{
	uint64_t unsited = 0;
	ct_autofree char *what = NULL;

	ct_workload__for_each(part, a->workload)
		for (size_t i = 0; i < part->nkinds; i++)
			if (part->kinds[i].key.flags & CT_F_NO_SITE)
				unsited += part->kinds[i].count;
	what = ct_human__count(unsited, "check was", "checks were");
	if (unsited)
		add_warning(a, "no-call-sites", -1,
			    ct_xasprintf("%s noted without a call site (--detail, or a budget): "
					 "each counts as needed, so that the set may be larger "
					 "than what it needs",
					 what));
}

static void warn_incomplete(struct ct_advice *a, const struct ct_losses *l)
{
	uint64_t lost = l->kinds + l->acts + l->events + l->missed + ct_workload__lost(a->workload);
	ct_autofree char *what =
		ct_human__count(lost, "observation that may have shown a need was lost",
				"observations that may have shown a need were lost");

	if (lost)
		add_warning(
			a, "incomplete", -1,
			ct_xasprintf("incomplete: while recording, %s, because a map was full or "
				     "a program was gone before its file was looked at; record "
				     "it again, for a shorter time or with less running beside "
				     "it",
				     what));
}

static bool open_ports(const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		if (part->sysctls.known && part->sysctls.port_start == 0)
			return true;
	return false;
}

/* The caller frees; NULL: nowhere. */
static char *sent_to(const struct ct_workload *w)
{
	char *names = NULL;

	ct_workload__for_each(part, w)
		ct_names__add(&names, part->sent);
	return names;
}

static void warn_failed(struct ct_advice *a, const struct ct_case *c)
{
	ct_autofree char *calls = NULL;

	if (!c->failed)
		return;
	if (c->filtered.len)
		calls = ct_strings__join(c->filtered.items, ", ");
	add_warning(a, "failed-run", -1,
		    ct_xasprintf("the workload ended with an error: what it was refused counts as "
				 "needed%s%s; record a run that works",
				 calls ? ", but for system calls that its seccomp profile allows "
					 "only with a capability: " :
					 "",
				 calls ? calls : ""));
}

static void warn_own_sets(struct ct_advice *a, const struct ct_case *c)
{
	ct_autofree char *comm = NULL, *name = NULL;

	if (!ct_case__may_go_by_its_set(c, a->cap_add))
		return;
	comm = ct_xstrndup(c->asker->proc.comm, sizeof(c->asker->proc.comm));
	name = ct_printable(comm);
	add_warning(
		a, "own-sets", -1,
		ct_xasprintf("%s asked which capabilities it has (capget): if it misses one that "
			     "this set lacks, it may refuse to work, or do less, without a "
			     "check by the kernel; 'captrim verify' finds out",
			     name));
}

void ct_advice__warn(struct ct_advice *a, const struct ct_session *s, const struct ct_case *c)
{
	const struct ct_losses *l = &s->losses;
	ct_autofree char *unknown = ct_human__count(c->unknown_sites, "kind of check",
						    "kinds of checks"),
			 *sent = NULL;

	sent = sent_to(a->workload);
	warn_scope(a);
	warn_userns(a, c);
	warn_unconfined(a);
	warn_user_unit(a);
	warn_engine(a, c);
	warn_profile(a);
	warn_compat(a);
	warn_detail(a);
	warn_own_sets(a, c);
	warn_incomplete(a, l);
	warn_failed(a, c);
	if (c->left_out)
		add_warning(a, "left-out", -1,
			    ct_xstrdup("containers that started during the run are not in this "
				       "advice, because it is not known whether the command "
				       "started them, or because they have no cgroup of their own; "
				       "--containers includes all that have one, 'captrim run -- "
				       "docker run ...' its own"));
	if (sent)
		add_warning(a, "went-on-elsewhere", -1,
			    ct_xasprintf("processes of this workload went on in %s: the set of "
					 "this one limits them there, too, and what they need "
					 "there is not in this advice",
					 sent));
	if (!c->ran)
		add_warning(a, "never-ran", -1,
			    ct_xstrdup("nothing but the runtime's set-up was seen: did the "
				       "program start?"));
	if (c->unknown_sites)
		add_warning(
			a, "unknown-sites", -1,
			ct_xasprintf(
				"%s at call sites without a rule, counted as needed; -v shows them",
				unknown));
	if (l->truncated)
		add_warning(
			a, "truncated", -1,
			ct_xstrdup("the recording is cut off: needs after that point are missing"));
	if (open_ports(c->w) && !(a->cap_add & CT_CAP(NET_BIND_SERVICE)))
		add_warning(a, "low-ports", CAP_NET_BIND_SERVICE,
			    ct_xstrdup("here every port is open to everybody "
				       "(ip_unprivileged_port_start=0, as Docker sets it); on "
				       "Kubernetes, Podman or the host's network a port below 1024 "
				       "needs NET_BIND_SERVICE"));
}
