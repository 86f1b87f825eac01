/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads one service, with `extends`, merge keys and Compose's tags applied. */
#include <errno.h>
#include <string.h>

#include "deploy/layers.h"

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

static bool is_replacing(const struct ct_yaml_node *n)
{
	return n && (has_tag(n, "!reset") || has_tag(n, "!override"));
}

bool ct_layers__replaces(const struct ct_yaml *y, const char *name)
{
	return is_replacing(ct_yaml__get(y->root, "services")) ||
	       (name && is_replacing(ct_layers__service(y, name)));
}

static int take_text(const struct ct_yaml *y, const struct ct_yaml_node *service, const char *key,
		     struct ct_compose_text *t, struct ct_err *err)
{
	const struct ct_yaml_node *n = ct_yaml__get(service, key);

	if (!n)
		return 0;
	if (has_tag(n, "!reset")) {
		*t = (struct ct_compose_text){};
		return 0;
	}
	if (n->kind != CT_YAML_SCALAR)
		return ct_yaml__error(y, n->start, err,
				      "%s is a %s, and Compose wants one word: write %s: VALUE",
				      key, n->kind == CT_YAML_SEQ ? "list" : "mapping", key);
	if (ct_yaml__is_null(n))
		return 0;
	*t = (struct ct_compose_text){ n->text, ct_yaml__at(y, n) };
	return 0;
}

/* Takes a word that Compose accepts as a boolean, in any case, or a variable: unknown here. */
static int take_truth(const struct ct_yaml *y, const struct ct_yaml_node *service, const char *key,
		      struct ct_compose_text *t, struct ct_err *err)
{
	static const char *const words[] = { "true", "yes", "on", "y", "false", "no", "off", "n" };
	const struct ct_yaml_node *n = ct_yaml__get(service, key);
	int ret = take_text(y, service, key, t, err);

	if (ret || !n || has_tag(n, "!reset") || ct_yaml__is_null(n) || strchr(n->text, '$'))
		return ret;
	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (!strcasecmp(n->text, words[i]))
			return 0;
	ct_autofree char *shown = ct_printable(n->text);

	return ct_yaml__error(y, n->start, err,
			      "%s is '%s', and Compose wants a boolean: write true or false", key,
			      shown);
}

static int list_error(const struct ct_yaml *y, const struct ct_yaml_node *n, const char *key,
		      const char *what, const char *item, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(item);

	return ct_yaml__error(y, n->start, err,
			      "%s, and Compose wants a list of words: write %s: [%s]", what, key,
			      shown);
}

static int take_item(const struct ct_yaml *y, const struct ct_yaml_node *n, const char *key,
		     struct ct_compose_list *l, struct ct_err *err)
{
	const struct ct_yaml_node *r = ct_yaml__resolve(n);

	if (r->kind != CT_YAML_SCALAR || ct_yaml__is_null(r)) {
		ct_autofree char *what = ct_xasprintf("an item of %s is %s", key,
						      r->kind == CT_YAML_SCALAR ? "empty" :
						      r->kind == CT_YAML_SEQ	? "a list" :
										  "a mapping");

		return list_error(y, n, key, what, "A, B", err);
	}
	*CT_PUSH(l->items, l->len, l->cap) = (struct ct_compose_text){ r->text, ct_yaml__at(y, n) };
	return 0;
}

static int take_list(const struct ct_yaml *y, const struct ct_yaml_node *service, const char *key,
		     struct ct_compose_list *l, struct ct_err *err)
{
	const struct ct_yaml_node *n = ct_yaml__get(service, key);
	int ret = 0;

	if (!n)
		return 0;
	if (is_replacing(n))
		clear_list(l);
	if (has_tag(n, "!reset"))
		return 0;
	if (n->kind != CT_YAML_SEQ && !ct_yaml__is_null(n)) {
		ct_autofree char *what = ct_xasprintf("%s is a %s", key,
						      n->kind == CT_YAML_MAP ? "mapping" : "word");

		return list_error(y, n, key, what, n->kind == CT_YAML_MAP ? "A, B" : n->text, err);
	}
	l->at = ct_yaml__at(y, n);
	for (size_t i = 0; n->kind == CT_YAML_SEQ && i < n->nitems && !ret; i++)
		ret = take_item(y, n->items[i], key, l, err);
	return ret;
}

static int take(struct ct_layers *l, const struct ct_yaml *y, const struct ct_yaml_node *service,
		struct ct_compose_service *s, int depth, struct ct_err *err);

