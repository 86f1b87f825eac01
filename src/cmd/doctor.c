/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim doctor: what this host offers and lacks, and how to mend that. */
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "emit/common.h"
#include "kern/host_facts.h"
#include "kern/probe.h"
#include "kern/refuse.h"
#include "kern/rights.h"
#include "model/caps.h"
#include "monitor/opener_list.h"
#include "monitor/privileges_here.h"
#include "runtime/runtime.h"

static bool privileges, report;

static const struct ct_opt opts[] = {
	CT_ROW_BTF,
	{ 0, "privileges", NULL, CT_OPT_FLAG, &privileges, NULL,
	  "find out, by trying, which capabilities captrim monitor needs here" },
	{ 0, "report", NULL, CT_OPT_FLAG, &report, NULL,
	  "add what a bug report should contain; nothing of it is secret" },
	{ .name = NULL },
};

const struct ct_command ct_doctor_command = {
	.name = "doctor",
	.args = "",
	.summary = "say what this host offers and lacks, and how to fix that",
	.details = "The exit status is 0 if at least one attach type for cap_capable works.",
	.opts = opts,
};

#define BACKENDS 8

/* Text is folded for a terminal alone: scripts look at lines. */
static void line(bool good, const char *what, const char *cure)
{
	ct_autofree char *text = ct_xasprintf("%s%s%s", what, good || !cure ? "" : ": ",
					      good || !cure ? "" : cure);
	struct ct_term term = ct_term__of(stdout, CT_COLOR_NEVER);

	printf("%-4s ", good ? "ok" : "no");
	ct_emit__fold(stdout, text, isatty(STDOUT_FILENO) ? term.width : INT_MAX, 5, "     ");
}

static int check_backends(void)
{
	struct ct_backend_try tries[BACKENDS];
	size_t n = 0;
	int works = 0;

	for (; n < BACKENDS && ct_backend_names[n]; n++) {
		ct_probe__try(ct_backend_names[n], &tries[n]);
		works += !tries[n].err;
	}
	for (size_t i = 0; i < n; i++) {
		const struct ct_backend_try *t = &tries[i];

		if (!t->err)
			printf("ok   backend %s\n", t->name);
		else
			printf("%s   backend %s: %s failed: %s%s\n", works ? "--" : "no", t->name,
			       t->step, strerror(t->err), works ? " (one is enough)" : "");
	}
	return works;
}

static void check_probe(void)
{
	static const char *const one_call[] = { "capset", NULL };
	struct ct_probe_opts o = { .syscalls = one_call, .outcomes = true };
	ct_autoerr struct ct_err err = {}, unwatched = {};
	struct ct_probe *p = NULL;
	static const char *const layouts[] = { "?", "v1", "v2", "hybrid v1 and v2" };

	/* The tracepoints' numbers are read from tracefs, which not every user may do. */
	if (ct_probe__open(&o, &p, &unwatched)) {
		o.syscalls = NULL;
		if (ct_probe__open(&o, &p, &err)) {
			printf("no   recording: %s\n", err.msg);
			return;
		}
	}
	printf("ok   captrim would use %s; control groups: %s\n", ct_probe__backend(p),
	       layouts[ct_probe__cgroup_layout(p)]);
	line(ct_probe__fingerprints(p), "call sites distinguished without a stack per check",
	     "call paths need a full stack trace per check, which costs about a microsecond");
	line(ct_probe__watches_syscalls(p), "ends of system calls (needs without a check)",
	     unwatched.msg ? unwatched.msg :
			     "no tracepoints for system calls (CONFIG_FTRACE_SYSCALLS)");
	if (ct_probe__watches_syscalls(p))
		line(ct_probe__watches_comparisons(p),
		     "looks into processes outside of the workload, and changes of their priority",
		     "functions cannot be traced here, so only those are seen that a call's path "
		     "or "
		     "number tells: a need of SYS_PTRACE may be missed where a symbolic link or "
		     "hidepid leads there; captrim verify finds out");
	ct_probe__close(p);
}

static void check_refusing(void)
{
	ct_autoerr struct ct_err err = {};

	if (ct_refuser__try(&err))
		printf("no   rehearse: %s\n", err.msg);
	else
		printf("ok   rehearse can refuse capabilities (BPF LSM)\n");
}

static void check_docker(void)
{
	ct_autoerr struct ct_err err = {};
	struct ct_engine *e = NULL;
	int ret = ct_runtimes__connect(NULL, &e, &err);

	if (ret) {
		/* The message contains the address, which may include a password. */
		printf("no   container API: %s (names of containers will be missing)\n",
		       report ? strerror(-ret) : err.msg);
		return;
	}
	ct_autofree char *server = ct_printable(e->server);

	printf("ok   container API: %s\n", server);
	ct_engine__close(e);
}

static void show_line(void *arg, const char *what, const char *pattern)
{
	(void)arg;
	printf("       %-16s %s\n", what, pattern);
}

static void show_fact(void *arg, const char *what, const char *value)
{
	(void)arg;
	printf("     %s: %s\n", what, value);
}

/* Prints exactly what the daemon needs on this host, and the lines of a unit that give it. */
static void show_privileges(void)
{
	static const char *const holders[] = { "loader", "opener", "daemon" };
	static const char *const words[] = { "?  ", "no ", "yes" };
	uint64_t unit = 0;

	for (const struct ct_privilege *p = ct_privileges_here__find(); p->what; p++) {
		printf("%s  %s  %-20s %s\n", words[p->needed + 1], holders[p->holder],
		       ct_cap__name(p->cap), p->what);
		if (p->needed != CT_NO)
			unit |= 1ull << p->cap;
	}
	ct_autofree char *names = ct_caps__join(unit, " ", "CAP_");

	printf("\nAmbientCapabilities=%s\nCapabilityBoundingSet=%s\n\nThe opener opens these, and "
	       "nothing else:\n",
	       names, names);
	ct_opener_list__each(show_line, NULL);
	if (geteuid())
		printf("\n?: run this as root to find out\n");
}

int ct_cmd__doctor(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	struct utsname u;
	int ret = ct_opts__parse(&ct_doctor_command, argc, argv, &words, &err), works;

	if (ret > 0)
		return 0;
	if (!ret && words.len)
		ret = ct_err__set(&err, 22, "doctor takes no arguments");
	if (!ret && privileges && report)
		ret = ct_err__set(&err, 22, "--privileges and --report exclude each other");
	ct_strlist__free(&words);
	if (ret)
		return ct_cmd__usage(&ct_doctor_command, &err);
	if (privileges) {
		show_privileges();
		return 0;
	}
	uname(&u);
	printf("     captrim %s, Linux %s, %s\n", CT_VERSION, u.release, u.machine);
	line(!geteuid(), "running as root",
	     ct_rights__lacking(CT_RIGHTS_WATCH) ?
		     "use sudo; without root captrim can only judge recordings" :
		     "captrim monitor, record, trace and top work with what --privileges prints; "
		     "the others want sudo");
	ret = ct_btf__check(&err);
	line(!ret, "BTF of the kernel", err.msg);
	works = check_backends();
	if (works)
		check_probe();
	if (!geteuid())
		check_refusing();
	check_docker();
	if (report) {
		printf("     features: %s\n", CT_FEATURES);
		ct_host_facts__each(show_fact, NULL);
	}
	return works ? 0 : CT_EXIT_FAILURE;
}
