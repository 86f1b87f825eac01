/* SPDX-License-Identifier: GPL-2.0-only */
/* What commands that read a store share: options that choose from it, and reading the choice. */
#ifndef CT_CMD_STORED_H
#define CT_CMD_STORED_H

#include "cmd/cmd.h"
#include "survey/stored.h"

/* What a command was told to read from a store. All empty: it was told nothing. */
struct ct_stored {
	const char *url, *since, *host, *project, *space;
	struct ct_strlist names;
};

#define CT_ROW_STORE(dest)                                                                    \
	{                                                                                     \
		0, "store", "URL", CT_OPT_STR, dest, NULL,                                    \
			"the store: a file, sqlite:///PATH or postgresql://...; without it, " \
			"that of this host's captrim monitor"                                 \
	}
#define CT_ROW_HOST(dest)                                                                        \
	{                                                                                        \
		0, "host", "HOST", CT_OPT_STR, dest, NULL, "from the store, take only this host" \
	}
#define CT_ROW_SINCE(dest)                                                          \
	{                                                                           \
		0, "since", "WHEN", CT_OPT_STR, dest, NULL,                         \
			"from the store, take only what was seen since then: 30d, " \
			"monday, 2026-11-01"                                        \
	}
#define CT_ROW_NAMESPACE(dest)                                                            \
	{                                                                                 \
		'n', "namespace", "NAME", CT_OPT_STR, dest, NULL,                         \
			"from the store, take only the pods of this Kubernetes namespace" \
	}
#define CT_ROW_NAME(dest)                                                                    \
	{                                                                                    \
		'c', "container", "NAME", CT_OPT_LIST, dest, NULL,                           \
			"from the store, take only this container, service or unit; may be " \
			"repeated"                                                           \
	}
#define CT_ROW_STORED_PROJECT(dest)                                                            \
	{                                                                                      \
		0, "project", "NAME", CT_OPT_STR, dest, NULL, "take only this Compose project" \
	}

/* The options that stand in for files of recordings. */
#define CT_ROWS_STORED(o)                                                                     \
	CT_ROW_STORE(&(o).url), CT_ROW_NAME(&(o).names), CT_ROW_STORED_PROJECT(&(o).project), \
		CT_ROW_NAMESPACE(&(o).space), CT_ROW_HOST(&(o).host), CT_ROW_SINCE(&(o).since)
/* For commands that list workloads: which ones, and in which order. */
#define CT_ROWS_LISTED(o, order)                                                             \
	CT_ROW_STORE(&(o).url), CT_ROW_HOST(&(o).host), CT_ROW_STORED_PROJECT(&(o).project), \
		CT_ROW_NAMESPACE(&(o).space), CT_ROW_SINCE(&(o).since), CT_ROW_SORT(order)
#define CT_ROW_SORT(dest)                                                                       \
	{                                                                                       \
		0, "sort", "ORDER", CT_OPT_CHOICE, dest, ct_survey_orders,                      \
			"by what can be taken away, by name, by what is needed, or by when it " \
			"was last seen"                                                         \
	}

/* Was any option given that means a store? */
bool ct_stored__is_wanted(const struct ct_stored *o);

/* The query for it, without the names. -EINVAL: --since does not name a time. It borrows from o. */
int ct_stored__query(const struct ct_stored *o, struct ct_store_query *q, struct ct_err *err);

struct ct_survey_want {
	enum ct_survey_depth depth;
	bool apart; /* a row for each host; else one for each workload */
};

/*
 * Reads the workloads and what is known of their needs. -ENOENT: a name is not in the store; that
 * the store is empty is not an error.
 */
int ct_stored__survey(struct ct_store *s, const struct ct_stored *o,
		      const struct ct_survey_want *want, struct ct_survey *sv, struct ct_err *err);

/*
 * Loads and judges all recordings of the workloads, with the same result as from files. -ENOENT:
 * there are none.
 * *r borrows from *s: free the report first. Both are untouched on failure.
 */
int ct_stored__load(struct ct_store *store, const struct ct_stored *o,
		    const struct ct_judge_opts *how, struct ct_session **s, struct ct_report **r,
		    struct ct_err *err);

/*
 * ct_stored__load_either() loads FILE... or from the store. Call ct_stored__check() before: -EINVAL
 * if neither is given, or both; what is the command's name.
 */
int ct_stored__check(const struct ct_stored *o, const struct ct_strlist *files, const char *what,
		     struct ct_err *err);
int ct_stored__load_either(const struct ct_stored *o, const struct ct_strlist *files,
			   const struct ct_judge_opts *how, struct ct_session **s,
			   struct ct_report **r, struct ct_err *err);

/* The names of a kind that the store has, as a printable list for a message; the caller frees. */
char *ct_stored__others(struct ct_store *s, const char *(*of)(const struct ct_survey_row *row));

void ct_stored__free(struct ct_stored *o); /* the list */

#endif
