/* SPDX-License-Identifier: GPL-2.0-only */
/* The live table from a store, which a daemon may be writing to. */
#include <errno.h>

#include "base/util.h"
#include "survey/stored.h"
#include "top/feed.h"
#include "top/state.h"

struct stored_feed {
	struct ct_feed feed;
	struct ct_store *store;
	struct ct_store_query query;
	struct ct_store_status seen;
	bool read; /* the last reading succeeded */
};

/* Was nothing committed since the last reading? Then there is nothing to read. */
static bool is_unchanged(struct stored_feed *f)
{
	struct ct_store_status now;

	if (ct_store__status(f->store, &now, NULL))
		return false;
	if (f->read && now.commit_ms && now.commit_ms == f->seen.commit_ms &&
	    now.commits == f->seen.commits && now.bytes == f->seen.bytes)
		return true;
	f->seen = now;
	return false;
}

static int renew(struct ct_feed *feed, struct ct_survey *sv, struct ct_err *err)
{
	struct stored_feed *f = (struct stored_feed *)feed;
	int ret;

	if (is_unchanged(f))
		return 1;
	ret = ct_survey__read_joined(f->store, &f->query, CT_DEPTH_REACH, sv, err);
	f->read = !ret;
	return ret;
}

static int detail(struct ct_feed *feed, const struct ct_survey_row *row, int width,
		  struct ct_canvas *out, struct ct_err *err)
{
	struct stored_feed *f = (struct stored_feed *)feed;
	const char *const names[] = { row->key };
	struct ct_store_query q = f->query;
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	int ret;

	q.names = names;
	q.nnames = 1;
	ret = ct_store__load(f->store, &q, &s, err);
	if (ret)
		return ret;
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	for (size_t i = 0; i < r->nadvices; i++)
		ct_top__evidence(r, &r->advices[i], row, width, out);
	return 0;
}

static void close_stored(struct ct_feed *feed)
{
	struct stored_feed *f = (struct stored_feed *)feed;

	ct_store__close(f->store);
	ct_loop__free(feed->loop);
	free(feed->title);
	free(f);
}

int ct_feed__open_store(const char *url, const struct ct_store_query *q, struct ct_feed **out,
			struct ct_err *err)
{
	struct stored_feed *f;
	struct ct_store *s;
	int ret = ct_store__open(url, CT_STORE_READ, &s, err);

	if (ret)
		return ret;
	f = ct_xzalloc(sizeof(*f));
	f->feed = (struct ct_feed){ .renew = renew, .detail = detail, .close = close_stored };
	/* A URL may hold a password. */
	f->feed.title = url && ct_store__is_remote(url) ? ct_xstrdup("fleet") :
			q->host				? ct_xasprintf("host %s", q->host) :
							  ct_xstrdup(url ? url : CT_STORE_DEFAULT);
	f->store = s;
	f->query = *q;
	ret = ct_loop__new(&f->feed.loop, err);
	if (ret)
		close_stored(&f->feed);
	else
		*out = &f->feed;
	return ret;
}

void ct_feed__close(struct ct_feed *f)
{
	if (f)
		f->close(f);
}
