/* SPDX-License-Identifier: GPL-2.0-only */
/* The live table from a probe of its own: what is seen while it runs, kept in memory. */
#include <errno.h>

#include "base/clock.h"
#include "base/urgent.h"
#include "base/util.h"
#include "judge/judge.h"
#include "model/identity.h"
#include "model/tally.h"
#include "top/feed.h"
#include "top/state.h"

#define KEEP_NS (600 * CT_NS_PER_SEC) /* how long an ended workload stays in the table */
#define ENDED	500		      /* how many ended workloads stay at most */

struct live_feed {
	struct ct_feed feed;
	struct ct_recorder *recorder;
	struct ct_session *sum;
};

/*
 * The sum as if the recording ended at this moment. ct_session__conclude() changes members of the
 * workloads, so it gets shallow copies: more takes will be added to the sum.
 */
struct as_of_now {
	struct ct_session session;
	struct ct_workload *copies;
	struct ct_report *r;
};

static void look(const struct live_feed *f, struct as_of_now *now)
{
	const struct ct_session *sum = f->sum;

	now->session = *sum;
	now->session.host.end_ns = ct_clock__now_ns();
	now->copies = ct_xzalloc((sum->nworkloads + 1) * sizeof(*now->copies));
	now->session.workloads = ct_xzalloc((sum->nworkloads + 1) * sizeof(struct ct_workload *));
	for (size_t i = 0; i < sum->nworkloads; i++) {
		now->copies[i] = *sum->workloads[i];
		now->session.workloads[i] = &now->copies[i];
	}
	ct_session__conclude(&now->session);
	now->r = ct_judge__session(&now->session, CT_MODE_DEFAULT);
}

static void end_look(struct as_of_now *now)
{
	ct_report__free(now->r);
	free(now->session.workloads);
	free(now->copies);
}

/* A host that starts a container a second must not fill the memory. */
static void forget_ended(struct live_feed *f)
{
	uint64_t now = ct_clock__now_ns();
	size_t ended = 0;

	for (size_t i = f->sum->nworkloads; i--;) {
		const struct ct_workload *w = f->sum->workloads[i];

		if (!w->open && (++ended > ENDED || w->last_ns + KEEP_NS < now))
			ct_session__remove(f->sum, i);
	}
}

static int renew(struct ct_feed *feed, struct ct_survey *sv, struct ct_err *err)
{
	struct live_feed *f = (struct live_feed *)feed;
	struct ct_session *new = ct_recorder__take_new(f->recorder);
	struct as_of_now now;

	(void)err;
	ct_tally__add(f->sum, new);
	ct_session__free(new);
	forget_ended(f);
	/* Judging is not urgent: it must not delay other programs (base/urgent.h). */
	ct_urgent__end();
	look(f, &now);
	ct_survey__add_report(sv, now.r, NULL);
	ct_survey__join(sv);
	end_look(&now);
	ct_urgent__begin();
	return 0;
}

static int detail(struct ct_feed *feed, const struct ct_survey_row *row, int width,
		  struct ct_canvas *out, struct ct_err *err)
{
	struct live_feed *f = (struct live_feed *)feed;
	struct as_of_now now;

	look(f, &now);
	/* Replicas were recorded separately, and each has a recommendation of its own. */
	for (size_t i = 0; i < now.r->nadvices; i++) {
		ct_autoidentity struct ct_identity id = {};

		ct_identity__of(now.r->advices[i].workload, &id);
		if (!ct_str_equal(id.key, row->key))
			continue;
		if (out->len)
			ct_canvas__line(out);
		ct_top__evidence(now.r, &now.r->advices[i], row, width, out);
	}
	end_look(&now);
	return out->len ? 0 : ct_err__set(err, ENOENT, "it has ended and was forgotten");
}

static void close_live(struct ct_feed *feed)
{
	struct live_feed *f = (struct live_feed *)feed;

	ct_recorder__close(f->recorder);
	ct_session__free(f->sum);
	free(feed->title);
	free(f);
}

int ct_feed__open_live(const struct ct_recorder_opts *how, struct ct_feed **out, struct ct_err *err)
{
	const struct ct_recorder_opts opts = { .backend = how->backend,
					       .engine = how->engine,
					       .all = true,
					       .quiet = true,
					       .endless = true };
	struct live_feed *f;
	struct ct_recorder *r;
	int ret = ct_recorder__open(&opts, &r, err);

	if (ret)
		return ret;
	f = ct_xzalloc(sizeof(*f));
	f->feed = (struct ct_feed){ .live = true,
				    .loop = ct_recorder__events(r),
				    .renew = renew,
				    .detail = detail,
				    .close = close_live };
	f->feed.title = ct_xstrdup("this host, watched since it was started");
	f->recorder = r;
	f->sum = ct_session__new();
	*out = &f->feed;
	return 0;
}
