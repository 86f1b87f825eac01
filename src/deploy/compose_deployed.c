/* SPDX-License-Identifier: GPL-2.0-only */
/* Compose services, as deploy/compose.h reads them. */
#include <string.h>

#include "deploy/deployed.h"

static void take_names(struct ct_named_list *to, const struct ct_compose_list *from)
{
	for (size_t i = 0; i < from->len; i++)
		if (from->items[i].text && !strchr(from->items[i].text, '$'))
			ct_named__add(to, from->items[i].text, from->items[i].at);
}

static bool has_variable(const struct ct_compose_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		if (!l->items[i].text || strchr(l->items[i].text, '$'))
			return true;
	return false;
}

static void read_service(struct ct_deployment *all, const struct ct_compose_service *s)
{
	struct ct_deployed *t = ct_deployment__add(all, CT_DEPLOYED_COMPOSE, s->name);

	t->alias = s->container_name.text ? ct_xstrdup(s->container_name.text) : NULL;
	t->image = s->image.text ? ct_xstrdup(s->image.text) : NULL;
	t->at = s->at;
	t->set_at = s->cap_add.at.file ? s->cap_add.at : s->cap_drop.at;
	take_names(&t->added, &s->cap_add);
	take_names(&t->dropped, &s->cap_drop);
	t->unknown = s->unread || has_variable(&s->cap_add) || has_variable(&s->cap_drop);
	t->privileged = ct_compose__truth(&s->privileged);
	t->privileged_at = s->privileged.at;
	t->nonroot = ct_compose__nonroot(&s->user);
	ct_settings__compose(&t->settings, all->compose, s);
	ct_deployed__decide(t, CT_RT_DOCKER);
}

int ct_deployment__compose(struct ct_deployment *t, const struct ct_strlist *paths,
			   const struct ct_overlay *overlays, size_t noverlays, struct ct_err *err)
{
	int ret = ct_compose__load_with(paths, overlays, noverlays, &t->compose, err);

	if (ret)
		return ret;
	for (size_t i = 0; i < t->compose->nservices; i++)
		read_service(t, &t->compose->services[i]);
	for (size_t i = 0; i < t->compose->notes.len; i++)
		ct_strings__add(&t->notes, t->compose->notes.items[i]);
	return 0;
}
