/* SPDX-License-Identifier: GPL-2.0-only */
#include "edit/proof.h"

#include <errno.h>
#include <string.h>

#define MAX_COMPARISONS 1000000 /* nested aliases multiply them */

static const char *const cure =
	"record that service as well, write its keys out, or use --override";

struct comparison {
	const struct ct_yaml *old, *new;
	const struct ct_patch *p;
	struct ct_str path; /* "services.web" */
	int depth;	    /* number of keys in path, since a name may have dots */
	long budget;
	struct ct_err *err;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static int differs(struct comparison *w, const struct ct_yaml_node *old)
{
	ct_autofree char *shown = ct_printable(w->path.s ? w->path.s : "");

	return ct_yaml__error(
		w->old, old->start, w->err,
		"the edit would also change %s, which shares an anchor or a merge key: "
		"%s",
		shown, cure);
}

static int compare(struct comparison *w, const struct ct_yaml_node *a,
		   const struct ct_yaml_node *b);

/* Is it a key that the edit may change, of a service that it is about? */
static bool is_intended(const struct comparison *w, const char *key)
{
	static const char *const keys[] = { "cap_add", "cap_drop", "privileged", "x-captrim" };
	const char *service;
	bool known = false;

	for (size_t i = 0; i < CT_ARRAY_SIZE(keys); i++)
		known |= !strcmp(key, keys[i]);
	if (!known || w->depth != 2 || strncmp(w->path.s, "services.", 9) != 0)
		return false;
	service = w->path.s + 9;
	for (size_t i = 0; i < w->p->nservices; i++)
		if (!strcmp(w->p->services[i].name, service))
			return true;
	return false;
}

static int compare_key(struct comparison *w, const struct ct_yaml_node *a,
		       const struct ct_yaml_node *b, const char *key)
{
	const struct ct_yaml_node *x = ct_yaml__get(a, key), *y = ct_yaml__get(b, key);
	size_t len = w->path.len;
	int ret;

	if (is_intended(w, key))
		return 0;
	ct_str__addf(&w->path, "%s%s", len ? "." : "", key);
	w->depth++;
	ret = x && y ? compare(w, x, y) : differs(w, x ? x : a);
	w->depth--;
	w->path.len = len;
	if (!ret)
		w->path.s[len] = '\0';
	return ret;
}

/*
 * Compares a and b in each key of n, merged ones included. news: only in those that a lacks, since
 * comparing common keys a second time would double the work at each level.
 */
static int compare_keys(struct comparison *w, const struct ct_yaml_node *n,
			const struct ct_yaml_node *a, const struct ct_yaml_node *b, bool news)
{
	int ret = 0;

	n = ct_yaml__resolve(n);
	if (--w->budget < 0)
		return ct_yaml__error(w->old, a->start, w->err, "too many aliases within aliases");
	for (size_t i = 0; i + 1 < n->nitems && !ret; i += 2) {
		const struct ct_yaml_node *value = ct_yaml__resolve(n->items[i + 1]);
		const char *key = ct_yaml__resolve(n->items[i])->text;

		if (!ct_yaml__is_merge(n->items[i]) || value->kind == CT_YAML_SCALAR)
			ret = news && ct_yaml__get(a, key) ? 0 : compare_key(w, a, b, key);
		else if (value->kind == CT_YAML_MAP)
			ret = compare_keys(w, value, a, b, news);
		for (size_t k = 0; ct_yaml__is_merge(n->items[i]) && value->kind == CT_YAML_SEQ &&
				   k < value->nitems && !ret;
		     k++)
			if (ct_yaml__resolve(value->items[k])->kind == CT_YAML_MAP)
				ret = compare_keys(w, value->items[k], a, b, news);
	}
	return ret;
}

static int compare(struct comparison *w, const struct ct_yaml_node *a, const struct ct_yaml_node *b)
{
	int ret = 0;

	a = ct_yaml__resolve(a);
	b = ct_yaml__resolve(b);
	if (--w->budget < 0)
		return ct_yaml__error(w->old, a->start, w->err, "too many aliases within aliases");
	if (a->kind != b->kind || !same_text(a->tag, b->tag))
		return differs(w, a);
	if (a->kind == CT_YAML_SCALAR)
		return a->style == b->style && !strcmp(a->text, b->text) ? 0 : differs(w, a);
	if (a->kind == CT_YAML_MAP) {
		ret = compare_keys(w, a, a, b, false);
		return ret ? ret : compare_keys(w, b, a, b, true);
	}
	if (a->nitems != b->nitems)
		return differs(w, a);
	for (size_t i = 0; i < a->nitems && !ret; i++)
		ret = compare(w, a->items[i], b->items[i]);
	return ret;
}

int ct_proof__trees(const struct ct_yaml *old, const struct ct_yaml *new, const struct ct_patch *p,
		    struct ct_err *err)
{
	struct comparison w = { old, new, p, { 0 }, 0, MAX_COMPARISONS, err };
	int ret = 0;

