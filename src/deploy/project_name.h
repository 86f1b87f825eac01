/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of a Compose project. */
#ifndef CT_DEPLOY_PROJECT_NAME_H
#define CT_DEPLOY_PROJECT_NAME_H

/*
 * The name that Compose would use. In its order: name (-p); COMPOSE_PROJECT_NAME in the
 * environment, then in .env of the project directory; the name in file (-f, or else COMPOSE_FILE
 * in the environment, or the default one); the directory's own name. The directory is where
 * (--project-directory), or else the file's. Each argument may be NULL. The caller frees. NULL:
 * there is no such directory.
 */
char *ct_compose__project_name(const char *name, const char *file, const char *where);

#endif
