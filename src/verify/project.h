/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of a Compose project: its file as Compose itself reads it, with sets put in. */
#ifndef CT_VERIFY_PROJECT_H
#define CT_VERIFY_PROJECT_H

#include "base/err.h"
#include "base/strings.h"

struct ct_project; /* the project's configuration */

/*
 * Asks "docker compose" or docker-compose what file (NULL: the default one) says. project becomes
 * the project's name. Returns 0 or a negative errno with a message.
 */
int ct_project__open(const char *file, const char *project, struct ct_project **c,
		     struct ct_err *err);
void ct_project__close(struct ct_project *c);

/* The same from text, the output of "config". For tests. */
int ct_project__parse(const char *yaml, struct ct_project **c, struct ct_err *err);

/* Names of the services, n of them, valid until close. */
const char *const *ct_project__services(const struct ct_project *c, size_t *n);

/* The service's image; NULL: it is built. */
const char *ct_project__image(const struct ct_project *c, const char *service);

/*
 * Does the service (NULL: any of them) have named volumes? *binds: does it mount something of the
 * host that it may write to?
 */
bool ct_project__keeps(const struct ct_project *c, const char *service, bool *binds);

/*
 * Gives networks, unless they are external, names of the project's own; if volumes is true, also
 * all volumes, external ones included.
 */
void ct_project__rename(struct ct_project *c, bool volumes);

/*
 * In what is written from now on, the service is given this set and no more; NULL: what the file
 * gives it.
 */
void ct_project__limit(struct ct_project *c, const char *service, const uint64_t *set);

/* Writes the project to path, from where "up" reads it. */
int ct_project__write(const struct ct_project *c, const char *path, struct ct_err *err);

/* Adds "docker compose -p PROJECT -f PATH" to *words. */
void ct_project__command(const struct ct_project *c, const char *path, struct ct_strings *words);

#endif
