/* SPDX-License-Identifier: GPL-2.0-only */
/* The advice as an override file, for users whose own files shall stay unchanged. */
#include "deploy/layers.h"
#include "edit/proof.h"
#include "edit/values.h"
#include "emit/common.h"

static void put_service(struct ct_str *s, const struct ct_patch *p,
			const struct ct_patch_service *t)
{
	ct_autofree char *name = ct_emit__yaml(t->name);
	struct ct_change_value from = {}, add = {};

	ct_values__cap_add(&add, t);
	ct_values__provenance(&from, p, t, false, false);
	ct_str__addf(s, "  %s:\n    cap_drop: [ALL]\n    cap_add: !override", name);
	ct_str__add(s, add.nitems		  ? "\n" :
		       ct_patch__is_incomplete(t) ? " []  # INCOMPLETE, no need was seen\n" :
						    " []  # it needs none\n");
	for (size_t i = 0; i < add.nitems; i++)
		ct_str__addf(s, "      - %-*s  # %s\n", ct_emit__names_width(t->cap_add),
			     add.items[i].text, add.items[i].comment);
	if (t->drop_privileged)
		ct_str__add(s, "    privileged: false  # cap_add is enough\n");
	ct_str__addf(s, "    x-captrim: %s\n", from.word);
	ct_change_value__free(&add);
	ct_change_value__free(&from);
}

/* Proves that the project is what it should be with this file as the last one. */
static int prove(const struct ct_patch *p, const struct ct_strlist *files, const struct ct_str *s,
		 struct ct_err *err)
{
	static const char name[] = "/dev/null/override"; /* no file can have that name */
	const struct ct_overlay overlay = { name, s->s, s->len };
	ct_autocompose struct ct_compose *new = NULL;
	struct ct_strlist all = {};
	int ret;

	for (size_t i = 0; i < files->len; i++)
		*CT_PUSH(all.items, all.len, all.cap) = files->items[i];
	*CT_PUSH(all.items, all.len, all.cap) = name;
	ret = ct_compose__load_with(&all, &overlay, 1, &new, err);
	ct_strlist__free(&all);
	return ret ? ret : ct_proof__services(p->compose, new, p, err);
}

int ct_patch__override(const struct ct_patch *p, const struct ct_strlist *files,
		       struct ct_str *text, struct ct_err *err)
{
	struct ct_str s = {};
	int ret;

	ct_str__add(
		&s, CT_PATCH_OVERRIDE_MARK
		". Give it last: docker compose -f compose.yaml -f THIS up\n"
		"# It needs Docker Compose 2.24.4 or newer: without !override, lists are joined.\n"
		"services:\n");
	for (size_t i = 0; i < p->nservices; i++)
		put_service(&s, p, &p->services[i]);
	ret = prove(p, files, &s, err);
	if (ret)
		ct_str__free(&s);
	else
		*text = s;
	return ret;
}
