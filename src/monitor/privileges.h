/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon begins with the capabilities that loading and opening take, starts the opener, loads
 * the probe, and goes on with none.
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
	 * Can what is open still be used? Called in a child that has dropped everything. If not
	 * (maps up to Linux 5.18 where unprivileged_bpf_disabled is set), BPF is kept. NULL: it
	 * can.
	 */
	bool (*works)(void *arg);
	void *arg;
};

/*
 * Gives up all capabilities, the bounding set, and the way back (no_new_privs, securebits), and
 * filters system calls (sandbox.h). The calling process must have one thread: those made later
 * inherit. *kept is what had to be kept, 0 or BPF. Returns 0, or a negative errno with a message.
 */
int ct_privileges__drop(const struct ct_drop *d, uint64_t *kept, struct ct_err *err);

/*
 * Of the capabilities that this process has, leaves it those in caps, and none that are inheritable
 * or ambient; sets no_new_privs. The bounding set and the securebits are limited if SETPCAP is
 * held.
 */
int ct_privileges__limit(uint64_t caps, struct ct_err *err);

#endif
