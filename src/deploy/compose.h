/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compose files as Compose reads them: several files are joined, `include` and `extends`
 * followed, aliases and merge keys resolved. Only what bears on privilege is kept,
 * each value with the place that sets it. Variables (${X}) are not replaced.
 * All strings come from the files and are raw.
 */
#ifndef CT_DEPLOY_COMPOSE_H
#define CT_DEPLOY_COMPOSE_H

#include "base/err.h"
#include "base/opt.h"
#include "base/strings.h"
#include "deploy/place.h"
#include "model/session.h"

struct ct_yaml;

/* text NULL: not set, or set to nothing, which changes nothing in Compose; at is nowhere then. */
struct ct_compose_text {
	const char *text;
	struct ct_place at;
};

/* Compose joins the lists of several files, so each item has a place of its own. */
struct ct_compose_list {
	struct ct_compose_text *items;
	size_t len, cap;
	struct ct_place at; /* where it was set last; file NULL: nowhere */
};

struct ct_compose_service {
	const char *name;
	struct ct_place at; /* of its name where it is first defined */
	struct ct_compose_list cap_add, cap_drop, security_opt;
	struct ct_compose_text privileged, user, network_mode, userns_mode, pid, ipc, image,
		container_name;
	/* NULL, or the note on what it extends and could not be read: values may be missing. */
	const char *unread;
	const struct ct_yaml *last; /* the document that was read last, for the reader itself */
};

struct ct_compose {
	struct ct_compose_text name;	     /* of the project, from `name:` */
	struct ct_compose_service *services; /* in the order of their definition */
	size_t nservices, services_cap;
	struct ct_strings notes;  /* what was not followed, and where; printable */
	struct ct_layers *layers; /* for code that edits the files, see layers.h */
};

/*
 * Reads files, later ones over earlier ones, as "docker compose -f A -f B" does. Profiles are
 * ignored: *c has all services. Returns 0, or a negative errno with *c untouched and a message
 * that names file:line:column.
 */
int ct_compose__load(const struct ct_strlist *files, struct ct_compose **c, struct ct_err *err);
void ct_compose__free(struct ct_compose *c);

/* The service of exactly that name, or NULL. */
const struct ct_compose_service *ct_compose__service(const struct ct_compose *c, const char *name);

/* The names of the services, joined by ", ", printable; the caller frees. */
char *ct_compose__names(const struct ct_compose *c);

/* CT_NO when not set, CT_UNKNOWN when a variable decides. */
enum ct_tristate ct_compose__truth(const struct ct_compose_text *t);

/* Does `user:` name a user other than root? CT_UNKNOWN when not set or when a variable decides. */
enum ct_tristate ct_compose__nonroot(const struct ct_compose_text *user);

/*
 * Parses a name that Docker, Podman and Kubernetes accept: ALL, or a capability with or without
 * CAP_. Returns 0 or -EINVAL.
 */
int ct_compose__cap(const char *name, uint64_t *set);

/*
 * Sets *set to the capabilities of a list; ALL is CT_CAPS_ALL. An item that is not a known name (a
 * variable, a misspelling) adds nothing. Returns the first such item, or NULL.
 */
const struct ct_compose_text *ct_compose__caps(const struct ct_compose_list *l, uint64_t *set);

static inline void ct_compose__cleanup(struct ct_compose **c)
{
	ct_compose__free(*c);
}
#define ct_autocompose __attribute__((cleanup(ct_compose__cleanup)))

#endif
