// SPDX-License-Identifier: GPL-2.0-only
/* The files of --against, recognised by name and content. */
#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "deploy/yaml_docs.h"

#define MAX_FILE (16u << 20)

static bool is_unit(const char *path)
{
	static const char *const suffixes[] = { ".service", ".socket", ".mount", ".swap",
						".container" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(suffixes); i++)
		if (ct_str_ends(path, suffixes[i]) && strcmp(path, suffixes[i]) != 0)
			return true;
	return false;
}

/* A layer of a Compose project may have no services, but networks or extensions alone. */
static bool is_layer(const struct ct_yaml_node *root)
{
	static const char *const keys[] = { "networks", "volumes", "configs", "secrets",
					    "models",	"name",	   "version" };
	bool some = false;

	for (size_t i = 0; i + 1 < root->nitems; i += 2) {
		const char *key = ct_yaml__resolve(root->items[i])->text;
		bool known = false;

		for (size_t k = 0; k < CT_ARRAY_SIZE(keys); k++)
			known |= !strcmp(key, keys[k]);
		known |= !strncmp(key, "x-", 2);
		if (!known)
			return false;
		some = true;
	}
	return some;
}

/* Compose files and Kubernetes' are known by their keys: their names are anybody's. */
static bool is_compose(const struct ct_yaml_docs *docs)
{
	for (size_t i = 0; i < docs->len; i++) {
		const struct ct_yaml_node *root = docs->items[i]->root;

		if (root->kind != CT_YAML_MAP || ct_yaml__get(root, "apiVersion"))
			return false;
		if (!ct_yaml__get(root, "services") && !ct_yaml__get(root, "include") &&
		    !is_layer(root))
			return false;
	}
	return docs->len;
}

static int load_policy(struct ct_check *c, const char *path, const struct ct_yaml_docs *docs,
		       struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);

	if (c->has_policy)
		return ct_err__set(err, EINVAL, "%s: only one policy can be given", shown);
	c->has_policy = true;
	c->policy_file = ct_deployment__file(&c->targets, path);
	return ct_policy__read(docs->items[0], c->policy_file, &c->policy, err);
}

static int load_docs(struct ct_check *c, const char *path, const char *text, size_t len,
		     const struct ct_yaml_docs *docs, struct ct_strlist *compose,
		     struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	size_t before = c->targets.len;
	int ret;

	if (is_compose(docs)) {
		*CT_PUSH(compose->items, compose->len, compose->cap) = path;
		return 0;
	}
	for (size_t i = 0; i < docs->len; i++) {
		const struct ct_yaml_node *root = docs->items[i]->root;

		if (!ct_yaml__get(root, "apiVersion") || !ct_yaml__get(root, "kind"))
			continue;
		ret = ct_deployment__kubernetes(&c->targets, path, text, len, err);
		if (!ret && c->targets.len == before)
			*CT_PUSH(c->targets.notes.items, c->targets.notes.len,
				 c->targets.notes.cap) = ct_xasprintf("%s: contains no container",
								      shown);
		return ret;
	}
	if (docs->len == 1 && ct_policy__is(docs->items[0]->root))
		return load_policy(c, path, docs, err);
	return ct_err__set(
		err, EINVAL,
		"%s is not one of these: a Compose file (services:), a Kubernetes manifest "
		"(apiVersion:, kind:), a policy (forbid:, allow:, ...), a systemd unit "
		"(NAME.service), a Quadlet file (NAME.container), an image (image:NAME)",
		shown);
}

/* Begins it as units do, with a section alone on its line? YAML has no such file. */
static bool has_section(const char *text)
{
	size_t len;

	while (*text && strchr("#; \t\r\n", *text)) {
		text += strspn(text, " \t\r\n");
		if (*text == '#' || *text == ';')
			text += strcspn(text, "\n");
	}
	len = *text == '[' ? strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					      "0123456789-") :
			     0;
	return len && text[len + 1] == ']' && strchr("\r\n", text[len + 2]);
}

static int read_text(const char *path, char **text, size_t *len, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	int ret = ct_read_file(path, MAX_FILE, text, len);

	if (ret == -EFBIG)
		return ct_err__set(err, EFBIG, "%s is larger than %u MiB: split the file", shown,
				   MAX_FILE >> 20);
	if (ret)
		return ct_err__set(err, -ret, "cannot read %s: %s", shown, strerror(-ret));
	if (strlen(*text) != *len)
		return ct_err__set(err, EINVAL,
				   "%s: contains a NUL byte: convert the file to UTF-8, if it "
				   "is text",
				   shown);
	return 0;
}

static int load_file(struct ct_check *c, const char *path, struct ct_strlist *compose,
		     struct ct_err *err)
{
	ct_autofree char *text = NULL, *shown = ct_printable(path);
	struct ct_yaml_docs docs = { 0 };
	size_t len;
	int ret;

	if (!strncmp(path, "image:", 6))
		return ct_deployment__inspect(&c->targets, path + 6, err);
	ret = read_text(path, &text, &len, err);
	if (ret)
		return ret;
	if (is_unit(path))
		return ct_deployment__unit(&c->targets, path, text, err);
	if (has_section(text))
		return ct_err__set(err, EINVAL,
				   "%s runs no command: give the unit that does (NAME.service, "
				   ".socket, .mount, .swap, or Quadlet's NAME.container); its "
				   "drop-ins are read with it",
				   shown);
	if (ct_deployment__is_image(text)) {
		ct_deployment__image(&c->targets, path, text);
		return 0;
	}
	ret = ct_yaml_docs__parse(path, text, len, &docs, err);
	if (!ret)
		ret = load_docs(c, path, text, len, &docs, compose, err);
	ct_yaml_docs__free(&docs);
	return ret;
}

int ct_check__load(struct ct_check *c, const struct ct_strlist *against, struct ct_err *err)
{
	struct ct_strlist compose = { 0 };
	int ret = 0;

	for (size_t i = 0; i < against->len && !ret; i++)
		ret = load_file(c, against->items[i], &compose, err);
	if (!ret && compose.len)
		ret = ct_deployment__compose(&c->targets, &compose, err);
	if (!ret && !c->targets.len && !c->has_policy && c->targets.notes.len)
		ret = ct_err__set(err, EINVAL, "%s", c->targets.notes.items[0]);
	ct_strlist__free(&compose);
	return ret;
}
