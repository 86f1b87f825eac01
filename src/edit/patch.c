/* SPDX-License-Identifier: GPL-2.0-only */
/* Decides in which file, and where, each service's keys are set, as Compose joins the files. */
#include <errno.h>
#include <string.h>

#include "deploy/layers.h"
#include "edit/change.h"
#include "edit/proof.h"
#include "edit/text.h"
#include "edit/values.h"

struct plan {
	struct ct_patch *p;
	struct ct_layers *l;
	struct ct_change *changes; /* one for each of l->files, in their order */
	bool *replacing; /* for each of l->files: it may replace what files before it say */
	struct ct_err *err;
};

/* A service's value in a layer; NULL: it has none, or a later layer replaces it. */
static const struct ct_yaml_node *node_in(const struct plan *pl, size_t layer, const char *name)
{
	for (size_t i = layer + 1; i < pl->l->norder; i++) {
		size_t file = pl->l->order[i];

		if (pl->replacing[file] && ct_layers__replaces(pl->l->files[file].y, name))
			return NULL;
	}
	return ct_layers__service(pl->l->files[pl->l->order[layer]].y, name);
}

static const struct ct_yaml_node *own(const struct ct_yaml_node *n, const char *key)
{
	return n && n->kind == CT_YAML_MAP ? ct_yaml__own(n, key) : NULL;
}

/* The last layer that sets a key of a service, else the first one that has the service. */
static size_t layer_for(const struct plan *pl, const char *name, const char *key)
{
	size_t first = pl->l->norder;

	for (size_t i = pl->l->norder; i > 0; i--) {
		const struct ct_yaml_node *n = node_in(pl, i - 1, name);

		if (n && ct_yaml__get(n, key))
			return i - 1;
		if (n)
			first = i - 1;
	}
	return first;
}

static struct ct_change *change_of(const struct plan *pl, size_t layer)
{
	return &pl->changes[pl->l->order[layer]];
}

static bool is_truth(const struct ct_yaml_node *n, enum ct_tristate wanted)
{
	n = ct_yaml__resolve(n);
	return n && n->kind == CT_YAML_SCALAR && !ct_yaml__is_null(n) &&
	       ct_compose__truth(&(struct ct_compose_text){ .text = n->text }) == wanted;
}

/* Would this layer make the service privileged even without its own key? */
static bool privileged_below(const struct plan *pl, size_t layer, const char *name)
{
	const struct ct_yaml_node *n = node_in(pl, layer, name), *merged;
	struct ct_compose_service s = {};
	bool is;

	merged = ct_yaml__merged(n, "privileged");
	if (merged)
		return !is_truth(merged, CT_NO);
	if (ct_layers__inherited(pl->l, pl->l->files[pl->l->order[layer]].y, name, &s, NULL))
		return true;
	is = ct_compose__truth(&s.privileged) != CT_NO;
	ct_compose_service__clear(&s);
	return is;
}

/* What is removed, as the comment in its place says: "privileged: true". */
static char *removed(const struct ct_yaml_node *v)
{
	const struct ct_yaml_node *n = ct_yaml__resolve(v);
	bool variable = n->kind == CT_YAML_SCALAR && strchr(n->text, '$');
	ct_autofree char *shown = ct_printable(variable ? n->text : "true");

	return ct_xasprintf("captrim: privileged: %s removed, cap_add is enough", shown);
}

/* Removes privileged from all layers. *say_false: the layer that must say false, or l->norder. */
static int drop_privileged(struct plan *pl, const struct ct_patch_service *t, size_t *say_false)
{
	size_t last = pl->l->norder;

	*say_false = pl->l->norder;
	for (size_t i = 0; i < pl->l->norder; i++) {
		const struct ct_yaml_node *n = node_in(pl, i, t->name);

		if (!n)
			continue;
		last = i;
		if (privileged_below(pl, i, t->name))
			*say_false = i;
	}
	if (*say_false < pl->l->norder)
		*say_false = last;
	for (size_t i = 0; i < pl->l->norder; i++) {
		const struct ct_yaml_node *n = node_in(pl, i, t->name), *v = own(n, "privileged");
		ct_autofree char *why = NULL;
		int ret;

		if (!v || i == *say_false || is_truth(v, CT_NO))
			continue;
		why = removed(v);
		ret = ct_change__remove(change_of(pl, i), n, "privileged", why);
		if (ret)
			return ret;
	}
	return 0;
}

/* Warns readers of the file, who could think that cap_drop takes effect. */
static void remark_privileged(struct plan *pl, const struct ct_patch_service *t)
{
	for (size_t i = 0; i < pl->l->norder; i++) {
		const struct ct_yaml_node *v = own(node_in(pl, i, t->name), "privileged");

		if (is_truth(v, CT_YES))
			ct_change__remark(change_of(pl, i), v,
					  "captrim: gives every capability back; recorded that "
					  "way, try without");
	}
}

