/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/path.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "cgroup/hierarchy.h"

bool ct_cgroup_path__below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

/*
 * How much a line "ID:CONTROLLERS:PATH" is worth, as the probe sees it: the v2 hierarchy
 * where it holds anything, else the v1 controllers by its preference.
 */
static size_t rank(const char *controllers, const char *path)
{
	size_t n = 0, best = 0;

	while (ct_v1_controllers[n])
		n++;
	if (!*controllers && path[0] == '/' && path[1])
		return 2 + n;
	for (size_t i = n; i-- > 0;)
		if (ct_controllers__have(controllers, ct_v1_controllers[i]))
			best = n - i;
	return 1 + best;
}

int ct_cgroup_path__of_pid(int pid, char **path)
{
	ct_autofree char *file = ct_xasprintf("/proc/%d/cgroup", pid), *text = NULL;
	static const char deleted[] = " (deleted)";
	const char *best = NULL;
	size_t best_rank = 0, len;
	int ret;

	ret = ct_read_file(file, 1 << 20, &text, NULL);
	if (ret)
		return ret == -ENOENT ? -ESRCH : ret;
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *controllers = strchr(line, ':');
		char *where = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!where)
			continue;
		*where++ = '\0';
		if (rank(controllers + 1, where) > best_rank) {
			best_rank = rank(controllers + 1, where);
			best = where;
		}
	}
	if (!best)
		return -ENODATA;
	/* The kernel's mark behind the path of a cgroup that is gone already. */
	len = strlen(best);
	if (len > strlen(deleted) && ct_str_ends(best, deleted))
		len -= strlen(deleted);
	*path = ct_xstrndup(best, len);
	return 0;
}
