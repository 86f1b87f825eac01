/* SPDX-License-Identifier: GPL-2.0-only */
/* Imports recordings that were made elsewhere. */
#include <errno.h>

#include "base/clock.h"
#include "judge/judge.h"
#include "model/identity.h"
#include "model/recording.h"
#include "model/tally.h"
#include "store/save.h"
#include "store/store_priv.h"

/*
 * The store id of an imported recording comes from its content, so that importing the recording
 * again replaces its own rows.
 */
static char *name_of(const struct ct_session *s)
{
	ct_autofree char *text = NULL;
	size_t len = 0;
	FILE *out = ct_xmemstream(&text, &len);

	ct_recording__write_stream(s, out);
	ct_xmemstream_end(out, &text);
	return ct_store__digest(text, 6);
}

static int64_t end_ms(const struct ct_host *h)
{
	int64_t end = h->start_ms;

	if (h->end_ns > h->start_ns)
		end += (int64_t)((h->end_ns - h->start_ns) / CT_NS_PER_MS);
	return end > 0 ? end : ct_clock__wall_ms();
}

static int save_all(struct ct_store *s, const struct ct_session *recording, const char *store,
		    const struct ct_store_batch *batch, struct ct_err *err)
{
	ct_autoreport struct ct_report *r = ct_judge__session(recording, CT_MODE_DEFAULT);
	size_t n = recording->nworkloads;
	ct_autofree struct ct_store_workload *workloads = ct_xzalloc((n + 1) * sizeof(*workloads));
	struct ct_identity *ids = ct_xzalloc((n + 1) * sizeof(*ids));
	struct ct_store_batch b = *batch;
	int ret;

	for (size_t i = 0; i < n; i++) {
		const struct ct_workload *w = recording->workloads[i];
		struct ct_exercised e = ct_workload__exercised(w);

		ct_identity__of(w, &ids[i]);
		workloads[i] = (struct ct_store_workload){
			.key = ids[i].key,
			.session = recording,
			.w = w,
			.watched_ms = ct_workload__watched_ns(w) / CT_NS_PER_MS,
			.reloads = e.reload_seen == CT_YES,
			.news = true,
		};
		ct_workload__for_each(part, w) {
			workloads[i].starts += ct_part__starts(part);
			workloads[i].ends += ct_part__ends(part);
		}
		for (size_t k = 0; k < r->nadvices; k++)
			if (r->advices[k].workload == w)
				workloads[i].advice = &r->advices[k];
	}
	b.workloads = workloads;
	b.nworkloads = n;
	ret = ct_save__batch(s, store, &b, err);
	for (size_t i = 0; i < n; i++)
		ct_identity__free(&ids[i]);
	free(ids);
	return ret;
}

int ct_store__import(struct ct_store *s, struct ct_session *recording, const char *host, size_t *n,
		     struct ct_err *err)
{
	ct_autofree char *store = name_of(recording);
	struct ct_store_batch b = { .host = &recording->host,
				    .host_name = host ? host : "imported",
				    .now_ms = end_ms(&recording->host) };
	int ret = ct_store__may_change(s, err);

	if (!ret && !s->path)
		ret = ct_err__set(err, EINVAL,
				  "%s: recordings are imported into a file, from where a daemon "
				  "copies them; give its path",
				  s->db->name);
	if (ret)
		return ret;
	ct_tally__unite(recording);
	ret = save_all(s, recording, store, &b, err);
	if (!ret && n)
		*n = recording->nworkloads;
	return ret;
}