/* Does the list of a layer that is not edited add anything beyond allowed? */
static bool adds_more(const struct ct_yaml_node *list, uint64_t allowed)
{
	list = ct_yaml__resolve(list);
	for (size_t i = 0; list && list->kind == CT_YAML_SEQ && i < list->nitems; i++) {
		const struct ct_yaml_node *item = ct_yaml__resolve(list->items[i]);
		uint64_t one;

		if (item->kind != CT_YAML_SCALAR || ct_caps__parse_one(item->text, &one) ||
		    one & ~allowed)
			return true;
	}
	return false;
}

/* Compose joins the lists of earlier layers to the edited one, so those that add too much go. */
static int clean_others(struct plan *pl, const struct ct_patch_service *t, size_t edited)
{
	const struct ct_yaml_node *top = ct_yaml__get(node_in(pl, edited, t->name), "cap_add");

	if (top && top->tag && !strcmp(top->tag, "!override"))
		return 0;
	for (size_t i = 0; i < edited; i++) {
		const struct ct_yaml_node *n = node_in(pl, i, t->name);
		struct ct_change_value empty = { .key = "cap_add" }, *value = &empty;
		int ret;

		if (!n || i == edited || pl->l->order[i] == pl->l->order[edited] ||
		    !adds_more(ct_yaml__get(n, "cap_add"), t->cap_add))
			continue;
		if (own(n, "cap_add") && !ct_yaml__merged(n, "cap_add"))
			ret = ct_change__remove(change_of(pl, i), n, "cap_add",
						"captrim: cap_add removed, a later file has it");
		else
			ret = ct_change__set(change_of(pl, i), n, &value, 1);
		if (ret)
			return ret;
	}
	return 0;
}

/* The values of a service that go into one layer, which are set together. */
struct batch {
	size_t layer;
	struct ct_change_value *values[4];
	size_t n;
};

static void put(struct batch *batches, size_t *n, size_t layer, struct ct_change_value *v)
{
	size_t i = 0;

	while (i < *n && batches[i].layer != layer)
		i++;
	if (i == *n)
		batches[(*n)++] = (struct batch){ .layer = layer };
	batches[i].values[batches[i].n++] = v;
}

/* Refuses a service of whose values not all could be read. */
static int check_read(const struct ct_compose_service *s, struct ct_err *err)
{
	ct_autofree char *at = ct_place__text(&s->at), *shown = ct_printable(s->name);

	if (!s->unread)
		return 0;
	return ct_err__set(err, EINVAL,
			   "%s: service %s extends what could not be read, so its cap_add is not "
			   "known (%s): mend that first, or use --override",
			   at, shown, s->unread);
}

static int plan_service(struct plan *pl, const struct ct_patch_service *t)
{
	const struct ct_compose_service *s = ct_compose__service(pl->p->compose, t->name);
	size_t add_at = layer_for(pl, t->name, "cap_add"), say_false = pl->l->norder;
	size_t drop_at = s->cap_drop.at.file ? layer_for(pl, t->name, "cap_drop") : add_at;
	bool json = ct_text__is_json(pl->l->files[pl->l->order[add_at]].y);
	bool one_line = ct_change__is_one_line(change_of(pl, add_at), node_in(pl, add_at, t->name));
	struct ct_change_value drop = {}, add = {}, priv = {}, from = {};
	struct batch batches[4];
	size_t n = 0;
	uint64_t dropped;
	int ret = 0;

	ct_values__cap_drop(&drop, t);
	ct_values__cap_add(&add, t);
	ct_values__not_privileged(&priv);
	add.brief = one_line;
	ct_values__provenance(&from, pl->p, t, json, one_line || json);
	ct_compose__caps(&s->cap_drop, &dropped);
	if (dropped != CT_CAPS_ALL)
		put(batches, &n, drop_at, &drop);
	if (t->cap_add || s->cap_add.at.file)
		put(batches, &n, add_at, &add);
	if (t->drop_privileged)
		ret = drop_privileged(pl, t, &say_false);
	else if (t->privileged)
		remark_privileged(pl, t);
	if (say_false < pl->l->norder)
		put(batches, &n, say_false, &priv);
	put(batches, &n, add_at, &from);
	for (size_t i = 0; i < n && !ret; i++)
		ret = ct_change__set(change_of(pl, batches[i].layer),
				     node_in(pl, batches[i].layer, t->name), batches[i].values,
				     batches[i].n);
	if (!ret)
		ret = clean_others(pl, t, add_at);
	ct_change_value__free(&drop);
	ct_change_value__free(&add);
	ct_change_value__free(&priv);
	ct_change_value__free(&from);
	return ret;
}

