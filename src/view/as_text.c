/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report for somebody who reads it at three in the morning: first what to configure,
 * then why, then what could be wrong with it. Words carry the meaning, colour only helps.
 */
#include <inttypes.h>
#include <string.h>

#include "emit/common.h"
#include "view/phrases.h"
#include "view/view.h"

#define LABEL	    "  %-10s  "
#define LABEL_WIDTH 14
#define LABEL_NEXT  "              "

struct text {
	FILE *out;
	const struct ct_term *term;
	int width;
};

/* A label on the left, folded words beside it. */
static void put_labelled(const struct text *t, const char *label, const char *color,
			 const char *words)
{
	fprintf(t->out, "%s" LABEL "%s", color, label, *color ? ct_term__reset(t->term) : "");
	ct_emit__fold(t->out, words, t->width, LABEL_WIDTH, LABEL_NEXT);
}

static void put_set(const struct text *t, const char *label, const char *color, uint64_t set)
{
	ct_autofree char *names = ct_caps__join(set, " ", "");

	if (set)
		put_labelled(t, label, color, names);
}

/*
 * The capabilities that it was given and that are not in the set. A plain command is given nearly
 * all that exist, too many to name.
 */
static void put_others(const struct text *t, const struct ct_advice *a)
{
	uint64_t removed = a->removed & ~a->cap_add;
	ct_autofree char *all = NULL;

	if (ct_caps__count(removed) <= CT_VIEW_MANY) {
		put_set(t, "removed", ct_term__dim(t->term), removed);
		return;
	}
	all = ct_xasprintf("%s (%d)", a->cap_add ? "all others" : "all of them",
			   ct_caps__count(removed));
	put_labelled(t, "removed", ct_term__dim(t->term), all);
}

static void put_title(const struct text *t, const struct ct_advice *a)
{
	const struct ct_workload *w = a->workload;
	ct_autofree char *name = ct_printable(ct_workload__label(w));
	ct_autofree char *about = ct_view__about(a), *safe = ct_printable(about);

	fputs(ct_term__bold(t->term), t->out);
	ct_emit__flow(t->out, name, t->width, 0, "");
	fprintf(t->out, "%s\n  ", ct_term__reset(t->term));
	ct_emit__fold(t->out, safe, t->width, 2, "  ");
	fputc('\n', t->out);
}

static void put_advice(const struct text *t, const struct ct_advice *a)
{
	const char *good = ct_term__good(t->term);
	ct_autofree char *gaps = ct_advice__gaps_text(a);

	if (gaps) {
		put_labelled(t, "INCOMPLETE", ct_term__bad(t->term), gaps);
		fputc('\n', t->out);
		good = "";
	}
	put_labelled(t, "cap_drop", good, "ALL");
	if (a->cap_add)
		put_set(t, "cap_add", good, a->cap_add);
	else
		put_labelled(t, "cap_add", good,
			     gaps ? "no need was seen so far, which does not mean that there is "
				    "none" :
				    "nothing: no capability is needed");
	fputc('\n', t->out);
}

/* One entry for each capability: name, verdict, scope or risk, and the strongest reason. */
static void put_cap(const struct text *t, const struct ct_advice *a, int cap, int name_width)
{
	const struct ct_cap_verdict *cv = ct_advice__cap(a, cap);
	bool host = cv && cv->scope == CT_SCOPE_HOST;
	ct_autofree char *reason = ct_view__reason(cv), *next = NULL;
	ct_autofree char *why = cv && a->recordings > 1 ?
					ct_xasprintf("%s, in %zu of %zu recordings", reason,
						     cv->seen_in, a->recordings) :
					ct_xstrdup(reason);
	ct_autofree char *safe = ct_printable(why);
	int at;

	at = fprintf(t->out, "  %-*s  %-8s  ", name_width, ct_cap__name(cap),
		     ct_view__verdict_word(cv));
	fprintf(t->out, "%s%s%-6s%s  ", host ? ct_term__bold(t->term) : "",
		host ? ct_term__bad(t->term) : "",
		host ? "HOST" :
		cv   ? ct_risk__name(cv->risk) :
		       "",
		host ? ct_term__reset(t->term) : "");
	at += 8;
	next = ct_xasprintf("%*s", at, "");
	ct_emit__fold(t->out, safe, t->width, at, next);
}

static void put_caps(const struct text *t, const struct ct_advice *a, uint64_t set)
{
	int width = ct_emit__names_width(set);

	ct_caps__for_each(cap, set)
		put_cap(t, a, cap, width);
	if (set)
		fputc('\n', t->out);
}

/* One entry for each run of captrim verify: its result, its set, and why it failed. */
static void put_run(const struct text *t, const struct ct_verify_run *run)
{
	ct_autofree char *set = ct_view__set(run->set);
	ct_autofree char *ending = ct_printable(run->ending ? run->ending : "?");
	ct_autofree char *why = run->why ? ct_printable(run->why) : NULL;
	ct_autofree char *line = NULL;

	if (run->recording)
		line = ct_xasprintf("%s, as given%s%s", ending, why ? ": " : "", why ? why : "");
	else
		line = ct_xasprintf("%s under %s%s%s", ending, set, why ? ": " : "",
				    why ? why : "");
	put_labelled(t, run->recording ? "recording" : "run", ct_term__dim(t->term), line);
}

