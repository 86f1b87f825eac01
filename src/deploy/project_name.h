/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of a Compose project. */
#ifndef CT_DEPLOY_PROJECT_NAME_H
#define CT_DEPLOY_PROJECT_NAME_H

#include "base/opt.h"

/*
 * The name that Compose would use. In its order: name (-p); COMPOSE_PROJECT_NAME in the
 * environment, then in .env of the project directory; the name in the last file that has one
 * (given by -f, or else by COMPOSE_FILE in the environment or in .env, or the default ones); the
 * directory's own name. The directory is where (--project-directory), or else the first file's.
 * name and where may be NULL. The caller frees. NULL: there is no such directory.
 */
char *ct_compose__project_name(const char *name, const struct ct_strlist *given, const char *where);

#endif
