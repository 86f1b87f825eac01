/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the APIs of containerd and of the CRI say beyond the bundles of containers: names that
 * people gave, and the labels of pods, which prove what made a pod. containerd is asked wherever
 * its socket is within reach, the CRI only on request: whoever may open that socket may do anything
 * on the node.
 */
#ifndef CT_RUNTIME_ASKED_H
#define CT_RUNTIME_ASKED_H

#include "base/err.h"
#include "model/session.h"

struct ct_asked;

/* cri: the CRI's socket, or NULL. */
struct ct_asked *ct_asked__new(const char *cri);
void ct_asked__free(struct ct_asked *a);

/* In the functions below a may be NULL, and then nobody is asked. */

/* Does the CRI that was named answer? Returns 0, also if none was, or a negative errno. */
int ct_asked__check(struct ct_asked *a, struct ct_err *err);

/*
 * Fills in what is not yet known of the container whose cgroup has that path. config: its bundle's
 * config.json, whose place tells which containerd it belongs to, or NULL. A server that does not
 * answer within two seconds is not asked again. False: the question came too late, for containerd
 * has already forgotten a container of which no name, only its random id, is known.
 */
bool ct_asked__describe(struct ct_asked *a, const char *config, struct ct_workload *w,
			const char *cgroup);

#endif
