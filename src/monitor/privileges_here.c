/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/privileges_here.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/util.h"
#include "kern/probe.h"
#include "kern/rights.h"
#include "monitor/privileges.h"
#include "runtime/runtime.h"

#define NOBODY 65534

static struct ct_privilege found[] = {
	{ CAP_BPF, CT_HOLDER_LOADER, CT_UNKNOWN, "loading the probe" },
	{ CAP_PERFMON, CT_HOLDER_LOADER, CT_UNKNOWN,
	  "attaching it, and reading the kernel's memory" },
	{ CAP_SYSLOG, CT_HOLDER_LOADER, CT_UNKNOWN,
	  "addresses of kernel functions (kernel.kptr_restrict, kernel.perf_event_paranoid)" },
	{ CAP_SYS_ADMIN, CT_HOLDER_LOADER, CT_NO,
	  "watching the ends of system calls, where no tracefs is mounted at /sys/kernel/tracing" },
	{ CAP_SYS_PTRACE, CT_HOLDER_OPENER, CT_UNKNOWN,
	  "roots, programs and namespaces of others' processes (/proc/PID/root, exe, cwd, ns)" },
	{ CAP_DAC_READ_SEARCH, CT_HOLDER_OPENER, CT_UNKNOWN,
	  "what runtimes keep of their containers, which root alone may read" },
	{ CAP_BPF, CT_HOLDER_DAEMON, CT_UNKNOWN,
	  "reading maps, on Linux before 5.19 with kernel.unprivileged_bpf_disabled" },
	{ .what = NULL },
};

/* Does fn succeed for an ordinary user with these capabilities? In a process of its own. */
static enum ct_tristate works_with(uint64_t caps, bool (*fn)(void))
{
	int status, pid = fork();

	if (!pid) {
		ct_autoerr struct ct_err err = {};
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setresgid(NOBODY, NOBODY, NOBODY) ||
		    setresuid(NOBODY, NOBODY, NOBODY) || ct_privileges__limit(caps, &err) ||
		    (caps & ~ct_rights__held()))
			_exit(2);
		_exit(!fn());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > 1)
		return CT_UNKNOWN;
	return WEXITSTATUS(status) ? CT_NO : CT_YES;
}

static bool loads(void)
{
	const struct ct_probe_opts opts = {};
	ct_autoerr struct ct_err err = {};
	struct ct_probe *p = NULL;
	bool ok = !ct_probe__open(&opts, &p, &err);

	ct_probe__close(p);
	return ok;
}

/* The child opens the probe, drops everything, and tries to read the maps. */
static bool reads_without(void)
{
	const struct ct_probe_opts opts = {};
	ct_autoerr struct ct_err err = {};
	struct ct_probe *p = NULL;

	return !ct_probe__open(&opts, &p, &err) && !ct_privileges__limit(0, &err) &&
	       ct_probe__is_readable(p);
}

/* The pid of a process of another user than the child, as most are. */
static int others;

static bool sees_others(void)
{
	ct_autofree char *root = ct_xasprintf("/proc/%d/root", others);

	return open(root, O_PATH) >= 0;
}

/* May the directories of the pattern be searched? What does not exist needs nothing. */
static bool reads_place(const char *pattern)
{
	ct_autofree char *dir = ct_xstrdup(pattern);

	dir[strcspn(dir, "%*")] = '\0';
	for (char *slash = dir; (slash = strchr(slash + 1, '/'));) {
		struct stat st;
		bool there;

		*slash = '\0';
		there = !stat(dir, &st);
		if (there && faccessat(AT_FDCWD, dir, X_OK, AT_EACCESS))
			return false;
		*slash = '/';
		if (!there)
			return true;
	}
	return true;
}

static bool reads_places(void)
{
	ct_runtimes__for_each(type)
		for (const struct ct_bundle_place *p = type->bundles; p && p->pattern; p++)
			if (!reads_place(p->pattern))
				return false;
	return true;
}

/* A capability is needed if fn fails without it and works with it. */
static enum ct_tristate is_needed(uint64_t with, int cap, bool (*fn)(void))
{
	enum ct_tristate without = works_with(with & ~(1ull << cap), fn);

	if (without != CT_NO)
		return without == CT_YES ? CT_NO : CT_UNKNOWN;
	return works_with(with, fn) == CT_YES ? CT_YES : CT_UNKNOWN;
}

const struct ct_privilege *ct_privileges_here__find(void)
{
	others = getpid();
	for (struct ct_privilege *p = found; p->what; p++) {
		if (p->holder == CT_HOLDER_DAEMON) {
			enum ct_tristate without = works_with(CT_RIGHTS_WATCH, reads_without);

			p->needed = without == CT_UNKNOWN ? CT_UNKNOWN : !without;
		} else if (p->cap == CAP_SYS_PTRACE) {
			p->needed = is_needed(CT_OPENER_CAPS, p->cap, sees_others);
		} else if (p->cap == CAP_DAC_READ_SEARCH) {
			p->needed = is_needed(CT_OPENER_CAPS, p->cap, reads_places);
		} else if (p->cap != CAP_SYS_ADMIN) {
			p->needed = is_needed(CT_RIGHTS_WATCH, p->cap, loads);
		}
	}
	return found;
}
