/* SPDX-License-Identifier: GPL-2.0-only */
/* What pages show, made by hand: real recordings as workloads of two hosts, and events. */
#ifndef CT_UNIT_PAGE_DATA_H
#define CT_UNIT_PAGE_DATA_H

#include "model/identity.h"
#include "page/data.h"
#include "sessions.h"

#define PAGE_NOW 1796000000000 /* milliseconds: the end of November 2026 */
#define PAGE_DAY 86400000

/* Whatever a name is, it has to stay text. */
#define PAGE_EVIL "<script>alert(1)</script>\"'&\x1b[31m\xff\n"

static inline struct ct_session *page_session(const char *path)
{
	struct ct_session *s = NULL;
	ct_autofree char *text = NULL;
	size_t len;

	CU_ASSERT_EQUAL_FATAL(ct_read_file(path, 16 << 20, &text, &len), 0);
	CU_ASSERT_EQUAL_FATAL(session_parse(text, len, &s, NULL), 0);
	return s;
}

/* Times as a store has them: the n-th need came n days after the first. */
static inline void page_date(struct ct_survey_row *row)
{
	row->first_ms = PAGE_NOW - 30ll * PAGE_DAY;
	row->last_ms = PAGE_NOW - 3600000;
	for (size_t i = 0; i < row->ncaps; i++) {
		row->caps[i].first_ms = row->first_ms + (int64_t)i * 3 * PAGE_DAY;
		row->caps[i].last_ms = row->last_ms;
		row->caps[i].since_ms = row->caps[i].first_ms;
	}
}

static inline void page_event(struct ct_page_data *d, const struct ct_survey_row *row,
			      const char *kind, const char *cap, int days, bool acked)
{
	struct ct_page_event e = {
		.id = ct_xasprintf("e%zu", d->nevents),
		.kind = ct_xstrdup(kind),
		.host = ct_xstrdup("node1"),
		.key = ct_xstrdup(row->key),
		.label = ct_xstrdup(row->label),
		.capability = ct_xstrdup(cap),
		.verdict = ct_xstrdup("required"),
		.scope = ct_xstrdup("namespace"),
		.text = ct_xasprintf("%s needs %s, which it never needed", row->label, cap),
		.time_ms = PAGE_NOW - (int64_t)days * PAGE_DAY,
		.acked_ms = acked ? PAGE_NOW - 1000 : 0,
		.acked_by = acked ? ct_xstrdup("alice") : NULL,
		.note = acked ? ct_xstrdup("new backup job") : NULL,
	};

	*CT_PUSH(d->events, d->nevents, d->events_cap) = e;
}

static inline void page_gap(struct ct_page_data *d, const char *key)
{
	*CT_PUSH(d->gaps, d->ngaps, d->gaps_cap) = (struct ct_page_gap){
		.host = ct_xstrdup("node1"),
		.key = key ? ct_xstrdup(key) : NULL,
		.why = ct_xstrdup("daemon-down"),
		.text = ct_xstrdup("captrim was not running for 2 minutes"),
		.from_ms = PAGE_NOW - 2 * PAGE_DAY,
		.to_ms = PAGE_NOW - 2 * PAGE_DAY + 120000,
	};
}

static inline void page_host(struct ct_page_data *d, const char *name)
{
	*CT_PUSH(d->hosts, d->nhosts, d->hosts_cap) = (struct ct_page_host){
		.name = ct_xstrdup(name),
		.kernel = ct_xstrdup("6.18.0"),
		.arch = ct_xstrdup("x86_64"),
		.backend = ct_xstrdup("tp_btf"),
		.captrim = ct_xstrdup("1.0.0"),
		.first_ms = PAGE_NOW - 30ll * PAGE_DAY,
		.last_ms = PAGE_NOW - 60000,
		.workloads = 12,
	};
}

struct page_store {
	const char *evil; /* the label of one workload; NULL: none such */
	int hosts;
	int fails; /* errno */
	struct ct_page_want asked;
};

static inline void page_add(struct page_store *p, const struct ct_page_want *want,
			    struct ct_page_data *d, const char *path, bool evil)
{
	ct_autoidentity struct ct_identity id = { 0 };
	struct ct_session *s = page_session(path);
	struct ct_report *r;
	size_t before = d->survey.len;
	int hosts = want->host ? 1 : p->hosts;

	if (evil) {
		free(s->workloads[0]->container.name);
		s->workloads[0]->container.name = ct_xstrdup(p->evil);
	}
	ct_identity__of(s->workloads[0], &id);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	if (!want->key || !strcmp(want->key, id.key)) {
		for (int i = 0; i < hosts; i++)
			ct_survey__add_report(&d->survey, r, i ? "node2" : "node1");
		for (size_t i = before; i < d->survey.len; i++)
			page_date(&d->survey.rows[i]);
		if (want->key) {
			d->session = s;
			d->report = r;
			return;
		}
	}
	ct_report__free(r);
	ct_session__free(s);
}

/* A ct_page_load_fn; arg is a struct page_store. */
static inline int page_load(void *arg, const struct ct_page_want *want, struct ct_page_data *d,
			    struct ct_err *err)
{
	struct page_store *p = arg;
	glob_t found = golden_recordings();

	p->asked = (struct ct_page_want){ .survey = want->survey, .needs = want->needs };
	if (p->fails) {
		globfree(&found);
		return ct_err__set(err, p->fails, "the store <b>%s</b> is broken", "captrim.db");
	}
	d->now_ms = PAGE_NOW;
	page_host(d, "node1");
	if (p->hosts > 1)
		page_host(d, "node2");
	for (size_t i = 0; i < found.gl_pathc; i++)
		page_add(p, want, d, found.gl_pathv[i], p->evil && !i);
	globfree(&found);
	if (want->events && d->survey.len) {
		page_event(d, &d->survey.rows[0], "new-need", "SYS_TIME", 1, false);
		page_event(d, &d->survey.rows[0], "host-scope", "SYS_ADMIN", 3, false);
		page_event(d, &d->survey.rows[0], "new-need", "KILL", 9, true);
	}
	if (want->gaps)
		page_gap(d, want->key);
	return 0;
}

#endif
