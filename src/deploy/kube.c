/* SPDX-License-Identifier: GPL-2.0-only */
/* Quadlet's .kube files: the manifests that they name, as "podman kube play" reads them. */
#include <string.h>

#include "deploy/unit_priv.h"

static void take(void *arg, const struct ct_unit_line *l, const char *section, const char *key,
		 const char *value)
{
	struct ct_strings *yaml = arg;

	(void)l;
	if (strcmp(section, "Kube") != 0 || strcmp(key, "Yaml") != 0)
		return;
	if (*value)
		ct_strings__take(yaml, ct_unit_text__unquoted(value));
	else
		ct_strings__free(yaml);
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
	ct_autostrings struct ct_strings yaml = { 0 };
	ct_autofree char *shown = ct_printable(path);
	int ret = ct_unit_read__files(d, CT_UNIT_QUADLET, path, text, take, &yaml, err);

	for (size_t i = 0; i < yaml.len && !ret; i++)
		ret = read_manifest(d, path, yaml.items[i], err);
	if (!ret && !yaml.len)
		ct_strings__addf(&d->notes, "%s: names no manifest (Yaml=), so nothing is checked",
				 shown);
	return ret;
}
