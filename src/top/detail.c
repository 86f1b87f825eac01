/* SPDX-License-Identifier: GPL-2.0-only */
/* The detail view of captrim top: why a workload needs what, by call sites and processes. */
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "emit/common.h"
#include "survey/listing.h"
#include "top/state.h"
#include "view/phrases.h"

#define SITE_MOST 30

struct paper {
	struct ct_canvas *f;
	int width;
};

static void put_reason(const struct paper *p, const struct ct_reason *r)
{
	ct_autofree char *text = ct_emit__reason_text(r);
	ct_autofree char *count = ct_xasprintf("%" PRIu64, r->granted + r->denied);
	ct_autofree char *head = NULL;
	int site = p->width / 3 > SITE_MOST ? SITE_MOST : p->width / 3;

	ct_canvas__line(p->f);
	ct_canvas__add(p->f, CT_INK_PLAIN, 4, "");
	ct_canvas__add(p->f, CT_INK_PLAIN, site, r->site);
	if (p->width >= site + 40) {
		ct_canvas__add(p->f, CT_INK_PLAIN, 1, "");
		ct_canvas__add(p->f, CT_INK_PLAIN, 14, r->syscall ? r->syscall : "-");
		ct_canvas__add(p->f, CT_INK_PLAIN, 1, "");
		ct_canvas__add(p->f, CT_INK_PLAIN, 15, r->process ? r->process : "?");
		head = ct_xasprintf(" %s%s", count,
				    !r->denied ? "" :
				    r->granted ? ", some refused" :
						 " refused");
		ct_canvas__add(p->f, CT_INK_PLAIN, p->width - site - 35, head);
	}
	ct_canvas__fold(p->f, CT_INK_DIM, "      ", text, p->width);
	if (ct_caps__count(r->any_of) > 1) {
		ct_autofree char *any = ct_caps__join(r->any_of, " or ", "");

		ct_canvas__fold(p->f, CT_INK_DIM, "      ", any, p->width);
	}
}

static void put_cap(const struct paper *p, const struct ct_cap_verdict *cv)
{
	bool host = cv->scope == CT_SCOPE_HOST && cv->verdict != CT_UNNEEDED;
	ct_autofree char *head = ct_xasprintf("  %-18s %-9s %s", ct_cap__name(cv->cap),
					      ct_view__verdict_word(cv),
					      host ? "HOST" : ct_risk__name(cv->risk));

	ct_canvas__line(p->f);
	ct_canvas__add(p->f, host && cv->chosen ? CT_INK_BAD : CT_INK_BOLD, p->width, head);
	for (size_t i = 0; i < cv->nreasons; i++)
		put_reason(p, &cv->reasons[i]);
}

/* First the capabilities in the set, then optional ones, then unneeded ones. */
static void put_caps(const struct paper *p, const struct ct_advice *a)
{
	for (int round = 0; round < 3; round++) {
		bool any = false;

		for (size_t i = 0; i < a->ncaps; i++) {
			const struct ct_cap_verdict *cv = &a->caps[i];
			int rank = cv->chosen ? 0 : cv->verdict == CT_UNNEEDED ? 2 : 1;

			if (rank != round)
				continue;
			if (!any) {
				static const char *const titles[] = {
					"Needed", "Optional: programs usually manage without",
					"Asked for, and not needed"
				};

				ct_canvas__line(p->f);
				ct_canvas__line(p->f);
				ct_canvas__add(p->f, CT_INK_BOLD, p->width, titles[round]);
			}
			any = true;
			put_cap(p, cv);
		}
	}
}

void ct_top__evidence(const struct ct_report *r, const struct ct_advice *a,
		      const struct ct_survey_row *row, int width, struct ct_canvas *f)
{
	const struct paper p = { f, width < 20 ? 20 : width };
	ct_autofree char *about = ct_view__about(a), *gaps = ct_advice__gaps_text(a);
	ct_autofree char *needs = ct_view__set(a->cap_add), *losses = ct_view__losses(r);
	ct_autofree char *holds = row ? ct_view__set(row->holds) : NULL;
	ct_autofree char *spare = row ? ct_survey_row__spare_text(row, 0) : NULL;

	ct_canvas__line(f);
	ct_canvas__add(f, CT_INK_BOLD, p.width, ct_workload__label(a->workload));
	ct_canvas__fold(f, CT_INK_PLAIN, "  ", about, p.width);
	ct_canvas__line(f);
	if (gaps)
		ct_canvas__fold(f, CT_INK_BAD, "  INCOMPLETE  ", gaps, p.width);
	if (row && row->holds_known)
		ct_canvas__fold(f, CT_INK_PLAIN, "  holds       ", holds, p.width);
	ct_canvas__fold(f, CT_INK_GOOD, "  needs       ", needs, p.width);
	if (row)
		ct_canvas__fold(f, CT_INK_PLAIN, "  can go      ", spare, p.width);
	ct_canvas__fold(f, CT_INK_PLAIN, "  confidence  ", ct_confidence__name(a->confidence),
			p.width);
	if (losses)
		ct_canvas__fold(f, CT_INK_BAD, "  lost        ", losses, p.width);
	put_caps(&p, a);
}
