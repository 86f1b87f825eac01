/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/path.h"

#include <errno.h>
#include <fts.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/hierarchy.h"

bool ct_cgroup_path__below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

/*
 * Ranks a line "ID:CONTROLLERS:PATH" as the probe does: the v2 hierarchy first, unless the process
 * is at its root, then the v1 controllers in order of preference.
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

/* Path of the directory with this inode in the v2 tree at mount; NULL: none. The caller frees. */
static char *path_of_inode(const char *mount, ino_t ino)
{
	char *const paths[] = { (char *)mount, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	char *found = NULL;
	FTSENT *ent;

	while (fts && !found && (ent = fts_read(fts)))
		if (ent->fts_info == FTS_D && ent->fts_statp->st_ino == ino)
			found = ct_xstrdup(ent->fts_path + strlen(mount));
	if (fts)
		fts_close(fts);
	return found;
}

/*
 * Path of our cgroup namespace's root in the host's cgroup tree, which is mounted below
 * ct_host__root(); "": it is the host's root. Looked up once.
 */
static const char *namespace_root(void)
{
	static char *known;
	struct ct_cgroup_mounts m;
	struct stat ns, own;
	struct statfs fs;

	if (known)
		return known;
	if (ct_cgroup_mounts__find(&m))
		return "";
	if (*ct_host__root() && !stat("/proc/self/ns/cgroup", &ns) &&
	    ns.st_ino != CT_INIT_CGROUPNS && m.v2[0] && !stat("/sys/fs/cgroup", &own) &&
	    !statfs("/sys/fs/cgroup", &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		known = path_of_inode(m.v2, own.st_ino);
	if (!known)
		known = ct_xstrdup("");
	return known;
}

char *ct_cgroup_path__resolve(const char *root, const char *path)
{
	size_t up = strlen(root);

	for (; !strncmp(path, "/..", 3) && (path[3] == '/' || !path[3]); path += 3)
		while (up && root[--up] != '/')
			;
	if (!strcmp(path, "/") && up)
		path = "";
	return up || *path ? ct_xasprintf("%.*s%s", (int)up, root, path) : ct_xstrdup("/");
}

int ct_cgroup_path__of_pid(int pid, char **path)
{
	ct_autofree char *file = ct_host__proc(pid, "cgroup"), *text = NULL;
	static const char deleted[] = " (deleted)";
	char *best = NULL;
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
	/* The kernel appends this to the path of a cgroup that is gone. */
	len = strlen(best);
	if (len > strlen(deleted) && ct_str_ends(best, deleted))
		len -= strlen(deleted);
	best[len] = '\0';
	*path = *namespace_root() ? ct_cgroup_path__resolve(namespace_root(), best) :
				    ct_xstrdup(best);
	return 0;
}