/* Makes the new text of a file if any of its documents, the first of which is at, changes. */
static int make_file(struct plan *pl, size_t at)
{
	const struct ct_layer_file *file = &pl->l->files[at];
	struct ct_patch_file f = {
		.name = file->y->name, .real = file->real, .old = file->text, .old_len = file->len
	};
	int ret = 0;

	for (size_t i = at; i < at + file->documents && !ret; i++) {
		ret = ct_change__unshare(&pl->changes[i]);
		if (!ret)
			ct_splices__append(&f.splices, &pl->changes[i].splices);
	}
	if (!ret && f.splices.len && ct_splices__apply(&f.splices, f.old, f.old_len, &f.text))
		ret = ct_yaml__error(file->y, 0, pl->err, "two changes overlap: use --override");
	if (ret || !f.splices.len)
		ct_splices__free(&f.splices);
	else
		*CT_PUSH(pl->p->files, pl->p->nfiles, pl->p->files_cap) = f;
	return ret;
}

static int make_files(struct plan *pl)
{
	int ret = 0;

	for (size_t i = 0; i < pl->l->nfiles && !ret; i += pl->l->files[i].documents)
		ret = make_file(pl, i);
	return ret;
}

/* Says of the place in an error that it is none of the user's file. */
static int in_result(int ret, struct ct_err *err)
{
	return ret ? ct_err__prefix(err, "cannot be changed safely: use --override (what would be "
					 "written is wrong)") :
		     0;
}

static int prove_file(const struct ct_patch *p, const struct ct_patch_file *f, struct ct_err *err)
{
	struct ct_yaml_docs old = {}, new = {};
	int ret = ct_layers__parse(f->name, f->old, f->old_len, &old, err);

	if (!ret)
		ret = in_result(ct_layers__parse(f->name, f->text.s, f->text.len, &new, err), err);
	if (!ret && old.len != new.len)
		ret = ct_yaml__error(old.items[0], 0, err,
				     "cannot be changed safely: use --override");
	for (size_t i = 0; i < old.len && !ret; i++)
		ret = ct_proof__trees(old.items[i], new.items[i], p, err);
	ct_yaml_docs__free(&old);
	ct_yaml_docs__free(&new);
	return ret;
}

static int prove(const struct ct_patch *p, const struct ct_strlist *files, struct ct_err *err)
{
	ct_autofree struct ct_overlay *overlays = ct_xzalloc((p->nfiles + 1) * sizeof(*overlays));
	ct_autocompose struct ct_compose *new = NULL;
	int ret = 0;

	for (size_t i = 0; i < p->nfiles && !ret; i++) {
		const struct ct_patch_file *f = &p->files[i];

		overlays[i] = (struct ct_overlay){ f->real, f->text.s, f->text.len };
		ret = prove_file(p, f, err);
	}
	if (!ret)
		ret = in_result(ct_compose__load_with(files, overlays, p->nfiles, &new, err), err);
	return ret ? ret : ct_proof__services(p->compose, new, p, err);
}

static void forget_files(struct ct_patch *p)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		ct_str__free(&p->files[i].text);
		ct_splices__free(&p->files[i].splices);
	}
	p->nfiles = 0;
}

int ct_patch__edit(struct ct_patch *p, const struct ct_strlist *files, struct ct_err *err)
{
	struct ct_layers *l = p->compose->layers;
	struct plan pl = { .p = p, .l = l, .err = err };
	size_t n = l->nfiles;
	int ret = 0;

	pl.changes = ct_xzalloc((n + 1) * sizeof(*pl.changes));
	pl.replacing = ct_xzalloc((n + 1) * sizeof(*pl.replacing));
	for (size_t i = 0; i < n; i++) {
		const char *text = l->files[i].y->text;

		pl.changes[i] = (struct ct_change){ .y = l->files[i].y, .err = err };
		pl.replacing[i] = strstr(text, "!override") || strstr(text, "!reset");
	}
	for (size_t i = 0; i < p->nservices && !ret; i++) {
		ret = check_read(ct_compose__service(p->compose, p->services[i].name), err);
		if (!ret)
			ret = plan_service(&pl, &p->services[i]);
	}
	if (!ret)
		ret = make_files(&pl);
	if (!ret)
		ret = prove(p, files, err);
	if (ret)
		forget_files(p);
	for (size_t i = 0; i < n; i++)
		ct_change__free(&pl.changes[i]);
	free(pl.changes);
	free(pl.replacing);
	return ret;
}
