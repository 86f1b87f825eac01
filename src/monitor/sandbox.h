/* SPDX-License-Identifier: GPL-2.0-only */
/* Which system calls are left. */
#ifndef CT_MONITOR_SANDBOX_H
#define CT_MONITOR_SANDBOX_H

#include "base/err.h"

/*
 * For the daemon: of bpf() what looks up, updates and deletes entries of maps that are open and
 * tells about them; no other programs, processes, namespaces, mounts or tracing. The rest is
 * refused with EPERM. Network and files are left: they are the unit's business. Returns 0 or a
 * negative errno with a message.
 */
int ct_sandbox__daemon(struct ct_err *err);

/* For the opener's processes: opening, telling, and answering; no sockets are made. */
int ct_sandbox__opener(struct ct_err *err);

#endif
