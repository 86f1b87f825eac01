/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/hierarchy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/host_root.h"
#include "base/util.h"
#include "ct/event.h"

const char *const ct_v1_controllers[] = {
	[CT_V1_PIDS] = "pids",
	[CT_V1_MEMORY] = "memory",
	[CT_V1_DEVICES] = "devices",
	[CT_V1_FREEZER] = "freezer",
	NULL,
};

/* The hierarchy's number, from lines such as "memory 4 12 1" in /proc/cgroups; 0: it is v2's. */
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
	bool unified = ct_host__has("/sys/fs/cgroup/cgroup.controllers");
	bool hybrid = ct_host__has("/sys/fs/cgroup/unified/cgroup.procs");

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

bool ct_controllers__have(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (!strncmp(p, word, n) && (!p[n] || strchr(",\n ", p[n])))
			return true;
	}
	return false;
}

/* The kernel writes blanks and backslashes in paths as "\040" (fs/proc_namespace.c:mangle). */
static void decode(char *s)
{
	char *to = s;

	for (unsigned int byte; *s; to++) {
		if (*s == '\\' && strspn(s + 1, "01234567") >= 3 &&
		    sscanf(s + 1, "%3o", &byte) == 1) {
			*to = (char)byte;
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* Chooses the v1 hierarchy that the probe prefers, too. */
int ct_cgroup_mounts__find(struct ct_cgroup_mounts *m)
{
	size_t best = SIZE_MAX;
	const char *root = ct_host__root();
	ct_autofree char *mounts = ct_host__procfs(*root ? "1/mounts" : "self/mounts");
	ct_autofclose FILE *f = fopen(mounts, "re");
	char line[4096], dir[256], type[64], options[1024];

	*m = (struct ct_cgroup_mounts){};
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %255s %63s %1023s", dir, type, options) != 3)
			continue;
		decode(dir);
		if (!strcmp(type, "cgroup2") && !m->v2[0])
			snprintf(m->v2, sizeof(m->v2), "%s%s", root, dir);
		for (size_t i = 0; !strcmp(type, "cgroup") && i < best && ct_v1_controllers[i];
		     i++) {
			if (!ct_controllers__have(options, ct_v1_controllers[i]))
				continue;
			snprintf(m->v1, sizeof(m->v1), "%s%s", root, dir);
			best = i;
		}
	}
	/* A pure v2 host needs no v1 ids, even if a stray controller is mounted. */
	if (ct_host__has("/sys/fs/cgroup/cgroup.controllers"))
		m->v1[0] = '\0';
	return 0;
}
