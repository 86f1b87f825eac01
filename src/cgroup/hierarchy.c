/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/hierarchy.h"

#include <string.h>

#include "base/util.h"
#include "ct/event.h"

const char *const ct_v1_controllers[] = {
	[CT_V1_PIDS] = "pids",
	[CT_V1_MEMORY] = "memory",
	[CT_V1_DEVICES] = "devices",
	[CT_V1_FREEZER] = "freezer",
	NULL,
};

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

void ct_hierarchy__detect(struct ct_hierarchy *s)
{
	bool unified = !access("/sys/fs/cgroup/cgroup.controllers", F_OK);
	bool hybrid = !access("/sys/fs/cgroup/unified/cgroup.procs", F_OK);

	*s = (struct ct_hierarchy){ .layout = unified ? 2 :
					      hybrid  ? 3 :
							1,
				    .v1_controller = -1,
				    .v1_hierarchy = -1 };
	if (unified)
		return;
	for (size_t i = 0; ct_v1_controllers[i]; i++) {
		int hierarchy = v1_hierarchy_of(ct_v1_controllers[i]);

		if (hierarchy <= 0)
			continue;
		s->v1_controller = i;
		s->v1_hierarchy = hierarchy;
		return;
	}
}
