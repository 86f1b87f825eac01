/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns what a daemon found out in an interval into rows, in one transaction. */
#include "store/save.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "model/identity.h"
#include "model/pod.h"
#include "store/store_priv.h"

/* ---- hosts ---- */

static int save_host(struct ct_saving *sv, const struct ct_host *h)
{
	return ct_db__exec(
		sv->db,
		"INSERT INTO host (name, store, kernel, arch, boot_id, backend, captrim, first_ms,"
		" last_ms, version, news_version)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)"
		" ON CONFLICT (name, store) DO UPDATE SET kernel = excluded.kernel,"
		" arch = excluded.arch, boot_id = excluded.boot_id, backend = excluded.backend,"
		" captrim = excluded.captrim, last_ms = excluded.last_ms,"
		" version = excluded.version, news_version = excluded.news_version",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(h->kernel),
			  CT_TEXT(h->arch), CT_TEXT(h->boot_id), CT_TEXT(h->backend),
			  CT_TEXT(h->captrim), CT_INT(sv->now_ms), CT_INT(ct_save__version(sv))),
		sv->err);
}

/* ---- events and gaps ---- */

static int save_event(struct ct_saving *sv, const struct ct_store_event *e)
{
	ct_autofree char *key = ct_store__key(e->key ? e->key : "");
	int64_t time_ms = e->time_ms > sv->before_ms ? e->time_ms : sv->before_ms;

	return ct_db__exec(
		sv->db,
		"INSERT INTO event (host, id, store, key, label, kind, capability, verdict, scope,"
		" generation, time_ms, expires_ms, text, json, version) VALUES ($1, $2, $3, $4, $5,"
		" $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
		" ON CONFLICT (host, id) DO UPDATE SET expires_ms = excluded.expires_ms,"
		" version = excluded.version WHERE event.expires_ms <> excluded.expires_ms",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(e->id), CT_TEXT(sv->store), CT_TEXT(key),
			  CT_TEXT(e->label), CT_TEXT(e->kind), CT_TEXT(e->capability),
			  CT_TEXT(e->verdict), CT_TEXT(e->scope), CT_TEXT(e->generation),
			  CT_INT(time_ms), CT_INT(e->expires_ms), CT_TEXT(e->text),
			  CT_TEXT(e->json), CT_INT(ct_save__version(sv))),
		sv->err);
}

static int save_gap(struct ct_saving *sv, const struct ct_store_gap *g)
{
	ct_autofree char *key = ct_store__key(g->key ? g->key : "");

	return ct_db__exec(sv->db,
			   "INSERT INTO gap (host, store, key, why, from_ms, to_ms, text, version)"
			   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
			   " ON CONFLICT (host, store, key, why, from_ms) DO UPDATE SET"
			   " to_ms = greatest(gap.to_ms, excluded.to_ms), text = excluded.text,"
			   " version = excluded.version",
			   CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key),
				     CT_TEXT(g->why), CT_INT(g->from_ms),
				     CT_INT(g->to_ms > g->from_ms ? g->to_ms : g->from_ms),
				     CT_TEXT(g->text), CT_INT(ct_save__version(sv))),
			   sv->err);
}

/* ---- workloads ---- */

static void split_pod(const struct ct_workload *w, struct ct_pod *pod, char **owner)
{
	if (w->container.name && ct_pod__parse(w->container.name, pod) && pod->name)
		*owner = ct_container__pod_owner(&w->container, pod->name);
}

/* Writes all columns but those that save_numbers() writes. */
static int save_names(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw,
		      const struct ct_store_sums *sums)
{
	const struct ct_workload *w = sw->w;
	const struct ct_container *c = &w->container;
	ct_autofree char *owner = NULL, *caps = NULL;
	uint64_t configured = 0;
	bool known = ct_workload__configured(w, &configured);
	struct ct_pod pod = {};
	int ret;

	split_pod(w, &pod, &owner);
	caps = ct_caps__join(known ? configured : 0, " ", "");
	ret = ct_db__exec(
		sv->db,
		"INSERT INTO workload (host, store, key, label, kind, runtime, image, image_digest,"
		" project, service, namespace, owner, container, configured_known, configured,"
		" configured_caps, checks, recordings, lost, first_ms, last_ms, news_ms, version)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
		" $17, $18, $19, $20, $20, $20, $21)"
		" ON CONFLICT (host, store, key) DO UPDATE SET label = excluded.label,"
		" kind = excluded.kind, runtime = excluded.runtime, image = excluded.image,"
		" image_digest = excluded.image_digest, project = excluded.project,"
		" service = excluded.service, namespace = excluded.namespace,"
		" owner = excluded.owner, container = excluded.container,"
		" configured_known = excluded.configured_known, configured = excluded.configured,"
		" configured_caps = excluded.configured_caps,"
		" checks = greatest(workload.checks, excluded.checks),"
		" recordings = greatest(workload.recordings, excluded.recordings),"
		" lost = greatest(workload.lost, excluded.lost)",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key),
			  CT_TEXT(ct_workload__label(w)), CT_TEXT(ct_workload_kind__name(w->kind)),
			  CT_TEXT(ct_runtime__name(w->runtime)), CT_TEXT(c->image),
			  CT_TEXT(c->image_digest), CT_TEXT(c->project), CT_TEXT(c->service),
			  CT_TEXT(pod.space), CT_TEXT(owner),
			  CT_TEXT(pod.container ? pod.container : c->name), CT_INT(known),
			  CT_INT(configured), CT_TEXT(caps), CT_INT(sums->checks),
			  CT_INT(sw->session->recordings), CT_INT(ct_workload__lost(w)),
			  CT_INT(sv->now_ms), CT_INT(sv->version)),
		sv->err);
	ct_pod__free(&pod);
	return ret;
}

