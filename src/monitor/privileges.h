/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loader, opener, daemon: the daemon begins with what loading and opening take, starts the opener,
 * loads the probe, and goes on with nothing.
 */
#ifndef CT_MONITOR_PRIVILEGES_H
#define CT_MONITOR_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* What the opener holds. */
#define CT_OPENER_CAPS (CT_CAP(SYS_PTRACE) | CT_CAP(DAC_READ_SEARCH))

struct ct_drop {
	/*
	 * Is what is open still of use? Called in a child that has dropped everything. If not (maps
	 * up to Linux 5.18 where unprivileged_bpf_disabled is set), BPF is kept. NULL: it is.
	 */
	bool (*works)(void *arg);
	void *arg;
};

/*
 * Gives up all capabilities, the bounding set, and the way back (no_new_privs, securebits), and
 * filters system calls (sandbox.h). For the calling process, which must have one thread by then:
 * threads made afterwards inherit. *kept is what it had to keep, 0 or BPF. Returns 0, or a negative
 * errno with a message.
 */
int ct_privileges__drop(const struct ct_drop *d, uint64_t *kept, struct ct_err *err);

/* Of this process now, and nothing else: permitted, inheritable, ambient and bounding set to caps.
 */
int ct_privileges__limit(uint64_t caps, struct ct_err *err);

#endif
