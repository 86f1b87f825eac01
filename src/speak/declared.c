/* SPDX-License-Identifier: GPL-2.0-only */
#include "speak/declared.h"

#include <errno.h>

#include "base/input.h"
#include "check/check.h"
#include "emit/json_read.h"
#include "model/identity.h"

#define MAX_SIZE (64u << 20)

/* One file: either a recommendation (session and report), or a deployment (check). */
struct declaration {
	char *path;
	struct ct_session *session;
	struct ct_report *report;
	struct ct_check check;
};

struct ct_declared {
	struct declaration *items;
	size_t len, cap;
};

void ct_declared__free(struct ct_declared *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->len; i++) {
		free(d->items[i].path);
		ct_report__free(d->items[i].report);
		ct_session__free(d->items[i].session);
		ct_check__free(&d->items[i].check);
	}
	free(d->items);
	free(d);
}

static int load_deployed(struct declaration *one, struct ct_err *err)
{
	const char *path = one->path;
	struct ct_strlist list = { .items = &path, .len = 1 };
	ct_autofree char *shown = ct_printable(path);
	int ret = ct_check__load(&one->check, &list, err);

	if (!ret && one->check.has_policy)
		ret = ct_err__set(err, EINVAL,
				  "%s is a policy for 'captrim check'; events are held against an "
				  "advice in JSON or a deployment file",
				  shown);
	if (!ret && !one->check.targets.len)
		ret = ct_err__set(err, EINVAL, "%s declares no container, service or unit", shown);
	return ret;
}

static int load_one(struct declaration *one, struct ct_err *err)
{
	ct_autofree char *text = NULL;
	size_t len;
	int ret = ct_input__read(one->path, MAX_SIZE, NULL, &text, &len, err);

	if (ret)
		return ret;
	if (!ct_advice_json__is(text, len))
		return load_deployed(one, err);
	return ct_advice_json__read(text, len, one->path, &one->session, &one->report, err);
}

int ct_declared__load(const struct ct_strings *files, struct ct_declared **out, struct ct_err *err)
{
	ct_autodeclared struct ct_declared *d = ct_xzalloc(sizeof(*d));
	int ret = 0;

	for (size_t i = 0; i < files->len && !ret; i++) {
		struct declaration *one = CT_PUSH(d->items, d->len, d->cap);

		*one = (struct declaration){ .path = ct_xstrdup(files->items[i]) };
		ret = load_one(one, err);
	}
	if (!ret)
		*out = ct_steal(d);
	return ret;
}

static bool advised(const struct declaration *one, const struct ct_advice *a, uint64_t *set)
{
	const struct ct_report *r = one->report;

	for (size_t i = 0; r && i < r->nadvices; i++)
		if (ct_workload__same(r->advices[i].workload, a->workload)) {
			*set = r->advices[i].cap_add | r->advices[i].optional;
			return true;
		}
	return false;
}

/* A target whose capabilities are unknown, because they depend on a variable, declares nothing. */
static bool deployed(const struct declaration *one, const struct ct_advice *a, uint64_t *set)
{
	const struct ct_deployment *targets = &one->check.targets;
	const struct ct_strlist none = { 0 };

	for (size_t i = 0; i < targets->len; i++) {
		const struct ct_deployed *t = &targets->items[i];

		if (t->unknown || !ct_check__belongs(t, a, &none))
			continue;
		*set = t->privileged == CT_YES ? CT_CAPS_ALL : t->given | t->ambient;
		return true;
	}
	return false;
}

bool ct_declared__of(const struct ct_declared *d, const struct ct_advice *a, uint64_t *set,
		     const char **by)
{
	for (size_t i = 0; d && i < d->len; i++)
		if (advised(&d->items[i], a, set) || deployed(&d->items[i], a, set)) {
			*by = d->items[i].path;
			return true;
		}
	return false;
}
