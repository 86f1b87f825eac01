/* SPDX-License-Identifier: GPL-2.0-only */
/* What a rehearsal showed, for people and for programs. */
#include <inttypes.h>
#include <string.h>

#include "base/human.h"
#include "base/json.h"
#include "base/outfile.h"
#include "base/term.h"
#include "emit/common.h"
#include "kern/selectors.h"
#include "rehearse/rehearse.h"
#include "view/phrases.h"

#define WIDTH	80
#define JUST_NS 5000000000ull /* refusals at most this long before the trouble are named */
#define INDENT	"  "
#define INDENT2 "      "

typedef void (*reason_fn)(const struct ct_rehearsal *r, const struct ct_cap_verdict *v,
			  const struct ct_reason *reason, void *arg);

/*
 * The judge lists the reasons of a capability with its alternatives, too, though nobody asked for
 * these.
 */
static bool is_borrowed(const struct ct_cap_verdict *v, const struct ct_reason *reason)
{
	return !v->granted && reason->last_ns;
}

static void each_reason(const struct ct_rehearsal *r, reason_fn fn, void *arg)
{
	for (size_t a = 0; a < r->report->nadvices; a++) {
		const struct ct_advice *advice = &r->report->advices[a];

		for (size_t c = 0; c < advice->ncaps; c++) {
			const struct ct_cap_verdict *v = &advice->caps[c];

			if (r->keep >> v->cap & 1)
				continue;
			for (size_t i = 0; i < v->nreasons; i++)
				if (!is_borrowed(v, &v->reasons[i]))
					fn(r, v, &v->reasons[i], arg);
		}
	}
}

static const char *label(const struct ct_rehearsal *r)
{
	const struct ct_workload *w = ct_session__find(r->session, r->confined.id);

	return w ? ct_workload__label(w) : r->confined.id;
}

/* One statement, folded and made printable. */
static void put(FILE *out, const char *fmt, ...) CT_PRINTF(2, 3);
static void put(FILE *out, const char *fmt, ...)
{
	ct_autofree char *text = NULL, *safe = NULL;
	va_list args;

	va_start(args, fmt);
	text = ct_xvasprintf(fmt, args);
	va_end(args);
	safe = ct_printable(text);
	fputs(INDENT, out);
	ct_emit__fold(out, safe, WIDTH, strlen(INDENT), INDENT2);
}

/* "12 refusals of CHOWN by nginx in fchownat (chmod_common): what that means" */
static void put_reason(const struct ct_rehearsal *r, const struct ct_cap_verdict *v,
		       const struct ct_reason *reason, void *out)
{
	enum ct_effect effect = ct_rehearsal__effect(r, reason);
	ct_autofree char *n = NULL, *why = ct_emit__reason_text(reason);

	if (effect == CT_EFFECT_NONE)
		return;
	n = effect == CT_EFFECT_UNTRIED ? ct_xstrdup("untried, since the kernel makes no check "
						     "that could be refused; used") :
	    r->log_only			? ct_human__count(reason->granted, "check", "checks") :
					  ct_human__count(reason->granted, "refusal", "refusals");
	put(out, "%s: %s by %s%s in %s (%s): %s", ct_cap__name(v->cap), n,
	    reason->process ? reason->process : "?", ct_emit__phase(reason->phase),
	    reason->syscall ? reason->syscall : "no system call", reason->site, why);
}

static void add_harmless(const struct ct_rehearsal *r, const struct ct_cap_verdict *v,
			 const struct ct_reason *reason, void *counts)
{
	if (ct_rehearsal__effect(r, reason) == CT_EFFECT_NONE)
		((uint64_t *)counts)[v->cap] += reason->granted;
}

static void put_harmless(const struct ct_rehearsal *r, FILE *out)
{
	uint64_t counts[CT_CAP_MAX] = {};
	struct ct_str s = {};

	each_reason(r, add_harmless, counts);
	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		if (counts[cap])
			ct_str__addf(&s, "%s%s (%" PRIu64 ")", s.len ? ", " : "", ct_cap__name(cap),
				     counts[cap]);
	if (s.len)
		put(out, "without effect: %s", s.s);
	ct_str__free(&s);
}

