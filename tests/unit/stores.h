/* SPDX-License-Identifier: GPL-2.0-only */
/* Stores in a directory of their own, and what is put into them. */
#ifndef CT_UNIT_STORES_H
#define CT_UNIT_STORES_H

#include <ftw.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "build.h"
#include "model/identity.h"
#include "model/tally.h"
#include "sessions.h"
#include "store/store.h"

static char stores_dir[] = "/tmp/captrim-stores-XXXXXX";
static char stores_path[sizeof(stores_dir) + 32];

static inline int stores_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void stores_end(void)
{
	nftw(stores_dir, stores_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Call once, before the tests. */
static inline void stores_begin(void)
{
	if (!mkdtemp(stores_dir))
		abort();
	snprintf(stores_path, sizeof(stores_path), "%s/captrim.db", stores_dir);
	atexit(stores_end);
}

/* No store is left of the last test. */
static inline void stores_fresh(void)
{
	stores_end();
	CU_ASSERT_EQUAL_FATAL(mkdir(stores_dir, 0700), 0);
}

/* Shows the message of what should have worked. */
#define STORES_OK(call, err)                                  \
	do {                                                  \
		int stores_ret = (call);                      \
		if (stores_ret)                               \
			printf("%s: %s\n", #call, (err).msg); \
		CU_ASSERT_EQUAL_FATAL(stores_ret, 0);         \
	} while (0)

static inline struct ct_store *stores_open(unsigned int flags)
{
	ct_autoerr struct ct_err err = {};
	struct ct_store *s = NULL;

	STORES_OK(ct_store__open(stores_path, flags, &s, &err), err);
	return s;
}

/* A container of that name that changed a file's owner, and did what else is asked. */
static inline struct ct_session *stores_session(const char *name, int64_t start_ms)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, name);
	struct ct_kind *k;

	s->host.start_ms = start_ms;
	s->host.start_ns = 1000000000;
	s->host.end_ns = 4000000000;
	s->host.kernel = ct_xstrdup("6.1.0");
	s->host.syscalls = CT_YES;
	w->container.image = ct_xstrdup("nginx:1.27");
	build_exec(w, CT_ENTRY_MAIN, "/bin/prog", 0);
	k = build_check(w, CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare notify");
	k->key.entry = CT_ENTRY_MAIN;
	ct_session__conclude(s);
	return s;
}

static inline int stores_count(const struct ct_store_workload_row *r, void *arg)
{
	(void)r;
	++*(int *)arg;
	return 0;
}

/* Finds a workload although many others are named as well. */
static inline void stores_find_among(struct ct_store *s, const char *name)
{
	static const char *names[400];
	const struct ct_store_query q = { .names = names, .nnames = CT_ARRAY_SIZE(names) };
	ct_autoerr struct ct_err err = {};
	int n = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		names[i] = i == 300 ? name : "another";
	STORES_OK(ct_store__each_workload(s, &q, stores_count, &n, &err), err);
	CU_ASSERT_EQUAL(n, 1);
}

/* Saves all workloads of a session, judged. */
static inline int stores_save(struct ct_store *store, const struct ct_session *s, const char *host,
			      int64_t now_ms, bool news, struct ct_err *err)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	struct ct_store_workload rows[64] = {};
	struct ct_identity ids[64] = {};
	struct ct_store_batch b = { .host = &s->host,
				    .host_name = host,
				    .now_ms = now_ms,
				    .workloads = rows,
				    .nworkloads = s->nworkloads };
	int ret;

	for (size_t i = 0; i < s->nworkloads; i++) {
		ct_identity__of(s->workloads[i], &ids[i]);
		rows[i] = (struct ct_store_workload){ .key = ids[i].key,
						      .session = s,
						      .w = s->workloads[i],
						      .advice = &r->advices[i],
						      .news = news };
	}
	ret = ct_store__save(store, &b, err);
	for (size_t i = 0; i < s->nworkloads; i++)
		ct_identity__free(&ids[i]);
	return ret;
}

#endif
