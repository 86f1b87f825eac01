/* SPDX-License-Identifier: GPL-2.0-only */
/* A Compose project as one of our own: the file as Compose itself reads it, with sets put in. */
#ifndef CT_VERIFY_COMPOSE_H
#define CT_VERIFY_COMPOSE_H

#include "base/err.h"
#include "verify/argv.h"

struct ct_compose; /* the project's configuration */

/*
 * Asks "docker compose" or docker-compose what file (NULL: the default one) says. project is
 * the name that everything gets. Returns 0 or a negative errno with a message.
 */
int ct_compose__open(const char *file, const char *project, struct ct_compose **c,
		     struct ct_err *err);
void ct_compose__close(struct ct_compose *c);

/* The same from text: what "config" prints. For tests. */
int ct_compose__parse(const char *yaml, struct ct_compose **c, struct ct_err *err);

/* Names of the services, n of them, valid until close. */
const char *const *ct_compose__services(const struct ct_compose *c, size_t *n);

/* The service's image; NULL: it is built. */
const char *ct_compose__image(const struct ct_compose *c, const char *service);

/*
 * Has it (NULL: any of them) named volumes? *binds: does it mount something of the host's that it
 * may write to?
 */
bool ct_compose__keeps(const struct ct_compose *c, const char *service, bool *binds);

/* Volumes and networks get names of the project's own; volumes: also those made elsewhere. */
void ct_compose__rename(struct ct_compose *c, bool volumes);

/*
 * The service gets this set, and no more, in what is written from now on; NULL: what the file
 * gives it.
 */
void ct_compose__limit(struct ct_compose *c, const char *service, const uint64_t *set);

/* Writes it where "up" will read it. */
int ct_compose__write(const struct ct_compose *c, const char *path, struct ct_err *err);

/* Adds "docker compose -p PROJECT -f PATH" to *words. */
void ct_compose__command(const struct ct_compose *c, const char *path, struct ct_words *words);

#endif
