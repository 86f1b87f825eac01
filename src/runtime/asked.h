/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the APIs of containerd and of the CRI say beyond the bundles of containers: names that
 * people gave, and the labels of pods, which prove what made a pod. containerd's is asked where its
 * socket is at hand, the CRI's on request: whoever may open it may do anything on the node.
 */
#ifndef CT_RUNTIME_ASKED_H
#define CT_RUNTIME_ASKED_H

#include "base/err.h"
#include "model/session.h"

struct ct_asked;

/* cri: the CRI's socket, or NULL. */
struct ct_asked *ct_asked__new(const char *cri);
void ct_asked__free(struct ct_asked *a);

/* Below, NULL is allowed: nobody is asked. */

/* Does the CRI that was named answer? 0 if none was. */
int ct_asked__check(struct ct_asked *a, struct ct_err *err);

/*
 * Fills in what is not known of a container yet, whose cgroup has that path. config: its bundle's
 * config.json, whose place tells which containerd it is of, or NULL. A server that does not answer
 * within two seconds is not asked again. False: it came too late, its server has forgotten a
 * container that had only a number for a name here.
 */
bool ct_asked__describe(struct ct_asked *a, const char *config, struct ct_workload *w,
			const char *cgroup);

#endif