/* The kernel's own counts, which include what found no room in the probe's maps. */
static void put_totals(const struct ct_rehearsal *r, FILE *out)
{
	struct ct_str s = {};

	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		if (r->refused[cap].count)
			ct_str__addf(&s, "%s%s %llu", s.len ? ", " : "refused: ", ct_cap__name(cap),
				     (unsigned long long)r->refused[cap].count);
	if (!r->log_only)
		put(out, "%s", s.len ? s.s : "nothing was asked for outside of the set");
	ct_str__free(&s);
}

/* The last refusal of each capability, if it came just before the trouble. */
static void put_just_before(const struct ct_rehearsal *r, FILE *out)
{
	for (int cap = 0; cap < CT_CAP_MAX; cap++) {
		const struct ct_refused *last = &r->refused[cap];
		uint64_t ns = last->last_ns < r->end_ns ? r->end_ns - last->last_ns : 0;
		ct_autofree char *comm = NULL, *ago = NULL, *syscall = NULL;

		if (!last->count || ns > JUST_NS)
			continue;
		comm = ct_xstrndup(last->comm, sizeof(last->comm));
		ago = ct_human__duration(ns);
		syscall = ct_syscall__name(last->nr);
		put(out, "%s before: %s refused to %s (pid %u) in %s", ago, ct_cap__name(cap), comm,
		    last->pid, syscall ? syscall : "?");
	}
}

static bool failed_meanwhile(const struct ct_rehearsal *r, const struct ct_exit *x)
{
	return x->code && x->ns >= r->start_ns && x->ns <= r->end_ns;
}

/* Is it the first failed process of its name? */
static bool is_news(const struct ct_rehearsal *r, const struct ct_workload *w, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (failed_meanwhile(r, &w->exits[i]) &&
		    !strcmp(w->exits[i].comm, w->exits[index].comm))
			return false;
	return true;
}

/* The workload may carry on while a part of it does not. */
static void put_failed(const struct ct_rehearsal *r, FILE *out)
{
	const struct ct_workload *w = ct_session__find(r->session, r->confined.id);
	struct ct_str names = {};
	uint64_t n = 0;

	for (size_t i = 0; w && i < w->nexits; i++) {
		if (!failed_meanwhile(r, &w->exits[i]))
			continue;
		if (is_news(r, w, i))
			ct_str__addf(&names, "%s%s", names.len ? ", " : "", w->exits[i].comm);
		n++;
	}
	if (n) {
		ct_autofree char *count = ct_human__count(n, "process", "processes");

		put(out, "%s failed or %s killed during the rehearsal: %s", count,
		    n == 1 ? "was" : "were", names.s);
	}
	ct_str__free(&names);
}

static void put_end(const struct ct_rehearsal *r, FILE *out, const struct ct_term *term)
{
	ct_autofree char *time = ct_human__duration(r->end_ns - r->start_ns);
	ct_autofree char *checks = ct_human__count(r->checks, "check passed", "checks passed");
	bool bad = r->end == CT_REHEARSE_TROUBLE;

	fputs(bad ? ct_term__bad(term) : ct_term__good(term), out);
	if (bad)
		put(out, "TROUBLE after %s: %s; %s", time, r->trouble ? r->trouble : "?",
		    r->log_only ? "nothing was refused, so captrim did not cause it" :
				  "refusing was lifted at once");
	else
		put(out, "%s %s%s%s%s", r->end == CT_REHEARSE_PASSED ? "passed:" : "stopped after",
		    time, r->log_only ? "" : ", the workload carried on", r->check ? ", " : "",
		    r->check ? checks : "");
	fputs(ct_term__reset(term), out);
}

