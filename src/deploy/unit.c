/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads systemd units and Quadlet files, each with its drop-ins. */
#include <errno.h>
#include <string.h>

#include "deploy/unit_priv.h"

int ct_unit_read__files(struct ct_deployment *d, enum ct_unit_syntax syntax, const char *path,
			const char *text, ct_unit_fn *take, void *arg, struct ct_err *err)
{
	struct ct_dropins l = { 0 };
	int ret = ct_unit_text__read(syntax, ct_deployment__file(d, path), text, take, arg, err);

	if (!ret && strrchr(path, '.'))
		ct_dropins__find(&l, path);
	for (size_t i = 0; i < l.len && !ret; i++) {
		const char *file = ct_deployment__file(d, l.items[i].path);
		ct_autofree char *dropin = NULL;
		size_t len;

		ret = ct_deployment__read_text(file, &dropin, &len, err);
		if (!ret)
			ret = ct_unit_text__read(syntax, file, dropin, take, arg, err);
	}
	ct_dropins__free(&l);
	return ret;
}

int ct_deployment__unit(struct ct_deployment *d, const char *path, const char *text,
			struct ct_err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	bool quadlet = dot && (!strcmp(dot, ".container") || !strcmp(dot, ".pod"));
	const struct ct_unit_kind *kind = quadlet ? &ct_unit_quadlet : &ct_unit_systemd;
	ct_autofree char *name = ct_xstrndup(base, quadlet ? (size_t)(dot - base) : strlen(base));
	ct_autofree struct ct_unit_read *u = ct_xzalloc(kind->size);
	int ret;

	u->suffix = dot ? dot : "";
	u->t = ct_deployment__add(d, kind->target, name);
	u->t->at = (struct ct_place){ ct_deployment__file(d, path), 1, 1 };
	ret = ct_unit_read__files(d, kind->syntax, path, text, kind->take, u, err);
	kind->decide(u);
	return ret;
}
