/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of system calls, for the daemon and for its opener. */
#ifndef CT_MONITOR_SANDBOX_H
#define CT_MONITOR_SANDBOX_H

#include "base/err.h"

/*
 * For the daemon: of bpf() it keeps what looks up, updates and deletes entries of maps that are
 * open, and what describes these. It gets no other programs, processes, namespaces, mounts or
 * tracing: EPERM. Network and files stay, for they are the business of the unit. Returns 0 or a
 * negative errno with a message.
 */
int ct_sandbox__daemon(struct ct_err *err);

/*
 * For the opener's processes: only what opening, looking and answering take. No sockets are made.
 */
int ct_sandbox__opener(struct ct_err *err);

#endif
