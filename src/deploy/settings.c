/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/settings.h"

#include <string.h>

void ct_settings__add(struct ct_settings *l, enum ct_setting_kind kind, struct ct_place at,
		      char *text)
{
	*CT_PUSH(l->items, l->len, l->cap) = (struct ct_setting){ kind, text, at };
}

void ct_settings__free(struct ct_settings *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i].text);
	free(l->items);
	*l = (struct ct_settings){ 0 };
}

static const struct ct_compose_text *mode_of(const struct ct_compose_service *s,
					     enum ct_setting_kind kind)
{
	return kind == CT_SETTING_NET_HOST ? &s->network_mode :
	       kind == CT_SETTING_PID_HOST ? &s->pid :
					     &s->ipc;
}

/* The service whose namespace "service:NAME" or "container:NAME" means; NULL: none of these. */
static const struct ct_compose_service *joined(const struct ct_compose *c, const char *mode)
{
	if (!strncmp(mode, "service:", 8))
		return ct_compose__service(c, mode + 8);
	for (size_t i = 0; !strncmp(mode, "container:", 10) && i < c->nservices; i++) {
		const char *name = c->services[i].container_name.text;

		if (name && !strcmp(name, mode + 10))
			return &c->services[i];
	}
	return NULL;
}

static void add_host(struct ct_settings *l, enum ct_setting_kind kind, const char *key,
		     const struct ct_compose *c, const struct ct_compose_service *s)
{
	const struct ct_compose_text *own = mode_of(s, kind), *t = own;

	/* Services that join each other in a ring, which Compose refuses, end it, too. */
	for (size_t i = 0; i < c->nservices && t->text && strcmp(t->text, "host") != 0; i++) {
		const struct ct_compose_service *other = joined(c, t->text);

		if (!other)
			break;
		t = mode_of(other, kind);
	}
	if (t->text && !strcmp(t->text, "host"))
		ct_settings__add(l, kind, own->at,
				 t == own ? ct_xasprintf("%s: host", key) :
					    ct_xasprintf("%s: %s (which has %s: host)", key,
							 own->text, key));
}

void ct_settings__compose(struct ct_settings *l, const struct ct_compose *c,
			  const struct ct_compose_service *s)
{
	if (ct_compose__nonroot(&s->user) == CT_YES)
		ct_settings__add(l, CT_SETTING_USER, s->user.at,
				 ct_xasprintf("user: %s", s->user.text));
	add_host(l, CT_SETTING_NET_HOST, "network_mode", c, s);
	add_host(l, CT_SETTING_PID_HOST, "pid", c, s);
	add_host(l, CT_SETTING_IPC_HOST, "ipc", c, s);
	for (size_t i = 0; i < s->security_opt.len; i++) {
		const struct ct_compose_text *t = &s->security_opt.items[i];

		if (t->text && (!strcmp(t->text, "seccomp:unconfined") ||
				!strcmp(t->text, "seccomp=unconfined")))
			ct_settings__add(l, CT_SETTING_UNCONFINED, t->at, ct_xstrdup(t->text));
	}
}

/* What another container or a file stands for may be the host's, or not. */
static enum ct_tristate is_host(const char *mode)
{
	if (!mode || !strncmp(mode, "container:", 10) || !strncmp(mode, "ns:", 3))
		return CT_UNKNOWN;
	return !strcmp(mode, "host");
}

/* Did the workload have this setting when it was recorded? */
static enum ct_tristate recorded(enum ct_setting_kind kind, const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;

	switch (kind) {
	case CT_SETTING_USER: return ct_workload__nonroot(w);
	case CT_SETTING_NET_HOST: return is_host(c->network);
	case CT_SETTING_PID_HOST: return is_host(c->pid_mode);
	case CT_SETTING_IPC_HOST: return is_host(c->ipc_mode);
	case CT_SETTING_UNCONFINED: break;
	}
	return c->seccomp == CT_SECCOMP_UNKNOWN ? CT_UNKNOWN : c->seccomp == CT_SECCOMP_NONE;
}

char *ct_settings__unlike(const struct ct_setting *s, const struct ct_workload *w, uint64_t dead)
{
	ct_autofree char *names = ct_caps__join(dead, ", ", "");
	bool without = false;

	ct_workload__for_each(part, w) {
		enum ct_tristate so = recorded(s->kind, part);

		if (so == CT_YES)
			return NULL;
		without |= so == CT_NO;
	}
	if (!without)
		return NULL;
	if (s->kind != CT_SETTING_USER)
		return ct_xasprintf("recorded without, but the file says '%s': it may need other "
				    "capabilities there; record again with it",
				    s->text);
	if (!dead)
		return ct_xasprintf("recorded as root, but the file says '%s': it may need other "
				    "capabilities there; record again as that user",
				    s->text);
	return ct_xasprintf("recorded as root, but the file says '%s': %s %s nothing there; record "
			    "again as that user",
			    s->text, names, ct_caps__count(dead) > 1 ? "do" : "does");
}
