/* SPDX-License-Identifier: GPL-2.0-only */
/* What Compose calls a project. */
#ifndef CT_DEPLOY_PROJECT_NAME_H
#define CT_DEPLOY_PROJECT_NAME_H

/*
 * The name that Compose takes, asked in its order: name, as -p has it; the environment; the file
 * (as -f has it, else the default one) and the .env beside it; its directory, or where as
 * --project-directory has it. Each may be NULL. The caller frees. NULL: there is no such directory.
 */
char *ct_compose__project_name(const char *name, const char *file, const char *where);

#endif