static void print_text(const struct ct_rehearsal *r, FILE *out)
{
	struct ct_term term = ct_term__of(out, CT_COLOR_AUTO);
	ct_autofree char *keep = ct_caps__join(r->keep & CT_CAPS_ALL, " ", "");
	ct_autofree char *name = ct_printable(label(r)), *lapsed = NULL;
	ct_autofree char *lost = ct_view__losses(r->report);

	fprintf(out, "%s%s%s\n", ct_term__bold(&term), name, ct_term__reset(&term));
	if (r->log_only)
		put(out, "log only: every capability%s%s was counted, none was refused",
		    *keep ? " except " : "", keep);
	else
		put(out, "refused all but: %s", *keep ? keep : "nothing");
	put_end(r, out, &term);
	if (r->end == CT_REHEARSE_TROUBLE)
		put_just_before(r, out);
	put_totals(r, out);
	put_failed(r, out);
	each_reason(r, put_reason, out);
	put_harmless(r, out);
	lapsed = ct_human__count(r->lapsed, "check", "checks");
	if (r->lapsed)
		put(out, "%s let through while captrim stood still", lapsed);
	if (lost)
		put(out, "lost: %s", lost);
}

static void json_reason(const struct ct_rehearsal *r, const struct ct_cap_verdict *v,
			const struct ct_reason *reason, void *arg)
{
	struct ct_json *j = arg;

	ct_json__object(j, NULL);
	ct_json__str(j, "capability", ct_cap__name(v->cap));
	ct_json__uint(j, "count", reason->granted);
	ct_json__str(j, "effect", ct_effect__name(ct_rehearsal__effect(r, reason)));
	ct_json__str(j, "process", reason->process);
	ct_json__str(j, "syscall", reason->syscall);
	ct_json__str(j, "site", reason->site);
	ct_json__str(j, "phase", reason->phase);
	ct_json__str(j, "text", reason->text);
	ct_json__end_object(j);
}

static void json_totals(const struct ct_rehearsal *r, struct ct_json *j)
{
	ct_json__object(j, "refused");
	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		ct_json__opt_uint(j, ct_cap__name(cap), r->refused[cap].count);
	ct_json__end_object(j);
	ct_json__uint(j, "lapsed", r->lapsed);
}

static void print_json(const struct ct_rehearsal *r, FILE *out)
{
	static const char *const ends[] = { "passed", "stopped", "trouble" };
	struct ct_json j = CT_JSON(out, 2);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "schema", "captrim.rehearsal/1");
	ct_json__str(&j, "captrim", CT_VERSION);
	ct_json__str(&j, "workload", label(r));
	ct_json__str(&j, "cgroup", r->confined.path);
	ct_json__str(&j, "mode", r->log_only ? "log-only" : "refuse");
	ct_emit__json_caps(&j, "kept", r->keep & CT_CAPS_ALL);
	ct_json__str(&j, "result", ends[r->end]);
	ct_json__opt_str(&j, "trouble", r->trouble_code);
	ct_json__opt_str(&j, "trouble_text", r->trouble);
	ct_json__uint(&j, "milliseconds", (r->end_ns - r->start_ns) / 1000000);
	ct_json__uint(&j, "checks_passed", r->checks);
	if (!r->log_only)
		json_totals(r, &j);
	ct_json__array(&j, "checks");
	each_reason(r, json_reason, &j);
	ct_json__end_array(&j);
	ct_json__uint(&j, "lost", r->session->losses.kinds + r->session->losses.missed);
	ct_json__end_object(&j);
	fputc('\n', out);
}

int ct_rehearsal__print(const struct ct_rehearsal *r, bool json, const char *path,
			struct ct_err *err)
{
	ct_autooutfile struct ct_outfile *f = NULL;
	FILE *out;
	int ret = ct_outfile__open(path ? path : "-", &f, &out, err);

	if (ret)
		return ret;
	(json ? print_json : print_text)(r, out);
	return ct_outfile__commit(ct_steal(f), err);
}
