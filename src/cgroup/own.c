/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cgroup/dir.h"
#include "cgroup/hierarchy.h"
#include "ct/event.h"

/* Our own path in the hierarchy: "0::/x" for v2, else the line that names the controller. */
static char *own_path(bool v2, const char *v1_mount)
{
	ct_autofclose FILE *f = fopen("/proc/self/cgroup", "re");
	const char *controller = strrchr(v1_mount, '/');
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (v2 ? !strncmp(line, "0:", 2) :
			 controller && ct_controllers__have(list + 1, controller + 1))
			return ct_xstrdup(path);
	}
	return ct_xstrdup("/");
}

/* number: 0 at first; with each further one another name is tried. */
static int make_numbered(struct ct_own_cgroup *c, const char *mount, const char *parent,
			 uint64_t tag, int number)
{
	const char *sep = !strcmp(parent, "/") ? "" : parent;
	ct_autofree char *suffix = number ? ct_xasprintf("-%d", number) : ct_xstrdup("");
	ct_autofree char *path = ct_xasprintf("%s/captrim-%d%s", sep, getpid(), suffix);
	ct_autofree char *dir = ct_xasprintf("%s%s", mount, path);
	struct stat st;

	if (mkdir(dir, 0755) || stat(dir, &st))
		return -errno;
	c->id = st.st_ino | tag;
	c->path = ct_steal(path);
	c->dir = ct_steal(dir);
	return 0;
}

#define NAMES 100

/*
 * A captrim in another PID namespace may have our PID, and one that was killed may have left
 * processes behind: in their cgroup, what they do would count for our command.
 */
static int try_make(struct ct_own_cgroup *c, const char *mount, const char *parent, uint64_t tag)
{
	int ret = -EEXIST;

	for (int number = 0; number < NAMES && ret == -EEXIST; number++)
		ret = make_numbered(c, mount, parent, tag, number);
	return ret;
}

/*
 * Removes what killed captrims left behind; rmdir refuses cgroups in which something still runs. A
 * cgroup younger than a minute may belong to a captrim in another PID namespace that has not moved
 * its command in yet.
 */
static void remove_stale(const char *mount, const char *parent)
{
	ct_autofree char *name = ct_xasprintf("%s%s", mount, parent);
	DIR *d = opendir(name);
	struct dirent *ent;

	while (d && (ent = readdir(d))) {
		ct_autofree char *dir = NULL;
		struct stat st;
		int pid;

		if (sscanf(ent->d_name, "captrim-%d", &pid) != 1 || !kill(pid, 0) || errno != ESRCH)
			continue;
		dir = ct_xasprintf("%s/%s", name, ent->d_name);
		if (!stat(dir, &st) && st.st_ctime + 60 < time(NULL))
			ct_cgroup_dir__remove(dir);
	}
	if (d)
		closedir(d);
}

int ct_own_cgroup__make(struct ct_own_cgroup *c, struct ct_err *err)
{
	struct ct_cgroup_mounts m;
	const char *mount;
	uint64_t tag;
	int ret;

	ret = ct_cgroup_mounts__find(&m);
	if (ret)
		return ct_err__set(err, -ret, "cannot read what is mounted: %s", strerror(-ret));
	mount = m.v2[0] ? m.v2 : m.v1;
	tag = m.v2[0] ? 0 : CT_CGROUP_V1;
	if (!mount[0])
		return ct_err__set(err, ENOENT,
				   "no cgroup file system is mounted: mount one, as in "
				   "'mount -t cgroup2 none /sys/fs/cgroup'");
	ct_autofree char *parent = own_path(m.v2[0], m.v1);

	remove_stale(mount, parent);
	ret = try_make(c, mount, parent, tag);
	if (ret)
		ret = try_make(c, mount, "/", tag);
	if (ret)
		return ct_err__set(err, -ret, "cannot make a cgroup for the command below %s: %s%s",
				   mount, strerror(-ret),
				   ret == -EACCES || ret == -EPERM ? "; run this with sudo" : "");
	return 0;
}

int ct_own_cgroup__enter(const struct ct_own_cgroup *c, int pid, struct ct_err *err)
{
	ct_autofree char *procs = ct_xasprintf("%s/cgroup.procs", c->dir);
	ct_autoclose int fd = open(procs, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || dprintf(fd, "%d", pid) < 0)
		return ct_err__set(err, errno, "cannot move the command into %s: %s", c->dir,
				   strerror(errno));
	return 0;
}

int ct_own_cgroup__processes(const struct ct_own_cgroup *c)
{
	return c->dir ? ct_cgroup_dir__each(c->dir, NULL, NULL) : 0;
}

void ct_own_cgroup__signal(const struct ct_own_cgroup *c, int sig)
{
	if (c->dir)
		ct_cgroup_dir__signal(c->dir, sig);
}

static void move_to(void *arg, int pid)
{
	ct_autoclose int fd = open(arg, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!dprintf(fd, "%d", pid);
}

void ct_own_cgroup__remove(struct ct_own_cgroup *c)
{
	if (!c->dir)
		return;
	ct_autofree char *parent = ct_xasprintf("%s/../cgroup.procs", c->dir);

	/* The kernel may count a process for some milliseconds after its end. */
	for (int i = 0; i < 50 && !access(c->dir, F_OK); i++) {
		ct_cgroup_dir__each(c->dir, move_to, parent);
		ct_cgroup_dir__remove(c->dir);
		if (!access(c->dir, F_OK))
			usleep(10000);
	}
	free(c->dir);
	free(c->path);
	*c = (struct ct_own_cgroup){};
}
