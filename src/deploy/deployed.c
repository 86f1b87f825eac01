/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/deployed.h"

#include <errno.h>
#include <string.h>

#include "base/input.h"
#include "runtime/facts.h"
#include "runtime/grant.h"

#define MAX_FILE ((size_t)16 << 20)

int ct_deployment__read_text(const char *path, char **text, size_t *len, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(strcmp(path, "-") != 0 ? path : "standard input");
	int ret = ct_input__read(path, MAX_FILE, "split the file", text, len, err);

	if (!ret && strlen(*text) != *len)
		ret = ct_err__set(err, EINVAL,
				  "%s: contains a NUL byte: convert the file to UTF-8, if it is "
				  "text",
				  shown);
	return ret;
}

struct ct_deployed *ct_deployment__add(struct ct_deployment *t, enum ct_deployed_kind kind,
				       const char *name)
{
	struct ct_deployed *target = CT_PUSH(t->items, t->len, t->cap);

	*target = (struct ct_deployed){ .kind = kind,
					.name = ct_xstrdup(name),
					.privileged = CT_NO,
					.nonroot = CT_UNKNOWN,
					.unlimited = CT_NO };
	return target;
}

const char *ct_deployment__file(struct ct_deployment *t, const char *path)
{
	if (!ct_strings__find(&t->files, path))
		ct_strings__add(&t->files, path);
	return ct_strings__find(&t->files, path);
}

void ct_named__add(struct ct_named_list *l, const char *text, struct ct_place at)
{
	struct ct_named *n = CT_PUSH(l->items, l->len, l->cap);

	*n = (struct ct_named){ .text = ct_xstrdup(text), .at = at };
	if (ct_compose__cap(text, &n->set)) {
		n->set = 0;
		n->why = "no capability has that name";
	}
}

uint64_t ct_named__set(const struct ct_named_list *l)
{
	uint64_t set = 0;

	for (size_t i = 0; i < l->len; i++)
		set |= l->items[i].set;
	return set;
}

/* The list as an engine reads it: ALL is not the same as all names. */
static struct ct_cap_list list_of(const struct ct_named_list *l)
{
	struct ct_cap_list list = { 0 };

	for (size_t i = 0; i < l->len; i++) {
		list.all |= l->items[i].set == CT_CAPS_ALL;
		list.names |= l->items[i].set == CT_CAPS_ALL ? 0 : l->items[i].set;
	}
	return list;
}

static void check_both(struct ct_deployed *t, const char *why)
{
	struct ct_cap_list add = list_of(&t->added), drop = list_of(&t->dropped);

	for (size_t i = 0; i < t->dropped.len; i++) {
		struct ct_named *n = &t->dropped.items[i];

		if (n->set == CT_CAPS_ALL ? add.all : !drop.all && !add.all && n->set & add.names)
			n->why = why;
	}
}

void ct_deployed__decide(struct ct_deployed *t, enum ct_runtime rt)
{
	const struct ct_runtime_facts *f = ct_runtimes__facts(rt);

	if (f->why_not_both)
		check_both(t, f->why_not_both);
	t->users_hold_set = f->users_hold_set;
	t->from_none = ct_named__set(&t->dropped) == CT_CAPS_ALL;
	t->given = t->privileged == CT_YES ? CT_CAPS_ALL :
					     ct_grant(f->order, f->caps, CT_CAPS_ALL,
						      list_of(&t->added), list_of(&t->dropped));
}

static void named_free(struct ct_named_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i].text);
	free(l->items);
}

void ct_deployment__free(struct ct_deployment *t)
{
	for (size_t i = 0; i < t->len; i++) {
		struct ct_deployed *target = &t->items[i];

		named_free(&target->added);
		named_free(&target->dropped);
		free(target->name);
		free(target->alias);
		free(target->where);
		free(target->space);
		free(target->image);
		free(target->joins);
		ct_settings__free(&target->settings);
	}
	free(t->items);
	ct_strings__free(&t->files);
	ct_strings__free(&t->notes);
	ct_compose__free(t->compose);
	*t = (struct ct_deployment){ 0 };
}
