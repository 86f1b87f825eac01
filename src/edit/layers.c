/* SPDX-License-Identifier: GPL-2.0-only */
/* One service: what `extends`, merge keys and the tags of Compose make of it. */
#include <errno.h>
#include <string.h>

#include "edit/layers.h"

#define MAX_EXTENDS 16

static void clear_list(struct ct_compose_list *l)
{
	free(l->items);
	*l = (struct ct_compose_list){};
}

void ct_compose_service__clear(struct ct_compose_service *s)
{
	clear_list(&s->cap_add);
	clear_list(&s->cap_drop);
	clear_list(&s->security_opt);
}

const struct ct_yaml_node *ct_layers__service(const struct ct_yaml *y, const char *name)
{
	const struct ct_yaml_node *services = ct_yaml__get(y->root, "services");
	const struct ct_yaml_node *own = ct_yaml__own(services, name);

	return own ? own : ct_yaml__get(services, name);
}

static bool has_tag(const struct ct_yaml_node *n, const char *tag)
{
	return n->tag && !strcmp(n->tag, tag);
}

static void take_text(const struct ct_yaml *y, const struct ct_yaml_node *service, const char *key,
		      struct ct_compose_text *t)
{
	const struct ct_yaml_node *n = ct_yaml__get(service, key);

	if (!n)
		return;
	if (has_tag(n, "!reset"))
		*t = (struct ct_compose_text){};
	else if (n->kind == CT_YAML_SCALAR && !ct_yaml__is_null(n))
		*t = (struct ct_compose_text){ n->text, ct_yaml__at(y, n) };
}

static void take_item(const struct ct_yaml *y, const struct ct_yaml_node *n,
		      struct ct_compose_list *l)
{
	const struct ct_yaml_node *r = ct_yaml__resolve(n);
	const char *text = r->kind == CT_YAML_SCALAR ? r->text : "";

	*CT_PUSH(l->items, l->len, l->cap) = (struct ct_compose_text){ text, ct_yaml__at(y, n) };
}

static void take_list(const struct ct_yaml *y, const struct ct_yaml_node *service, const char *key,
		      struct ct_compose_list *l)
{
	const struct ct_yaml_node *n = ct_yaml__get(service, key);

	if (!n)
		return;
	if (has_tag(n, "!reset") || has_tag(n, "!override"))
		clear_list(l);
	if (has_tag(n, "!reset"))
		return;
	l->at = ct_yaml__at(y, n);
	if (n->kind == CT_YAML_SCALAR && !ct_yaml__is_null(n))
		take_item(y, n, l);
	for (size_t i = 0; n->kind == CT_YAML_SEQ && i < n->nitems; i++)
		take_item(y, n->items[i], l);
}

static int take(struct ct_layers *l, const struct ct_yaml *y, const struct ct_yaml_node *service,
		struct ct_compose_service *s, int depth, struct ct_err *err);

/* The file that `extends: {file: ...}` names, or y itself. NULL: not to be had, noted. */
static const struct ct_yaml *extended_file(struct ct_layers *l, const struct ct_yaml *y,
					   const struct ct_yaml_node *ext)
{
	const struct ct_yaml_node *file = ct_yaml__get(ext, "file");
	ct_autoerr struct ct_err err = {};
	ct_autofree char *path = NULL;
	ssize_t at;

	if (!file || ct_yaml__is_null(file))
		return y;
	if (file->kind != CT_YAML_SCALAR || strchr(file->text, '$') || strstr(file->text, "://")) {
		ct_layers__note(l, y, file->start, "extends: this file is not followed");
		return NULL;
	}
	path = ct_layers__path(l, y, file->text);
	at = ct_layers__read(l, path, &err);
	if (at < 0) {
		ct_layers__note(l, y, file->start, "extends: %s", err.msg);
		return NULL;
	}
	return l->files[at].y;
}

static int take_extended(struct ct_layers *l, const struct ct_yaml *y,
			 const struct ct_yaml_node *service, struct ct_compose_service *s,
			 int depth, struct ct_err *err)
{
	const struct ct_yaml_node *ext = ct_yaml__get(service, "extends"), *name, *base = NULL;
	const struct ct_yaml *from = y;
	ct_autofree char *shown = NULL;

	if (!ext || ct_yaml__is_null(ext))
		return 0;
	if (depth == MAX_EXTENDS)
		return ct_yaml__error(y, ext->start, err,
				      "extended too deep: do services extend each other?");
	name = ext->kind == CT_YAML_SCALAR ? ext : ct_yaml__get(ext, "service");
	if (!name || name->kind != CT_YAML_SCALAR)
		return ct_yaml__error(y, ext->start, err, "extends without a service");
	if (ext->kind == CT_YAML_MAP)
		from = extended_file(l, y, ext);
	base = from ? ct_layers__service(from, name->text) : NULL;
	/* In the same file it may also be another of the project's files that has it. */
	for (size_t i = 0; from == y && !base && i < l->norder; i++) {
		from = l->files[l->order[i]].y;
		base = ct_layers__service(from, name->text);
		from = base ? from : y;
	}
	if (base)
		return take(l, from, base, s, depth + 1, err);
	s->partial = true;
	shown = ct_printable(name->text);
	if (from)
		ct_layers__note(l, y, name->start, "extends: there is no service '%s'", shown);
	return 0;
}

static int take(struct ct_layers *l, const struct ct_yaml *y, const struct ct_yaml_node *service,
		struct ct_compose_service *s, int depth, struct ct_err *err)
{
	int ret = take_extended(l, y, service, s, depth, err);

	if (ret)
		return ret;
	take_list(y, service, "cap_add", &s->cap_add);
	take_list(y, service, "cap_drop", &s->cap_drop);
	take_list(y, service, "security_opt", &s->security_opt);
	take_text(y, service, "privileged", &s->privileged);
	take_text(y, service, "user", &s->user);
	take_text(y, service, "network_mode", &s->network_mode);
	take_text(y, service, "userns_mode", &s->userns_mode);
	take_text(y, service, "pid", &s->pid);
	take_text(y, service, "ipc", &s->ipc);
	take_text(y, service, "image", &s->image);
	take_text(y, service, "container_name", &s->container_name);
	return 0;
}

int ct_layers__take(struct ct_layers *l, const struct ct_yaml *y, const char *name,
		    struct ct_compose_service *s, struct ct_err *err)
{
	const struct ct_yaml_node *n = ct_layers__service(y, name);

	if (has_tag(n, "!reset") || has_tag(n, "!override")) {
		ct_compose_service__clear(s);
		*s = (struct ct_compose_service){ .name = s->name, .at = s->at };
	}
	if (has_tag(n, "!reset"))
		return 0;
	return take(l, y, n, s, 0, err);
}

int ct_layers__inherited(struct ct_layers *l, const struct ct_yaml *y, const char *name,
			 struct ct_compose_service *s, struct ct_err *err)
{
	return take_extended(l, y, ct_layers__service(y, name), s, 0, err);
}
