/* SPDX-License-Identifier: GPL-2.0-only */
#include "view/phrases.h"

#include <inttypes.h>
#include <string.h>

#include "base/human.h"
#include "emit/common.h"

char *ct_view__about(const struct ct_advice *a)
{
	const struct ct_workload *w = a->workload;
	ct_autofree char *checks = ct_human__count(a->checks, "check", "checks");
	struct ct_str s = { 0 };

	if (w->container.image)
		ct_str__addf(&s, "%s, ", w->container.image);
	ct_str__add(&s,
		    w->runtime ? ct_runtime__name(w->runtime) : ct_workload_kind__name(w->kind));
	if (ct_workload__watched_ns(w)) {
		ct_autofree char *len = ct_human__duration(ct_workload__watched_ns(w));

		ct_str__addf(&s, ", watched for %s", len);
	}
	ct_str__addf(&s, ", %s", checks);
	if (a->recordings > 1)
		ct_str__addf(&s, " in %zu recordings", a->recordings);
	return s.s;
}

char *ct_view__set(uint64_t set)
{
	ct_autofree char *rest = ct_caps__join(CT_CAPS_ALL & ~set, " ", "");

	if (ct_caps__count(set) <= CT_VIEW_MANY)
		return set ? ct_caps__join(set, " ", "") : ct_xstrdup("no capability");
	return *rest ? ct_xasprintf("all but %s", rest) : ct_xstrdup("all capabilities");
}

const char *ct_view__verdict_word(const struct ct_cap_verdict *cv)
{
	if (!cv)
		return "";
	if (cv->chosen && ct_cap_verdict__is_doubtful(cv))
		return "doubtful";
	return ct_verdict__name(cv->verdict);
}

char *ct_view__reason(const struct ct_cap_verdict *cv)
{
	ct_autofree char *text = NULL;
	const struct ct_reason *r;
	struct ct_str s = { 0 };

	if (!cv || !cv->nreasons)
		return ct_xstrdup("no reason recorded");
	r = &cv->reasons[0];
	text = ct_emit__reason_text(r);
	ct_str__addf(&s, "%s (", text);
	if (r->process)
		ct_str__addf(&s, "%s%s, ", r->process, ct_emit__phase(r->phase));
	if (r->granted + r->denied) {
		ct_autofree char *n = ct_human__count(r->granted + r->denied, "check", "checks");

		ct_str__addf(&s, "%s%s)", n,
			     r->denied ? r->granted ? ", some refused" : ", refused" : "");
	} else {
		ct_str__add(&s, "without a check)");
	}
	return s.s;
}

char *ct_view__verified(const struct ct_verified *v)
{
	return ct_xasprintf("%s after %d run%s%s%s%s", v->result ? v->result : "?", v->runs,
			    v->runs == 1 ? "" : "s", v->check ? " of: " : "",
			    v->check ? v->check : "",
			    v->flaky ? "; FLAKY: one set worked once and failed once" : "");
}

static void add_loss(struct ct_str *s, uint64_t n, const char *one, const char *many)
{
	ct_autofree char *count = NULL;

	if (!n)
		return;
	count = ct_human__count(n, one, many);
	ct_str__addf(s, "%s%s", s->len ? "; " : "", count);
}

char *ct_view__losses(const struct ct_report *r)
{
	const struct ct_session *session = r->session;
	const struct ct_losses *l = &session->losses;
	struct ct_str s = { 0 };
	uint64_t own = 0;

	for (size_t i = 0; i < session->nworkloads; i++)
		own += ct_workload__lost(session->workloads[i]);

	if (l->truncated)
		ct_str__add(&s, "the recording ends early");
	add_loss(&s, l->missed, "check never seen (the kernel skipped the probe)",
		 "checks never seen (the kernel skipped the probe)");
	add_loss(&s, l->kinds, "check that was counted but not classified (BPF map full)",
		 "checks that were counted but not classified (BPF map full)");
	add_loss(&s, l->acts, "need without a check that was not recorded (BPF map full)",
		 "needs without a check that were not recorded (BPF map full)");
	add_loss(&s, l->events, "sample (ring full; its count is right)",
		 "samples (ring full; the counts are right)");
	add_loss(&s, own, "observation of one workload, see its advice",
		 "observations of single workloads, see their advice");
	add_loss(&s, l->stacks, "kind of check without a stack trace",
		 "kinds of check without a stack trace");
	add_loss(&s, l->procs, "process of unknown phase", "processes of unknown phase");
	add_loss(&s, l->outcomes, "refused call whose outcome was not seen",
		 "refused calls whose outcome was not seen");
	add_loss(&s, l->unattributed, "check in a cgroup without a name",
		 "checks in cgroups without a name");
	add_loss(&s, l->lookups, "file or answer of a runtime was not available",
		 "files or answers of runtimes were not available");
	add_loss(&s, r->unknown_sites,
		 "kind of check at a call site without a rule (judged required)",
		 "kinds of check at call sites without a rule (judged required)");
	return s.s;
}

char *ct_view__outcome(const struct ct_outcome *o)
{
	uint64_t failed = o->eperm + o->eacces + o->other;

	if (!failed && !o->ok)
		return ct_xstrdup("");
	return ct_xasprintf("; of the calls watched %" PRIu64 " failed, %" PRIu64 " went on",
			    failed, o->ok);
}
