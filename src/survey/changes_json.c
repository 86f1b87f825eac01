/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs, for programs: captrim.diff/1. */
#include "base/json.h"
#include "base/moment.h"
#include "emit/common.h"
#include "survey/changes.h"

static const char *const sides[] = { "time", "host", "image", "file" };
static const char *const kinds[] = { "same", "changed", "only-from", "only-to" };

static void put_side(struct ct_json *j, const char *key, const struct ct_side *s)
{
	ct_json__object(j, key);
	ct_json__str(j, "kind", sides[s->kind]);
	ct_json__str(j, "text", s->text);
	if (s->kind == CT_SIDE_TIME) {
		ct_autofree char *when = ct_moment__utc(s->ms);

		ct_json__str(j, "time", when);
	}
	ct_json__end_object(j);
}

/* Only what the side knows, and nothing if the workload is not there. */
static void put_sets(struct ct_json *j, const char *key, const struct ct_survey_row *row)
{
	ct_json__object(j, key);
	if (row && row->holds_known)
		ct_emit__json_caps(j, "holds", row->holds);
	if (row && row->judged) {
		ct_emit__json_caps(j, "needs", row->needs);
		ct_emit__json_caps(j, "optional", row->optional);
		ct_json__bool(j, "complete", !row->gaps);
	}
	ct_json__end_object(j);
}

static void put_change(struct ct_json *j, const struct ct_survey_change *c)
{
	const struct ct_survey_row *row = c->b ? c->b : c->a;

	ct_json__object(j, NULL);
	ct_json__str(j, "key", row->key);
	ct_json__str(j, "name", row->label);
	ct_json__str(j, "change", kinds[c->kind]);
	ct_emit__json_caps(j, "needs_added", c->needs_added);
	ct_emit__json_caps(j, "needs_removed", c->needs_gone);
	ct_emit__json_caps(j, "holds_added", c->holds_added);
	ct_emit__json_caps(j, "holds_removed", c->holds_gone);
	ct_emit__json_caps(j, "lacks", c->lacks);
	ct_emit__json_caps(j, "unused", c->spare);
	put_sets(j, "from", c->a);
	put_sets(j, "to", c->b);
	ct_json__end_object(j);
}

void ct_changes__json(const struct ct_changes *c, FILE *out)
{
	struct ct_json j = CT_JSON(out, 2);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "schema", CT_DIFF_SCHEMA);
	ct_json__str(&j, "captrim", CT_VERSION);
	put_side(&j, "from", c->a);
	put_side(&j, "to", c->b);
	ct_json__array(&j, "workloads");
	for (size_t i = 0; i < c->len; i++)
		put_change(&j, &c->items[i]);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	fputc('\n', out);
}
