/* SPDX-License-Identifier: GPL-2.0-only */
/* Which capabilities this process may use, and which ones watching takes. */
#ifndef CT_KERN_RIGHTS_H
#define CT_KERN_RIGHTS_H

#include "model/caps.h"

/*
 * To load and attach the probe: BPF and PERFMON; to read the kernel's symbols: SYSLOG. Afterwards
 * reading its maps takes nothing, or up to Linux 5.18 BPF, where unprivileged_bpf_disabled is set.
 */
#define CT_RIGHTS_WATCH (CT_CAP(BPF) | CT_CAP(PERFMON) | CT_CAP(SYSLOG))

/* The effective set of the calling thread. */
uint64_t ct_rights__held(void);

/* Those of needed that are not held and that nothing held stands in for. */
uint64_t ct_rights__lacking(uint64_t needed);

#endif