	if (!old->root != !new->root)
		ret = ct_yaml__error(old, 0, err, "the edit would empty this file");
	else if (old->root)
		ret = compare(&w, old->root, new->root);
	ct_str__free(&w.path);
	return ret;
}

/* ---- what the services have in the end ---- */

static bool same_list(const struct ct_compose_list *a, const struct ct_compose_list *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (!same_text(a->items[i].text, b->items[i].text))
			return false;
	return true;
}

static int service_error(const struct ct_compose_service *s, const struct ct_place *at,
			 struct ct_err *err, const char *what, const char *item, const char *how)
{
	ct_autofree char *place = ct_place__text(at->file ? at : &s->at);
	ct_autofree char *name = ct_printable(s->name), *shown = ct_printable(item ? item : "");

	return ct_err__set(err, EINVAL, "%s: service %s %s%s%s: %s", place, name, what,
			   item ? " " : "", shown, how);
}

static int check_target(const struct ct_compose_service *old, const struct ct_compose_service *new,
			const struct ct_patch_service *t, struct ct_err *err)
{
	uint64_t add, drop, one;

	ct_compose__caps(&new->cap_drop, &drop);
	for (size_t i = 0; i < new->cap_add.len; i++) {
		const char *text = new->cap_add.items[i].text;
		struct ct_place at = {};

		if (text && !ct_caps__parse_one(text, &one) && !(one & ~t->cap_add))
			continue;
		for (size_t k = 0; k < old->cap_add.len; k++)
			if (same_text(old->cap_add.items[k].text, text))
				at = old->cap_add.items[k].at;
		return service_error(old, &at, err, "would still inherit by extends:", text,
				     "take it out there, or use --override");
	}
	ct_compose__caps(&new->cap_add, &add);
	if (add != t->cap_add || drop != CT_CAPS_ALL)
		return service_error(old, &old->at, err, "would not get the advice", NULL,
				     "use --override");
	if (t->drop_privileged && ct_compose__truth(&new->privileged) != CT_NO)
		return service_error(old, &old->privileged.at, err, "would still be", "privileged",
				     "set privileged: false by hand, or use --override");
	if (!t->drop_privileged && !same_text(old->privileged.text, new->privileged.text))
		return service_error(old, &old->privileged.at, err, "would change", "privileged",
				     "use --override");
	return 0;
}

static bool same_rest(const struct ct_compose_service *a, const struct ct_compose_service *b)
{
	return same_list(&a->security_opt, &b->security_opt) &&
	       same_text(a->user.text, b->user.text) && same_text(a->image.text, b->image.text) &&
	       same_text(a->network_mode.text, b->network_mode.text) &&
	       same_text(a->userns_mode.text, b->userns_mode.text) &&
	       same_text(a->pid.text, b->pid.text) &&
	       same_text(a->container_name.text, b->container_name.text);
}

static bool same_privilege(const struct ct_compose_service *a, const struct ct_compose_service *b)
{
	return same_list(&a->cap_add, &b->cap_add) && same_list(&a->cap_drop, &b->cap_drop) &&
	       same_text(a->privileged.text, b->privileged.text);
}

int ct_proof__services(const struct ct_compose *old, const struct ct_compose *new,
		       const struct ct_patch *p, struct ct_err *err)
{
	for (size_t i = 0; i < old->nservices; i++) {
		const struct ct_compose_service *a = &old->services[i];
		const struct ct_compose_service *b = ct_compose__service(new, a->name);
		const struct ct_patch_service *t = NULL;
		int ret;

		for (size_t k = 0; k < p->nservices; k++)
			if (!strcmp(p->services[k].name, a->name))
				t = &p->services[k];
		if (!b || !same_rest(a, b) || (!t && !same_privilege(a, b)))
			return service_error(a, &a->at, err, "would also be changed by the edit",
					     NULL, cure);
		ret = t ? check_target(a, b, t, err) : 0;
		if (ret)
			return ret;
	}
	if (new->nservices != old->nservices)
		return ct_err__set(err, EINVAL, "the edit would add a service: %s",
				   "use --override");
	return 0;
}