static void put_rest(const struct text *t, const struct ct_advice *a, bool verbose)
{
	const char *dim = ct_term__dim(t->term), *bad = ct_term__bad(t->term);
	bool sure = a->confidence >= CT_CONF_HIGH;
	ct_autofree char *conf = NULL, *safe = NULL, *names = NULL, *doubt = NULL;
	uint64_t doubtful = ct_advice__doubtful(a);

	put_others(t, a);
	for (size_t i = 0; i < a->nwarnings; i++) {
		ct_autofree char *text = ct_printable(a->warnings[i].text);
		bool note = ct_warning__is_note(&a->warnings[i]);

		if (!verbose && ct_warning__is_aside(&a->warnings[i]))
			continue;
		put_labelled(t, note ? "note" : "warning", note ? dim : bad, text);
	}
	if (doubtful) {
		names = ct_caps__join(doubtful, " ", "");
		doubt = ct_xasprintf("%s: perhaps not needed, captrim verify finds out", names);
		put_labelled(t, "doubtful", dim, doubt);
	}
	conf = ct_xasprintf("%s%s%s", ct_confidence__name(a->confidence),
			    a->why && *a->why ? ": " : "", a->why ? a->why : "");
	safe = ct_printable(conf);
	put_labelled(t, "confidence", sure ? ct_term__good(t->term) : bad, safe);
	if (a->verified.result) {
		ct_autofree char *done = ct_view__verified(&a->verified),
				 *text = ct_printable(done);

		put_labelled(t, "verified",
			     !strcmp(a->verified.result, "failed") ? bad : ct_term__good(t->term),
			     text);
	}
	put_set(t, "degraded", bad, a->verified.degraded);
	for (size_t i = 0; i < a->verified.nlist; i++)
		put_run(t, &a->verified.list[i]);
}

static void put_evidence_reason(const struct text *t, const struct ct_reason *r)
{
	static const char next[] = "      ";
	ct_autofree char *head = NULL, *safe = NULL, *text = NULL, *source = NULL;
	ct_autofree char *outcome = ct_view__outcome(&r->outcome);

	head = ct_xasprintf("%s in %s%s%s by %s [%s]: %" PRIu64 " granted, %" PRIu64
			    " denied%s%s%s",
			    ct_verdict__name(r->verdict), r->site, r->syscall ? ", " : "",
			    r->syscall ? r->syscall : "", r->process ? r->process : "?",
			    r->phase ? r->phase : "?", r->granted, r->denied, outcome,
			    r->doubtful ? ", doubtful" : "", r->known ? "" : ", UNKNOWN SITE");
	safe = ct_printable(head);
	fputs("    ", t->out);
	ct_emit__fold(t->out, safe, t->width, 4, next);
	if (r->text) {
		text = ct_printable(r->text);
		fputs(next, t->out);
		ct_emit__fold(t->out, text, t->width, 6, next);
	}
	if (ct_caps__count(r->any_of) > 1) {
		ct_autofree char *any = ct_caps__join(r->any_of, " or ", "");

		fputs(next, t->out);
		ct_emit__fold(t->out, any, t->width, 6, next);
	}
	if (r->source) {
		source = ct_printable(r->source);
		fprintf(t->out, "%s%s", next, ct_term__dim(t->term));
		ct_emit__flow(t->out, source, t->width, 6, next);
		fprintf(t->out, "%s\n", ct_term__reset(t->term));
	}
}

static void put_evidence(const struct text *t, const struct ct_advice *a)
{
	if (!a->ncaps)
		return;
	fputs("\n  Evidence\n", t->out);
	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *cv = &a->caps[i];

		fprintf(t->out, "  %s%s%s  %s, %" PRIu64 " granted, %" PRIu64 " denied\n",
			ct_term__bold(t->term), ct_cap__name(cv->cap), ct_term__reset(t->term),
			ct_verdict__name(cv->verdict), cv->granted, cv->denied);
		for (size_t k = 0; k < cv->nreasons; k++)
			put_evidence_reason(t, &cv->reasons[k]);
	}
}

static void put_workload(const struct text *t, const struct ct_advice *a, bool verbose)
{
	uint64_t optional = ct_advice__left_out(a);

	put_title(t, a);
	put_advice(t, a);
	put_caps(t, a, a->cap_add);
	if (optional) {
		fputs("  optional, not in the set:\n", t->out);
		put_caps(t, a, optional);
	}
	put_rest(t, a, verbose);
	if (verbose)
		put_evidence(t, a);
	fputc('\n', t->out);
}

static void put_losses(const struct text *t, const struct ct_report *r)
{
	ct_autofree char *lost = ct_view__losses(r);

	if (lost) {
		put_labelled(t, "lost", ct_term__bad(t->term), lost);
		return;
	}
	fprintf(t->out, "  %snothing was lost%s\n", ct_term__dim(t->term), ct_term__reset(t->term));
}

void ct_view__text(const struct ct_report *r, FILE *out, const struct ct_term *term, bool verbose)
{
	struct text t = { .out = out, .term = term, .width = term->width < 40 ? 40 : term->width };

	if (t.width > 120)
		t.width = 120; /* longer lines are hard to read */
	if (!r->nadvices)
		fputs("Nothing was seen: no workload asked for a capability while captrim "
		      "watched.\n\n",
		      out);
	for (size_t i = 0; i < r->nadvices; i++)
		put_workload(&t, &r->advices[i], verbose);
	put_losses(&t, r);
}
