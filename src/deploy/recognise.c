/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognises deployment files of all kinds by name and content. */
#include <errno.h>
#include <string.h>

#include "deploy/deployed.h"
#include "deploy/layers.h"

/* The name of standard input in messages and places. */
#define STDIN_NAME "<stdin>"

struct loading {
	struct ct_deployment *d;
	const struct ct_deploy_other *other;
	/* The Compose files; their texts are kept, because a pipe can be read only once. */
	struct ct_strlist compose;
	struct ct_overlay *texts;
	size_t ntexts, texts_cap;
	struct ct_strlist pods; /* Quadlet's .pod files */
	bool had_stdin;
	struct ct_err *err;
};

static bool has_suffix(const char *path, const char *const *suffixes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ct_str_ends(path, suffixes[i]) && strcmp(path, suffixes[i]) != 0)
			return true;
	return false;
}

static bool is_unit(const char *path)
{
	static const char *const suffixes[] = { ".service", ".socket", ".mount", ".swap",
						".container" };

	return has_suffix(path, suffixes, CT_ARRAY_SIZE(suffixes));
}

/* Quadlet's files that start no container. */
static bool is_other_quadlet(const char *path)
{
	static const char *const suffixes[] = { ".volume", ".network", ".image", ".build" };

	return has_suffix(path, suffixes, CT_ARRAY_SIZE(suffixes));
}

/* A layer of a Compose project may have only networks or extensions, and no services. */
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

/* Compose files and manifests are recognised by their keys, since they may have any name. */
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

static bool is_manifest(const struct ct_yaml_docs *docs)
{
	for (size_t i = 0; i < docs->len; i++)
		if (ct_yaml__get(docs->items[i]->root, "apiVersion") &&
		    ct_yaml__get(docs->items[i]->root, "kind"))
			return true;
	return false;
}

static void keep_compose(struct loading *l, const char *path, const char *text, size_t len)
{
	char *real = realpath(path, NULL);

	*CT_PUSH(l->compose.items, l->compose.len, l->compose.cap) = path;
	*CT_PUSH(l->texts, l->ntexts, l->texts_cap) =
		(struct ct_overlay){ real ? real : ct_xstrdup(path), ct_xstrndup(text, len), len };
}

static int load_docs(struct loading *l, const char *path, const char *text, size_t len,
		     const struct ct_yaml_docs *docs)
{
	ct_autofree char *shown = ct_printable(path);
	size_t before = l->d->len;

	if (is_compose(docs)) {
		keep_compose(l, path, text, len);
		return 0;
	}
	if (is_manifest(docs)) {
		ct_deployment__manifest_docs(l->d, path, docs, CT_MANIFEST_CRI);
		if (l->d->len == before)
			ct_strings__addf(&l->d->notes, "%s: contains no container", shown);
		return 0;
	}
	if (l->other && l->other->is(l->other->arg, docs))
		return l->other->load(l->other->arg, path, docs, l->err);
	return ct_err__set(
		l->err, EINVAL,
		"%s is not one of these: a Compose file (services:), a Kubernetes manifest "
		"(apiVersion:, kind:), %s%sa systemd unit "
		"(NAME.service), a Quadlet file (NAME.container), an image (image:NAME)",
		shown, l->other ? l->other->name : "", l->other ? ", " : "");
}

/* Does the text begin like a unit, with a [Section] alone on its line? No YAML file here does. */
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

/* Loads a unit or another file of sections; its name says which it is. */
static int load_sections(struct loading *l, const char *path, const char *text)
{
	ct_autofree char *shown = ct_printable(path);

	if (is_unit(path))
		return ct_deployment__unit(l->d, path, text, l->err);
	if (ct_str_ends(path, ".kube"))
		return ct_deployment__kube(l->d, path, text, l->err);
	if (ct_str_ends(path, ".pod")) {
		*CT_PUSH(l->pods.items, l->pods.len, l->pods.cap) = path;
		return 0;
	}
	if (is_other_quadlet(path)) {
		ct_strings__addf(&l->d->notes,
				 "%s: starts no container: give the NAME.container files that use "
				 "it",
				 shown);
		return 0;
	}
	if (!strcmp(path, STDIN_NAME))
		return ct_err__set(
			l->err, EINVAL,
			"standard input is a unit or a Quadlet file: give it as a file, "
			"because only its name (NAME.service, NAME.container) says which");
	return ct_err__set(l->err, EINVAL,
			   "%s runs no command: give the unit that does (NAME.service, "
			   ".socket, .mount, .swap, or Quadlet's NAME.container); its "
			   "drop-ins are read with it",
			   shown);
}

static int load_text(struct loading *l, const char *path, const char *text, size_t len)
{
	struct ct_yaml_docs docs = { 0 };
	int ret;

	if (is_unit(path) || has_section(text))
		return load_sections(l, path, text);
	if (ct_deployment__is_image(text)) {
		ct_deployment__image(l->d, path, text);
		return 0;
	}
	ret = ct_yaml_docs__parse(path, text, len, &docs, l->err);
	if (!ret)
		ret = load_docs(l, path, text, len, &docs);
	ct_yaml_docs__free(&docs);
	return ret;
}

static int load_file(struct loading *l, const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	ct_autofree char *text = NULL;
	size_t len;
	int ret;

	if (!strncmp(path, "image:", 6))
		return ct_deployment__inspect(l->d, path + 6, l->err);
	if (is_stdin && l->had_stdin)
		return ct_err__set(l->err, EINVAL,
				   "standard input (-) can be read once: give other files by name");
	l->had_stdin |= is_stdin;
	ret = ct_deployment__read_text(path, &text, &len, l->err);
	return ret ? ret : load_text(l, is_stdin ? STDIN_NAME : path, text, len);
}

/* Says of each pod that was given without its containers that it is of no use. */
static void note_pods(const struct loading *l)
{
	for (size_t i = 0; i < l->pods.len; i++) {
		const char *path = l->pods.items[i], *slash = strrchr(path, '/');
		const char *base = slash ? slash + 1 : path;
		ct_autofree char *shown = ct_printable(path), *name = ct_printable(base);
		bool used = false;

		for (size_t k = 0; k < l->d->len; k++)
			used |= l->d->items[k].joins && !strcmp(l->d->items[k].joins, base);
		if (!used)
			ct_strings__addf(
				&l->d->notes,
				"%s: a pod gives its containers no capabilities: give their "
				"NAME.container files, those with Pod=%s",
				shown, name);
	}
}

int ct_deployment__load(struct ct_deployment *d, const struct ct_strlist *files,
			const struct ct_deploy_other *other, struct ct_err *err)
{
	struct loading l = { .d = d, .other = other, .err = err };
	int ret = 0;

	for (size_t i = 0; i < files->len && !ret; i++)
		ret = load_file(&l, files->items[i]);
	if (!ret && l.compose.len)
		ret = ct_deployment__compose(d, &l.compose, l.texts, l.ntexts, err);
	if (!ret) {
		ct_deployment__join_quadlets(d, files);
		note_pods(&l);
	}
	ct_strlist__free(&l.pods);
	ct_strlist__free(&l.compose);
	for (size_t i = 0; i < l.ntexts; i++) {
		free((char *)l.texts[i].real);
		free((char *)l.texts[i].text);
	}
	free(l.texts);
	return ret;
}
