/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/rights.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

uint64_t ct_rights__held(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &head, data))
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

uint64_t ct_rights__lacking(uint64_t needed)
{
	uint64_t held = ct_rights__held();

	/* linux/capability.h: bpf_capable, perfmon_capable. Symbols have no such fallback. */
	if (held & CT_CAP(SYS_ADMIN))
		held |= CT_CAP(BPF) | CT_CAP(PERFMON);
	return needed & ~held;
}
