/* SPDX-License-Identifier: GPL-2.0-only */
/* Quadlet's .kube files: the manifests that they name, as "podman kube play" reads them. */
#include <string.h>

#include "deploy/unit_priv.h"

struct kube {
	struct ct_strings yaml;
	/* Where it is given the host's network, by either key; file NULL: nowhere. */
	struct ct_place network, option;
};

/* "--network=host", "--net host": podman kube play takes both. */
static void take_options(struct kube *k, const struct ct_unit_line *l, const char *value)
{
	bool expected = false;
	const char *at;
	char *word;

	while (ct_unit_text__word(CT_WORDS_PODMAN_ARGS, &value, &word, &at) > 0) {
		bool net = !strcmp(word, "--network") || !strcmp(word, "--net");

		if (!strcmp(word, "--network=host") || !strcmp(word, "--net=host") ||
		    (expected && !strcmp(word, "host")))
			k->option = ct_unit_line__place(l, at);
		expected = net;
		free(word);
	}
}

static void take(void *arg, const struct ct_unit_line *l, const char *section, const char *key,
		 const char *value)
{
	struct kube *k = arg;

	if (strcmp(section, "Kube") != 0)
		return;
	if (!strcmp(key, "Yaml")) {
		if (*value)
			ct_strings__take(&k->yaml, ct_unit_text__unquoted(value));
		else
			ct_strings__free(&k->yaml);
	} else if (!strcmp(key, "Network")) {
		if (!strcmp(value, "host"))
			k->network = ct_unit_line__place(l, key);
		else if (!*value)
			k->network = (struct ct_place){ 0 };
	} else if (!strcmp(key, "PodmanArgs")) {
		if (*value)
			take_options(k, l, value);
		else
			k->option = (struct ct_place){ 0 };
	}
}

/* Gives the containers of the manifests, from the first one on, the host's network. */
static void share_network(struct ct_deployment *d, size_t first, const struct kube *k)
{
	bool by_key = k->network.file;

	if (!by_key && !k->option.file)
		return;
	for (size_t i = first; i < d->len; i++) {
		struct ct_settings *l = &d->items[i].settings;
		bool has = false;

		for (size_t n = 0; n < l->len; n++)
			has |= l->items[n].kind == CT_SETTING_NET_HOST;
		if (!has)
			ct_settings__add(l, CT_SETTING_NET_HOST, by_key ? k->network : k->option,
					 ct_xstrdup(by_key ? "Network=host" : "--network host"));
	}
}

/* A manifest's path is relative to the directory of the .kube file. */
static char *path_of(const char *kube, const char *yaml)
{
	const char *slash = strrchr(kube, '/');

	if (*yaml == '/' || *yaml == '%' || !slash)
		return ct_xstrdup(yaml);
	return ct_xasprintf("%.*s/%s", (int)(slash - kube), kube, yaml);
}

static int read_manifest(struct ct_deployment *d, const char *kube, const char *yaml,
			 struct ct_err *err)
{
	ct_autofree char *path = path_of(kube, yaml), *shown = ct_printable(kube), *text = NULL;
	ct_autofree char *name = ct_printable(yaml);
	ct_autoerr struct ct_err why = { 0 };
	size_t len, before = d->len;
	int ret;

	if (ct_deployment__read_text(path, &text, &len, &why)) {
		ct_strings__addf(
			&d->notes,
			"%s: its manifest Yaml=%s is not checked (%s): check it where that file is",
			shown, name, why.msg);
		return 0;
	}
	ret = ct_deployment__manifest(d, path, text, len, CT_MANIFEST_PODMAN, err);
	if (!ret && d->len == before)
		ct_strings__addf(&d->notes, "%s: its manifest Yaml=%s contains no container", shown,
				 name);
	return ret;
}

int ct_deployment__kube(struct ct_deployment *d, const char *path, const char *text,
			struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path);
	struct kube k = { 0 };
	size_t first = d->len;
	int ret = ct_unit_read__files(d, CT_UNIT_QUADLET, path, text, take, &k, err);

	for (size_t i = 0; i < k.yaml.len && !ret; i++)
		ret = read_manifest(d, path, k.yaml.items[i], err);
	share_network(d, first, &k);
	if (!ret && !k.yaml.len)
		ct_strings__addf(&d->notes, "%s: names no manifest (Yaml=), so nothing is checked",
				 shown);
	ct_strings__free(&k.yaml);
	return ret;
}
