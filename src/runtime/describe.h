/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told of a container, by whoever knows it. */
#ifndef CT_RUNTIME_DESCRIBE_H
#define CT_RUNTIME_DESCRIBE_H

#include "runtime/engine.h"

/*
 * Asks the engine (NULL: there is none) for the container with this id, w->id or a part of it, and,
 * if that does not know it, the files of its runtime. w's runtime and cgroup_path (NULL: not known)
 * say where to look; a runtime that is not known yet is set. *config: the bundle's file, which the
 * caller frees, NULL if the engine told it or if there is none. Returns 0, or -ENOENT if nobody
 * knows the container; *w may have parts of a file that is broken then.
 */
int ct_describe__container(struct ct_engine *e, const char *id, struct ct_workload *w,
			   char **config);

#endif
