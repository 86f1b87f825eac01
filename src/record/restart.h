/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restarts what is watched, so that its start is seen. A child process does it: the event loop
 * keeps running, and a restart that was begun is finished even if captrim dies.
 */
#ifndef CT_RECORD_RESTART_H
#define CT_RECORD_RESTART_H

#include "base/err.h"
#include "model/session.h"
#include "runtime/endpoint.h"

struct ct_restart {
	int pid; /* 0: none */
	int fd;	 /* to read its complaint from */
};

/*
 * Begins to restart these, one after the other. words: see ct_runtimes__connect(). Returns
 * -EOPNOTSUPP, before anything is done, if one of them cannot be restarted.
 */
int ct_restart__begin(struct ct_workload *const *w, size_t n, const struct ct_engine_words *words,
		      struct ct_restart *r, struct ct_err *err);

/*
 * Returns 1 while it goes on, else 0, or a negative errno with the complaint. Must not be called
 * again after that.
 */
int ct_restart__look(struct ct_restart *r, struct ct_err *err);

/*
 * Begins no further restart, and waits until what is being restarted runs again. Returns 0, or a
 * negative errno with a message if that failed, or takes longer than two minutes.
 */
int ct_restart__end(struct ct_restart *r, struct ct_err *err);

#endif
