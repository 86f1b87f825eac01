/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup/dir.h"

#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"

int ct_cgroup_dir__each(const char *dir, void (*fn)(void *arg, int pid), void *arg)
{
	char *const paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *ent;
	int n = 0;

	while (fts && (ent = fts_read(fts))) {
		if (ent->fts_info != FTS_D)
			continue;
		ct_autofree char *procs = ct_xasprintf("%s/cgroup.procs", ent->fts_path);
		ct_autofclose FILE *f = fopen(procs, "re");
		int pid;

		/* The kernel writes 0 for a process that has no PID in our namespace. */
		while (f && fscanf(f, "%d", &pid) == 1) {
			n++;
			if (fn && pid > 0)
				fn(arg, pid);
		}
	}
	if (fts)
		fts_close(fts);
	return n;
}

static void send_signal(void *arg, int pid)
{
	kill(pid, *(int *)arg);
}

int ct_cgroup_dir__signal(const char *dir, int sig)
{
	return ct_cgroup_dir__each(dir, sig ? send_signal : NULL, &sig);
}

static void note_process(void *arg, int pid)
{
	*(int *)arg = pid;
}

int ct_cgroup_dir__process(const char *dir)
{
	int pid = 0;

	ct_cgroup_dir__each(dir, note_process, &pid);
	return pid;
}

void ct_cgroup_dir__remove(const char *dir)
{
	char *const paths[] = { (char *)dir, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *ent;

	while (fts && (ent = fts_read(fts)))
		if (ent->fts_info == FTS_DP)
			(void)rmdir(ent->fts_path);
	if (fts)
		fts_close(fts);
}
