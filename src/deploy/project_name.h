/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of a Compose project. */
#ifndef CT_DEPLOY_PROJECT_NAME_H
#define CT_DEPLOY_PROJECT_NAME_H

#include "runtime/client.h"

/*
 * The name that Compose would use. In its order: the one given by -p; COMPOSE_PROJECT_NAME in the
 * environment, then in the files of --env-file or COMPOSE_ENV_FILES, or else, unless
 * COMPOSE_DISABLE_ENV_FILE is set, in .env of the project directory; the name in the last file that
 * has one (given by -f, or else by COMPOSE_FILE in the environment or in those files, or the
 * default ones); the directory's own name. The directory is the one of --project-directory, or else
 * the first file's. The caller frees. NULL: there is no such directory.
 */
char *ct_compose__project_name(const struct ct_compose_words *w);

#endif
