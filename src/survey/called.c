/* SPDX-License-Identifier: GPL-2.0-only */
/* Workloads by the names that people give them. */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "survey/survey.h"

#define NAMES_SHOWN 12

bool ct_survey_row__is_called(const struct ct_survey_row *row, const char *name)
{
	static const char suffix[] = ".service";
	size_t len = strlen(name);

	if (!*name)
		return false;
	if (row->kind == CT_WL_UNIT && row->label && !strncmp(row->label, name, len) &&
	    !strcmp(row->label + len, suffix))
		return true;
	return ct_str_equal(row->key, name) || ct_str_equal(row->label, name) ||
	       ct_str_equal(row->service, name) || ct_str_equal(row->container, name);
}

/* Does something that people know of it contain the word? If there is none, all do. */
static bool is_like(const struct ct_survey_row *row, const char *word)
{
	const char *const texts[] = { row->label,   row->service, row->container,
				      row->project, row->space,	  row->image };

	for (size_t i = 0; word && i < CT_ARRAY_SIZE(texts); i++)
		if (texts[i] && strcasestr(texts[i], word))
			return true;
	return !word;
}

/* "web, db and 3 others": the workloads that contain the word, n in all. */
static char *names_of(const struct ct_survey *sv, const char *word, size_t *n)
{
	struct ct_str s = {};
	size_t shown = 0;

	*n = 0;
	for (size_t i = 0; i < sv->len; i++)
		*n += is_like(&sv->rows[i], word);
	for (size_t i = 0; i < sv->len && (shown < NAMES_SHOWN || *n == NAMES_SHOWN + 1); i++) {
		ct_autofree char *label = ct_printable(sv->rows[i].label ? sv->rows[i].label : "?");

		if (!is_like(&sv->rows[i], word))
			continue;
		ct_str__addf(&s, "%s%s", !shown ? "" : shown + 1 == *n ? " and " : ", ", label);
		shown++;
	}
	if (shown < *n)
		ct_str__addf(&s, " and %zu others", *n - shown);
	return s.s;
}

char *ct_survey__names(const struct ct_survey *sv)
{
	size_t n;

	return names_of(sv, NULL, &n);
}

struct wanted {
	const char *const *names;
	size_t n;
};

static bool is_wanted(struct ct_survey_row *row, const void *arg)
{
	const struct wanted *w = arg;

	for (size_t i = 0; i < w->n; i++)
		if (ct_survey_row__is_called(row, w->names[i]))
			return true;
	return false;
}

bool ct_survey__has(const struct ct_survey *sv, const char *name)
{
	for (size_t i = 0; i < sv->len; i++)
		if (ct_survey_row__is_called(&sv->rows[i], name))
			return true;
	return false;
}

/* Whoever types a part of a name, or an image, is told what the workloads are called. */
static int is_missing(const struct ct_survey *sv, const char *name, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(name), *like = NULL, *all = NULL;
	size_t n = 0;

	like = *name ? names_of(sv, name, &n) : NULL;
	if (n)
		return ct_err__set(err, ENOENT,
				   "no workload is called '%s'; %s %s it in %s name or image",
				   shown, like, n == 1 ? "has" : "have", n == 1 ? "its" : "their");
	all = ct_survey__names(sv);
	return ct_err__set(err, ENOENT, "no workload is called '%s'; there %s %s", shown,
			   sv->len == 1 ? "is" : "are", all ? all : "none");
}

int ct_survey__choose(struct ct_survey *sv, const char *const *names, size_t n, struct ct_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!ct_survey__has(sv, names[i]))
			return is_missing(sv, names[i], err);
	if (n)
		ct_survey__keep(sv, is_wanted, &(struct wanted){ names, n });
	return 0;
}
