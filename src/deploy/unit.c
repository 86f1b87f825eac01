// SPDX-License-Identifier: GPL-2.0-only
/* systemd units and Quadlet's .container files, each with its drop-ins. */
#include <errno.h>
#include <string.h>

#include "deploy/unit_priv.h"

#define MAX_FILE (1u << 20)

struct reading {
	struct ct_deployment *all;
	const struct ct_unit_kind *kind;
	void *state;
	struct ct_err *err;
};

static int read_text(const struct reading *r, const char *path, const char *text)
{
	return ct_unit_text__read(r->kind->syntax, ct_deployment__file(r->all, path), text,
				  r->kind->take, r->state, r->err);
}

static int read_dropins(const struct reading *r, const char *path)
{
	struct ct_dropins l = { 0 };
	int ret = 0;

	ct_dropins__find(&l, path);
	for (size_t i = 0; i < l.len && !ret; i++) {
		ct_autofree char *text = NULL, *shown = ct_printable(l.items[i].path);

		ret = ct_read_file(l.items[i].path, MAX_FILE, &text, NULL);
		ret = ret ? ct_err__set(r->err, -ret, "cannot read %s: %s", shown, strerror(-ret)) :
			    read_text(r, l.items[i].path, text);
	}
	ct_dropins__free(&l);
	return ret;
}

int ct_deployment__unit(struct ct_deployment *t, const char *path, const char *text,
			struct ct_err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	bool quadlet = dot && !strcmp(dot, ".container");
	struct reading r = { .all = t,
			     .kind = quadlet ? &ct_unit_quadlet : &ct_unit_systemd,
			     .err = err };
	ct_autofree char *name = ct_xstrndup(base, quadlet ? (size_t)(dot - base) : strlen(base));
	struct ct_unit_read *u = r.state = ct_xzalloc(r.kind->size);
	int ret;

	u->suffix = dot ? dot : "";
	u->t = ct_deployment__add(t, r.kind->target, name);
	u->t->at = (struct ct_place){ ct_deployment__file(t, path), 1, 1 };
	ret = read_text(&r, path, text);
	if (!ret && dot)
		ret = read_dropins(&r, path);
	r.kind->decide(r.state);
	free(r.state);
	return ret;
}
