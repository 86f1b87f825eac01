/* SPDX-License-Identifier: GPL-2.0-only */
/* A Compose project as one of our own: the file as Compose itself reads it, with sets put in. */
#ifndef CT_VERIFY_STACK_H
#define CT_VERIFY_STACK_H

#include "base/err.h"
#include "verify/argv.h"

struct ct_stack; /* the project's configuration */

/*
 * Asks "docker compose" or docker-compose what file (NULL: the default one) says. project is
 * the name that everything gets. Returns 0 or a negative errno with a message.
 */
int ct_stack__open(const char *file, const char *project, struct ct_stack **c, struct ct_err *err);
void ct_stack__close(struct ct_stack *c);

/* The same from text: what "config" prints. For tests. */
int ct_stack__parse(const char *yaml, struct ct_stack **c, struct ct_err *err);

/* Names of the services, n of them, valid until close. */
const char *const *ct_stack__services(const struct ct_stack *c, size_t *n);

/* The service's image; NULL: it is built. */
const char *ct_stack__image(const struct ct_stack *c, const char *service);

/*
 * Has it (NULL: any of them) named volumes? *binds: does it mount something of the host's that it
 * may write to?
 */
bool ct_stack__keeps(const struct ct_stack *c, const char *service, bool *binds);

/* Volumes and networks get names of the project's own; volumes: also those made elsewhere. */
void ct_stack__rename(struct ct_stack *c, bool volumes);

/*
 * The service gets this set, and no more, in what is written from now on; NULL: what the file
 * gives it.
 */
void ct_stack__limit(struct ct_stack *c, const char *service, const uint64_t *set);

/* Writes it where "up" will read it. */
int ct_stack__write(const struct ct_stack *c, const char *path, struct ct_err *err);

/* Adds "docker compose -p PROJECT -f PATH" to *words. */
void ct_stack__command(const struct ct_stack *c, const char *path, struct ct_argv *words);

#endif
