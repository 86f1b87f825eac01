/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hierarchy identifies a process? The v2 tree where it holds anything; on
 * pure v1 hosts, and for processes at the v2 root of hybrid ones, a v1
 * controller's that container runtimes always use.
 */
#include "kern/probe_priv.h"

#include <string.h>
#include <bpf/btf.h>

/* Position of NAME_cgrp_id in the running kernel's enum cgroup_subsys_id. */
static int subsys_index(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_type *t;
	char wanted[64];
	int id, index = -1;

	if (!btf)
		return -1;
	snprintf(wanted, sizeof(wanted), "%s_cgrp_id", name);
	id = btf__find_by_name_kind(btf, "cgroup_subsys_id", BTF_KIND_ENUM);
	if (id > 0) {
		t = btf__type_by_id(btf, id);
		for (int i = 0; i < btf_vlen(t); i++)
			if (!strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off), wanted))
				index = btf_enum(t)[i].val;
	}
	btf__free(btf);
	return index;
}

/* "memory:4:12:1" lines of /proc/cgroups: the hierarchy's number, 0 when it is v2's. */
static int v1_hierarchy_of(const char *name)
{
	ct_autofclose FILE *f = fopen("/proc/cgroups", "re");
	char line[256], subsys[64];
	int hierarchy;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %d", subsys, &hierarchy) == 2 && !strcmp(subsys, name))
			return hierarchy;
	return 0;
}

void ct_cgroup_setup__detect(struct ct_cgroup_setup *s)
{
	static const char *const candidates[] = { "pids", "memory", "devices", "freezer" };
	bool unified = !access("/sys/fs/cgroup/cgroup.controllers", F_OK);
	bool hybrid = !access("/sys/fs/cgroup/unified/cgroup.procs", F_OK);

	*s = (struct ct_cgroup_setup){ .layout = unified ? 2 : hybrid ? 3 : 1,
				       .v1_subsys = -1, .v1_hierarchy = -1 };
	if (unified)
		return;
	for (size_t i = 0; i < CT_ARRAY_SIZE(candidates); i++) {
		int hierarchy = v1_hierarchy_of(candidates[i]);

		if (hierarchy <= 0)
			continue;
		s->v1_subsys = subsys_index(candidates[i]);
		if (s->v1_subsys >= 0) {
			s->v1_hierarchy = hierarchy;
			return;
		}
	}
}
