/* SPDX-License-Identifier: GPL-2.0-only */
#include "rehearse/confined.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/host_root.h"
#include "cgroup/cgroups.h"
#include "cgroup/dir.h"
#include "cgroup/path.h"
#include "runtime/runtime.h"

void ct_confined__free(struct ct_confined *t)
{
	free(t->id);
	free(t->path);
	free(t->dir);
	*t = (struct ct_confined){};
}

/* The process may be in a cgroup below that of its workload, which is the one that counts. */
static int from_pid(int pid, struct ct_confined *t, struct ct_err *err)
{
	ct_autofree char *path = NULL;
	struct ct_cgroup_name name;
	int ret = ct_cgroup_path__of_pid(pid, &path);

	if (ret) {
		ct_err__set(err, -ret, "no process %d: %s", pid, strerror(-ret));
		return ret;
	}
	ct_runtimes__classify(path, &name);
	t->path = ct_xstrndup(path, name.root_len);
	t->pid = pid;
	return 0;
}

static int from_container(const char *name, struct ct_engine *e, struct ct_confined *t,
			  struct ct_err *err)
{
	ct_autofree char *id = NULL, *shown = ct_printable(name);
	int pid, ret = ct_engine__find(e, name, &id, &pid, err);

	if (!ret && pid <= 0)
		ret = ct_err__set(err, ESRCH, "container %s is not running", shown);
	return ret ? ret : from_pid(pid, t, err);
}

/* "/a/../b" and "/a//b" are other cgroups than they look like. */
static bool is_plain(const char *path)
{
	for (const char *part = path + 1; *path; part = path + 1) {
		path = part + strcspn(part, "/");
		if ((part == path && *path) || (path - part == 1 && *part == '.') ||
		    (path - part == 2 && !strncmp(part, "..", 2)))
			return false;
	}
	return true;
}

static int check(struct ct_confined *t, struct ct_err *err)
{
	ct_autofree char *own = NULL, *shown = ct_printable(t->path);

	if (!is_plain(t->path))
		return ct_err__set(err, EINVAL,
				   "cgroup %s: write its path without '.', '..' and doubled "
				   "slashes",
				   shown);
	if (!strcmp(t->path, "/"))
		return ct_err__set(err, EINVAL,
				   "the root of the control groups is not a workload: start it in "
				   "a container, a unit or a cgroup");
	if (!ct_cgroup_path__of_pid(getpid(), &own) && ct_cgroup_path__below(own, t->path))
		return ct_err__set(err, EINVAL,
				   "captrim itself runs in %s: start it from another session",
				   shown);
	return 0;
}

/* The bounding set of a process, 0 if it cannot be read. */
static uint64_t bounding_of(int pid)
{
	ct_autofree char *path = ct_host__proc(pid, "status");
	FILE *f = fopen(path, "re");
	unsigned long long set = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "CapBnd: %llx", &set) != 1)
		continue;
	if (f)
		fclose(f);
	return set;
}

/*
 * Reads the user namespace and the bounding set of t->pid, or of any process in the cgroup if that
 * is 0. If such a process is gone by then, another one is tried.
 */
static int look_at_process(struct ct_confined *t)
{
	for (int tries = 0; tries < 50; tries++) {
		int which = t->pid ? t->pid : ct_cgroup_dir__process(t->dir);
		ct_autofree char *ns = ct_xasprintf("/proc/%d/ns/user", which);
		struct stat st;

		if (which && !stat(ns, &st)) {
			t->userns = st.st_ino;
			t->given = bounding_of(which);
			return 0;
		}
		if (!which || t->pid)
			break;
	}
	return -ESRCH;
}

static int look_inside(const struct ct_cgroups *all, struct ct_confined *t, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(t->path);
	int ret = ct_cgroups__find(all, t->path, &t->dir, &t->cgroup);
	struct stat own;

	if (ret)
		return ct_err__set(err, -ret, "no cgroup %s", shown);
	if (look_at_process(t))
		return ct_err__set(err, ESRCH, "no process runs in cgroup %s", shown);
	t->host_userns = !stat("/proc/self/ns/user", &own) && own.st_ino == t->userns;
	return 0;
}

int ct_confined__find(const struct ct_confined_name *name, struct ct_engine *e,
		      struct ct_confined *out, struct ct_err *err)
{
	struct ct_cgroups *all = ct_cgroups__new();
	struct ct_cgroup_name classified;
	struct ct_confined t = {};
	int ret = 0;

	if (name->container)
		ret = from_container(name->container, e, &t, err);
	else if (name->pid)
		ret = from_pid(name->pid, &t, err);
	else
		t.path = ct_cgroups__plain(all, name->cgroup);
	if (!ret)
		ret = check(&t, err);
	if (!ret)
		ret = look_inside(all, &t, err);
	ct_cgroups__free(all);
	if (ret) {
		ct_confined__free(&t);
		return ret;
	}
	ct_runtimes__classify(t.path, &classified);
	t.id = ct_xstrdup(classified.id);
	t.container = name->container || classified.kind == CT_WL_CONTAINER;
	*out = t;
	return 0;
}