static int save_numbers(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw)
{
	int64_t version = sv->version++;

	return ct_db__exec(
		sv->db,
		"UPDATE workload SET starts = greatest(starts, $4), ends = greatest(ends, $5),"
		" reloads = greatest(reloads, $6), watched_ms = greatest(watched_ms, $7),"
		" last_ms = greatest(last_ms, $8), version = $9,"
		" news_ms = CASE $10 WHEN 0 THEN news_ms ELSE greatest(news_ms, $8) END,"
		" news_version = CASE $10 WHEN 0 THEN news_version ELSE $9 END"
		" WHERE host = $1 AND store = $2 AND key = $3",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key), CT_INT(sw->starts),
			  CT_INT(sw->ends), CT_INT(sw->reloads), CT_INT(sw->watched_ms),
			  CT_INT(sv->now_ms), CT_INT(version), CT_INT(sw->news)),
		sv->err);
}

static int save_workload(struct ct_saving *sv, const struct ct_store_workload *sw, int64_t batch_ms)
{
	ct_autofree char *key = ct_store__key(sw->key);
	int64_t now_ms = sw->now_ms ? sw->now_ms : batch_ms;
	struct ct_store_sums sums = {};
	int ret = 0;

	sv->now_ms = now_ms > sv->before_ms ? now_ms : sv->before_ms;
	if (sw->w) {
		ct_save__sum(sw->w, &sums);
		ret = save_names(sv, key, sw, &sums);
		if (!ret)
			ret = ct_save__parts(sv, key, sw);
	}
	if (!ret && sw->advice)
		ret = ct_save__advice(sv, key, sw);
	return ret ? ret : save_numbers(sv, key, sw);
}

/* ---- all of it ---- */

static int save_rows(struct ct_saving *sv, const struct ct_store_batch *b)
{
	int ret = ct_store__first_version(sv->db, &sv->version, sv->err);

	if (!ret)
		ret = ct_db__number(
			sv->db, "SELECT last_ms FROM host WHERE name = $1 AND store = $2",
			CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store)), &sv->before_ms, sv->err);
	sv->now_ms = b->now_ms > sv->before_ms ? b->now_ms : sv->before_ms;
	if (!ret)
		ret = save_host(sv, b->host);
	for (size_t i = 0; i < b->nworkloads && !ret; i++)
		ret = save_workload(sv, &b->workloads[i], b->now_ms);
	for (size_t i = 0; i < b->nevents && !ret; i++)
		ret = save_event(sv, &b->events[i]);
	for (size_t i = 0; i < b->ngaps && !ret; i++)
		ret = save_gap(sv, &b->gaps[i]);
	return ret ? ret : ct_store__last_version(sv->db, sv->version - 1, sv->err);
}

int ct_save__batch(struct ct_store *s, const char *store, const struct ct_store_batch *b,
		   struct ct_err *err)
{
	struct ct_saving sv = { .db = s->db, .host = b->host_name, .store = store, .err = err };
	int ret;

	if (strlen(b->host_name) > HOST_NAME_MAX)
		return ct_err__set(err, EINVAL, "a host's name has at most %d characters",
				   HOST_NAME_MAX);
	ret = ct_db__begin(s->db, err);
	if (ret)
		return ret;
	ret = ct_db__end(s->db, save_rows(&sv, b), err);
	if (!ret) {
		s->commits++;
		s->commit_ms = ct_clock__wall_ms();
	}
	return ret;
}

/* Writing to a file that was removed gives no error, and is lost when the file is closed. */
static int check_file(const struct ct_store *s, struct ct_err *err)
{
	struct stat st;
	bool there = s->path && !stat(s->path, &st);

	if (!s->path || !s->ino || (there && st.st_dev == s->dev && st.st_ino == s->ino) ||
	    (!there && errno != ENOENT))
		return 0;
	return ct_err__set(err, ESTALE,
			   "%s: was %s while it was written; put it back, or restart the daemon",
			   s->path, there ? "replaced" : "removed");
}

int ct_store__save(struct ct_store *s, const struct ct_store_batch *b, struct ct_err *err)
{
	int ret = ct_store__may_change(s, err);

	if (ret || !(b->nworkloads + b->nevents + b->ngaps))
		return ret;
	ret = check_file(s, err);
	if (!ret && !s->id)
		ret = ct_store__identify(s, err);
	return ret ? ret : ct_save__batch(s, s->id, b, err);
}
