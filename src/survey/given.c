/* SPDX-License-Identifier: GPL-2.0-only */
#include "survey/given.h"

#include "base/util.h"
#include "check/check.h"
#include "judge/questions.h"
#include "model/identity.h"

/* "Deployment/web/nginx": its name as it is in the file. */
static char *full_name(const struct ct_deployed *t)
{
	return t->where ? ct_xasprintf("%s/%s", t->where, t->name) : ct_xstrdup(t->name);
}

static void add_target(struct ct_survey *sv, const struct ct_check *c, const struct ct_deployed *t)
{
	static const struct ct_strlist no_pairs = {};
	bool guessed = false;
	const struct ct_advice *a = c->report ? ct_check__match(c, t, &no_pairs, &guessed) : NULL;
	struct ct_survey_row *row = ct_survey__add(sv);

	row->label = full_name(t);
	row->image = t->image ? ct_xstrdup(t->image) : NULL;
	row->holds_known = !t->unknown && t->privileged != CT_UNKNOWN;
	row->holds = t->given;
	if (a) {
		ct_autoidentity struct ct_identity id = {};

		ct_identity__of(a->workload, &id);
		row->key = ct_steal(id.key);
		ct_caps__for_each(cap, a->cap_add & ~t->given)
			if (ct_advice__stand_ins(a, cap, t->given))
				row->met |= 1ull << cap;
	} else {
		row->key = ct_xasprintf("file:%s", row->label);
	}
}

int ct_survey__add_given(struct ct_survey *sv, const char *path, const struct ct_report *r,
			 struct ct_err *err)
{
	const struct ct_strlist files = { (const char *[]){ path }, 1, 1 };
	struct ct_check c = { .report = r };
	int ret = ct_deployment__load(&c.targets, &files, NULL, err);

	for (size_t i = 0; i < c.targets.len && !ret; i++)
		add_target(sv, &c, &c.targets.items[i]);
	ct_check__free(&c);
	return ret;
}
