/* SPDX-License-Identifier: GPL-2.0-only */
/* What engines, or the files of runtimes, say of a container. */
#ifndef CT_RUNTIME_DESCRIBE_H
#define CT_RUNTIME_DESCRIBE_H

#include "runtime/engine.h"

/*
 * Asks the engine (NULL: there is none) for the container with this id, which is w->id or a part of
 * it, and reads the files of its runtime if the engine does not know it. w's runtime and
 * cgroup_path (NULL: not known) say where to look; a runtime that is not known yet is set. *config
 * is the bundle's file, which the caller frees, or NULL if the engine answered or there is no file.
 * Returns 0, or -ENOENT if nobody knows the container; *w may then have parts of a broken file.
 */
int ct_describe__container(struct ct_engine *e, const char *id, struct ct_workload *w,
			   char **config);

#endif
