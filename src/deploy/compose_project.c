/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of a project say together. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "deploy/layers.h"

static struct ct_compose_service *find(const struct ct_compose *c, const char *name)
{
	for (size_t i = 0; i < c->nservices; i++)
		if (!strcmp(c->services[i].name, name))
			return &c->services[i];
	return NULL;
}

const struct ct_compose_service *ct_compose__service(const struct ct_compose *c, const char *name)
{
	return find(c, name);
}

static int take_service(struct ct_compose *c, const struct ct_yaml *y,
			const struct ct_yaml_node *key, struct ct_err *err)
{
	struct ct_compose_service *s = find(c, key->text);
	int ret;

	if (!s) {
		s = CT_PUSH(c->services, c->nservices, c->services_cap);
		*s = (struct ct_compose_service){ .name = key->text, .at = ct_yaml__at(y, key) };
	}
	/* Merge keys may bring in a name twice; its lists are to be joined once. */
	if (s->last == y)
		return 0;
	ret = ct_layers__take(c->layers, y, key->text, s, err);
	s->last = y;
	return ret;
}

static int take_merged(struct ct_compose *c, const struct ct_yaml *y,
		       const struct ct_yaml_node *from, struct ct_err *err);

static int take_services(struct ct_compose *c, const struct ct_yaml *y,
			 const struct ct_yaml_node *map, struct ct_err *err)
{
	int ret = 0;

	map = ct_yaml__resolve(map);
	if (ct_yaml__is_null(map))
		return 0;
	if (map->kind != CT_YAML_MAP)
		return ct_yaml__error(y, map->start, err, "services must be a mapping");
	for (size_t i = 0; i + 1 < map->nitems && !ret; i += 2) {
		const struct ct_yaml_node *key = ct_yaml__resolve(map->items[i]);

		if (ct_yaml__is_merge(map->items[i]))
			ret = take_merged(c, y, map->items[i + 1], err);
		else
			ret = take_service(c, y, key, err);
	}
	return ret;
}

/* The value of a merge key: a mapping, or a list of them. */
static int take_merged(struct ct_compose *c, const struct ct_yaml *y,
		       const struct ct_yaml_node *from, struct ct_err *err)
{
	int ret = 0;

	from = ct_yaml__resolve(from);
	if (from->kind == CT_YAML_MAP)
		return take_services(c, y, from, err);
	for (size_t i = 0; from->kind == CT_YAML_SEQ && i < from->nitems && !ret; i++)
		if (ct_yaml__resolve(from->items[i])->kind == CT_YAML_MAP)
			ret = take_services(c, y, from->items[i], err);
	return ret;
}

static void forget_services(struct ct_compose *c)
{
	while (c->nservices)
		ct_compose_service__clear(&c->services[--c->nservices]);
}

static int take_layers(struct ct_compose *c, struct ct_err *err)
{
	struct ct_layers *l = c->layers;

	for (size_t i = 0; i < l->norder; i++) {
		/* l->files may grow, and move, while this runs; what its items point to stays. */
		const struct ct_yaml *y = l->files[l->order[i]].y;
		const struct ct_yaml_node *name = ct_yaml__get(y->root, "name");
		const struct ct_yaml_node *services = ct_yaml__get(y->root, "services");
		int ret = 0;

		if (ct_layers__replaces(y, NULL))
			forget_services(c);
		if (services && (!services->tag || strcmp(services->tag, "!reset") != 0))
			ret = take_services(c, y, services, err);
		if (ret)
			return ret;
		if (name && name->kind == CT_YAML_SCALAR && !ct_yaml__is_null(name))
			c->name = (struct ct_compose_text){ name->text, ct_yaml__at(y, name) };
	}
	return 0;
}

int ct_compose__load_with(const struct ct_strlist *files, const struct ct_overlay *overlays,
			  size_t noverlays, struct ct_compose **out, struct ct_err *err)
{
	ct_autocompose struct ct_compose *c = ct_xzalloc(sizeof(*c));
	struct ct_layers *l;
	int ret = 0;

	c->layers = l = ct_xzalloc(sizeof(*l));
	l->notes = &c->notes;
	l->overlays = overlays;
	l->noverlays = noverlays;
	for (size_t i = 0; i < files->len && !ret; i++)
		ret = ct_layers__add(l, files->items[i], err);
	if (!ret)
		ret = take_layers(c, err);
	if (!ret && !c->nservices) {
		ct_autofree char *shown = ct_printable(files->len ? files->items[0] : "");

		ret = ct_err__set(err, EINVAL,
				  "%s: no services: at the top level: is it a Compose file?",
				  shown);
	}
	l->overlays = NULL; /* borrowed */
	l->noverlays = 0;
	if (!ret)
		*out = ct_steal(c);
	return ret;
}

int ct_compose__load(const struct ct_strlist *files, struct ct_compose **c, struct ct_err *err)
{
	return ct_compose__load_with(files, NULL, 0, c, err);
}

void ct_compose__free(struct ct_compose *c)
{
	struct ct_layers *l;

	if (!c)
		return;
	l = c->layers;
	ct_layers__free_files(l);
	free(l->order);
	free(l);
	forget_services(c);
	free(c->services);
	ct_strings__free(&c->notes);
	free(c);
}

char *ct_compose__names(const struct ct_compose *c)
{
	struct ct_str s = {};

	ct_str__add(&s, "");
	for (size_t i = 0; i < c->nservices; i++) {
		ct_autofree char *shown = ct_printable(c->services[i].name);

		ct_str__addf(&s, "%s%s", i ? ", " : "", shown);
	}
	return s.s;
}

/* ---- values ---- */

enum ct_tristate ct_compose__truth(const struct ct_compose_text *t)
{
	static const char *const yes[] = { "true", "yes", "on", "y", "1" };

	if (!t->text)
		return CT_NO;
	if (strchr(t->text, '$'))
		return CT_UNKNOWN;
	for (size_t i = 0; i < CT_ARRAY_SIZE(yes); i++)
		if (!strcasecmp(t->text, yes[i]))
			return CT_YES;
	return CT_NO;
}

enum ct_tristate ct_compose__nonroot(const struct ct_compose_text *user)
{
	size_t len = user->text ? strcspn(user->text, ":") : 0;

	if (!len || strchr(user->text, '$'))
		return CT_UNKNOWN;
	return !ct_user__is_root(user->text);
}

int ct_compose__cap(const char *name, uint64_t *set)
{
	/* "CAP_51" is captrim's name for a capability that it does not know; no engine takes it. */
	if (!strcasecmp(name, "CAP_ALL") || strcspn(name, "0123456789") < strlen(name))
		return -EINVAL;
	return ct_caps__parse_one(name, set) ? -EINVAL : 0;
}

const struct ct_compose_text *ct_compose__caps(const struct ct_compose_list *l, uint64_t *set)
{
	const struct ct_compose_text *unknown = NULL;

	*set = 0;
	for (size_t i = 0; i < l->len; i++) {
		uint64_t one;

		if (!l->items[i].text || ct_compose__cap(l->items[i].text, &one)) {
			if (!unknown)
				unknown = &l->items[i];
		} else {
			*set |= one;
		}
	}
	return unknown;
}
