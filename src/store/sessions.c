/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts recordings together from the rows of their parts. */
#include <errno.h>
#include <string.h>

#include "model/tally.h"
#include "store/part.h"
#include "store/store_priv.h"
#include "store/tables.h"
#include "store/where.h"

/*
 * All rows of a workload of one store follow each other. Adding one workload to a sum of thousands
 * looks at all of them, so only sums of equally many are added to each other: sums[i] is a sum of
 * 2^i workloads, or NULL.
 */
#define SUMS 40
struct summing {
	struct ct_session *sums[SUMS];
	struct ct_losses lost;	/* on all hosts */
	struct ct_session *one; /* the workload in hand, of one host */
	char *whose;		/* its host, store and key */
	/* Each workload's recordings tell what was lost on the host while it was watched. Most of
	 * that was lost to all workloads alike, so the largest number counts for the store. */
	char *where;		 /* host and store */
	struct ct_losses losses; /* of that store */
	const struct ct_store *store;
	struct ct_err *err;
	bool damaged; /* a recording cannot be read: not the database, or memory, failed */
};

static void keep_larger(uint64_t *n, uint64_t other)
{
	if (other > *n)
		*n = other;
}

static void keep_losses(struct ct_losses *to, const struct ct_losses *l)
{
	keep_larger(&to->events, l->events);
	keep_larger(&to->kinds, l->kinds);
	keep_larger(&to->acts, l->acts);
	keep_larger(&to->procs, l->procs);
	keep_larger(&to->stacks, l->stacks);
	keep_larger(&to->outcomes, l->outcomes);
	keep_larger(&to->missed, l->missed);
	keep_larger(&to->unattributed, l->unattributed);
	keep_larger(&to->lookups, l->lookups);
	to->truncated |= l->truncated;
}

static void end_store(struct summing *l)
{
	ct_losses__add(&l->lost, &l->losses);
	l->losses = (struct ct_losses){};
	free(ct_steal(l->where));
}

static struct ct_session *add_up(struct ct_session *to, struct ct_session *from)
{
	ct_tally__add(to, from);
	ct_session__free(from);
	return to;
}

static void end_workload(struct summing *l)
{
	size_t i;

	if (!l->one)
		return;
	keep_losses(&l->losses, &l->one->losses);
	l->one->losses = (struct ct_losses){};
	ct_tally__unite(l->one);
	for (i = 0; l->sums[i]; i++)
		l->one = add_up(ct_steal(l->sums[i]), l->one);
	l->sums[i] = ct_steal(l->one);
	free(ct_steal(l->whose));
}

/* The sum of everything, without a workload if there was none. */
static struct ct_session *end_all(struct summing *l)
{
	struct ct_session *sum = NULL;

	end_workload(l);
	end_store(l);
	for (size_t i = 0; i < SUMS; i++)
		if (l->sums[i])
			sum = sum ? add_up(ct_steal(l->sums[i]), sum) : ct_steal(l->sums[i]);
	if (!sum)
		sum = ct_session__new();
	sum->losses = l->lost;
	return sum;
}

static int take_part(const struct ct_row *row, void *arg)
{
	struct summing *l = arg;
	ct_autofree char *where = ct_xasprintf("%s\n%s", ct_row__text(row, 0),
					       ct_row__text(row, 1));
	ct_autofree char *whose = ct_xasprintf("%s\n%s", where, ct_row__text(row, 2));
	ct_autosession struct ct_session *part = NULL;
	size_t len;
	const void *data = ct_row__blob(row, 4, &len);
	int ret = ct_packed__open(data, len, (uint64_t)ct_row__int(row, 3), l->store->db->name,
				  &part, l->err);

	if (ret) {
		l->damaged = ret != -ENOMEM;
		return ret;
	}
	if (l->whose && strcmp(l->whose, whose) != 0)
		end_workload(l);
	if (l->where && strcmp(l->where, where) != 0)
		end_store(l);
	if (!l->where)
		l->where = ct_steal(where);
	if (!l->one) {
		l->one = ct_session__new();
		l->one->recordings = 0;
		l->whose = ct_steal(whose);
	}
	ct_packed__assemble(l->one, part);
	return 0;
}

#define SELECT_PARTS "SELECT p.host, p.store, p.key, p.size, p.recording FROM part p"
#define ORDER_PARTS  " ORDER BY p.host, p.store, p.key, p.place, p.setting"

static int load(struct ct_store *s, struct ct_where *w, struct ct_session **out, bool *damaged,
		struct ct_err *err)
{
	struct summing l = { .store = s, .err = err };
	int ret;

	s->db->streams = true;
	ret = ct_where__run(w, s->db, ORDER_PARTS, take_part, &l, err);
	s->db->streams = false;
	ct_where__free(w);
	if (!ret)
		*out = end_all(&l);
	for (size_t i = 0; i < SUMS; i++)
		ct_session__free(l.sums[i]);
	ct_session__free(l.one);
	free(l.whose);
	free(l.where);
	if (damaged)
		*damaged = l.damaged;
	return ret;
}

int ct_store__load(struct ct_store *s, const struct ct_store_query *q, struct ct_session **out,
		   struct ct_err *err)
{
	static const struct ct_where_names names = {
		.host = "p.host", .first = "p.first_ms", .last = "p.last_ms", .workload = true
	};
	struct ct_where w;

	ct_where__begin(&w, SELECT_PARTS CT_JOIN_WORKLOAD("p"), &names, q);
	return load(s, &w, out, NULL, err);
}

int ct_store__load_hosts(struct ct_store *s, const struct ct_store_query *q,
			 const char *const *hosts, size_t n, struct ct_session **out,
			 struct ct_err *err)
{
	ct_autosession struct ct_session *sum = NULL;
	struct ct_store_query one = *q;

	for (size_t i = 0; i < n; i++) {
		struct ct_session *from = NULL;
		int ret;

		one.host = hosts[i];
		ret = ct_store__load(s, &one, &from, err);
		if (ret)
			return ret;
		sum = sum ? add_up(ct_steal(sum), from) : from;
	}
	*out = sum ? ct_steal(sum) : ct_session__new();
	return 0;
}

int ct_store__load_workload(struct ct_store *s, const char *host, const char *key,
			    struct ct_session **out, bool *damaged, struct ct_err *err)
{
	static const struct ct_where_names names = { .host = "p.host" };
	const struct ct_store_query q = { .host = host };
	ct_autofree char *stored = ct_store__key(key);
	struct ct_where w;
	int ret = s->id || !s->may_change ? 0 : ct_store__identify(s, err);

	if (damaged)
		*damaged = false;
	if (ret)
		return ret;
	ct_where__begin(&w, SELECT_PARTS, &names, &q);
	ct_where__and(&w, "p.key = ?", CT_TEXT(stored));
	if (s->id)
		ct_where__and(&w, "p.store = ?", CT_TEXT(s->id));
	return load(s, &w, out, damaged, err);
}
