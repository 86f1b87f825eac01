/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cgroups that a test makes, for what is seen of the whole machine: others do the same beside it,
 * be it the same test of another build.
 */
#ifndef CT_UNIT_CGROUP_H
#define CT_UNIT_CGROUP_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"

/* A cgroup of its own in the v2 tree. */
struct group {
	char *dir;
	uint64_t id;
};

static void leave(struct group *g)
{
	if (g->dir)
		rmdir(g->dir);
	free(g->dir);
}
#define autogroup __attribute__((cleanup(leave))) struct group

static bool make(struct group *g, const char *name)
{
	char where[4096], type[64];
	bool found = false;
	struct stat st;
	FILE *mounts = fopen("/proc/self/mounts", "r");

	while (mounts && !found && fscanf(mounts, "%*s %4095s %63s %*[^\n]", where, type) == 2)
		found = !strcmp(type, "cgroup2");
	if (mounts)
		fclose(mounts);
	if (!found)
		return false;
	g->dir = ct_xasprintf("%s/captrim-unit-%d-%s", where, (int)getpid(), name);
	if (mkdir(g->dir, 0755) || stat(g->dir, &st))
		return false;
	g->id = st.st_ino;
	return true;
}

/* Calls the function in a process in the cgroup; returns whether all went well. */
static bool run_within(const struct group *g, void (*fn)(int), int arg)
{
	ct_autofree char *procs = ct_xasprintf("%s/cgroup.procs", g->dir);
	pid_t pid = fork();
	int status;

	if (!pid) {
		int fd = open(procs, O_WRONLY | O_CLOEXEC);

		if (write(fd, "0", 1) != 1)
			_exit(1);
		fn(arg);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

#endif