/* Why a file is not even looked for, with the cure; NULL: it is. */
static const char *why_not(const struct ct_yaml_node *file)
{
	if (file->kind != CT_YAML_SCALAR)
		return "the file must be one word";
	if (strchr(file->text, '$'))
		return "a file is not followed through a variable: write its path out";
	if (strstr(file->text, "://"))
		return "a file is not fetched: name a copy on this machine";
	return NULL;
}

/*
 * The document that `extends: {file: ...}` refers to: the last one of the file that has the
 * service, else its first; y if no file is named; NULL, with *note, if it cannot be read.
 */
static const struct ct_yaml *extended_file(struct ct_layers *l, const struct ct_yaml *y,
					   const struct ct_yaml_node *ext, const char *service,
					   const char **note)
{
	const struct ct_yaml_node *file = ct_yaml__get(ext, "file");
	ct_autoerr struct ct_err err = {};
	ct_autofree char *path = NULL;
	ssize_t at;

	if (!file || ct_yaml__is_null(file))
		return y;
	if (why_not(file)) {
		*note = ct_layers__note(l, y, file->start, "extends: %s", why_not(file));
		return NULL;
	}
	path = ct_layers__path(l, y, file->text);
	at = ct_layers__read(l, path, &err);
	if (at < 0) {
		*note = ct_layers__note(l, y, file->start, "extends: %s", err.msg);
		return NULL;
	}
	for (size_t i = l->files[at].documents; i > 1; i--)
		if (ct_layers__service(l->files[(size_t)at + i - 1].y, service))
			return l->files[(size_t)at + i - 1].y;
	return l->files[at].y;
}

static int take_extended(struct ct_layers *l, const struct ct_yaml *y,
			 const struct ct_yaml_node *service, struct ct_compose_service *s,
			 int depth, struct ct_err *err)
{
	const struct ct_yaml_node *ext = ct_yaml__get(service, "extends"), *name, *base = NULL;
	const struct ct_yaml *from = y;
	const char *note = NULL;

	if (!ext || ct_yaml__is_null(ext))
		return 0;
	if (depth == MAX_EXTENDS)
		return ct_yaml__error(y, ext->start, err,
				      "extended too deep: do services extend each other?");
	name = ext->kind == CT_YAML_SCALAR ? ext : ct_yaml__get(ext, "service");
	if (!name || name->kind != CT_YAML_SCALAR)
		return ct_yaml__error(y, ext->start, err, "extends without a service");
	if (ext->kind == CT_YAML_MAP)
		from = extended_file(l, y, ext, name->text, &note);
	base = from ? ct_layers__service(from, name->text) : NULL;
	/* Without `file:`, the service may also be in another of the project's files. */
	for (size_t i = 0; from == y && !base && i < l->norder; i++) {
		from = l->files[l->order[i]].y;
		base = ct_layers__service(from, name->text);
		from = base ? from : y;
	}
	if (base)
		return take(l, from, base, s, depth + 1, err);
	if (!note) {
		ct_autofree char *shown = ct_printable(name->text);

		note = ct_layers__note(l, y, name->start, "extends: there is no service '%s'",
				       shown);
	}
	s->unread = note;
	return 0;
}

static int take(struct ct_layers *l, const struct ct_yaml *y, const struct ct_yaml_node *service,
		struct ct_compose_service *s, int depth, struct ct_err *err)
{
	const struct {
		const char *key;
		struct ct_compose_list *to;
	} lists[] = {
		{ "cap_add", &s->cap_add },
		{ "cap_drop", &s->cap_drop },
		{ "security_opt", &s->security_opt },
	};
	const struct {
		const char *key;
		struct ct_compose_text *to;
	} texts[] = {
		{ "user", &s->user },
		{ "network_mode", &s->network_mode },
		{ "userns_mode", &s->userns_mode },
		{ "pid", &s->pid },
		{ "ipc", &s->ipc },
		{ "image", &s->image },
		{ "container_name", &s->container_name },
	};
	int ret = take_extended(l, y, service, s, depth, err);

	if (!ret)
		ret = take_truth(y, service, "privileged", &s->privileged, err);
	for (size_t i = 0; i < CT_ARRAY_SIZE(lists) && !ret; i++)
		ret = take_list(y, service, lists[i].key, lists[i].to, err);
	for (size_t i = 0; i < CT_ARRAY_SIZE(texts) && !ret; i++)
		ret = take_text(y, service, texts[i].key, texts[i].to, err);
	return ret;
}

int ct_layers__take(struct ct_layers *l, const struct ct_yaml *y, const char *name,
		    struct ct_compose_service *s, struct ct_err *err)
{
	const struct ct_yaml_node *n = ct_layers__service(y, name);

	if (is_replacing(n)) {
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
