/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/host_facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "base/host_root.h"
#include "base/strings.h"
#include "base/util.h"
#include "kern/rights.h"
#include "model/caps.h"

#define MAX_LINE 512

struct listener {
	void (*fn)(void *arg, const char *what, const char *value);
	void *arg;
};

/* On one line, with spaces for the tabs that some files have. */
static void tell(const struct listener *f, const char *what, const char *value)
{
	ct_autofree char *line = ct_xstrdup(value), *printable = NULL;

	for (char *c = line; *c; c++)
		if (*c == '\t')
			*c = ' ';
	printable = ct_printable(line);
	f->fn(f->arg, what, printable);
}

/* The first line of a file, or why there is none. */
static void tell_file(const struct listener *f, const char *path)
{
	ct_autofree char *here = ct_host__path(path);
	ct_autofclose FILE *file = fopen(here, "re");
	char line[MAX_LINE] = "";

	if (!file || !fgets(line, sizeof(line), file))
		snprintf(line, sizeof(line), "(%s)", file ? "empty" : strerror(errno));
	line[strcspn(line, "\n")] = '\0';
	tell(f, path, line);
}

/* The lines of a file that begin with one of these words. */
static void tell_lines(const struct listener *f, const char *path, const char *what,
		       const char *const *words)
{
	ct_autofclose FILE *file = fopen(path, "re");
	char line[MAX_LINE];

	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; words[i]; i++)
			if (!strncmp(line, words[i], strlen(words[i]))) {
				line[strcspn(line, "\n")] = '\0';
				tell(f, what, line);
			}
}

/* Not /proc/version, which also says who built it, and where. */
static void tell_system(const struct listener *f)
{
	static const char *const words[] = { "ID=", "VERSION_ID=", "VARIANT_ID=", NULL };
	ct_autofree char *path = ct_host__path("/etc/os-release");
	char line[MAX_LINE];
	struct utsname u;

	uname(&u);
	snprintf(line, sizeof(line), "%s %s, %s", u.release, u.machine, u.version);
	tell(f, "kernel", line);
	tell_lines(f, path, "system", words);
	snprintf(line, sizeof(line), "%ld of %ld", sysconf(_SC_NPROCESSORS_ONLN),
		 sysconf(_SC_NPROCESSORS_CONF));
	tell(f, "processors", line);
}

static void tell_process(const struct listener *f)
{
	static const char *const words[] = { "CapBnd:", "NoNewPrivs:", "Seccomp:", NULL };
	ct_autofree char *held = ct_caps__join(ct_rights__held(), " ", "");
	struct rlimit limit;
	char number[32];

	tell(f, "capabilities", *held ? held : "none");
	tell_lines(f, "/proc/self/status", "process", words);
	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	snprintf(number, sizeof(number), "%lld", (long long)limit.rlim_cur);
	tell(f, "RLIMIT_MEMLOCK", limit.rlim_cur == RLIM_INFINITY ? "unlimited" : number);
}

/* The functions on which the attach types and the call sites depend. */
static bool is_of_interest(const char *name)
{
	static const char *const wanted[] = {
		"cap_capable", "security_capable", "ns_capable_common",	  "ns_capable_setid",
		"capable",     "ns_capable",	   "cap_vm_enough_memory"
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(wanted); i++) {
		size_t len = strlen(wanted[i]);

		/* A compiler's copies have a dot after the name. */
		if (!strncmp(name, wanted[i], len) && (!name[len] || name[len] == '.'))
			return true;
	}
	return false;
}

/* Tells which of them are there, but not where. */
static void tell_symbols(const struct listener *f)
{
	ct_autofree char *path = ct_host__procfs("kallsyms");
	ct_autofclose FILE *file = fopen(path, "re");
	ct_autostrings struct ct_strings found = {};
	char line[MAX_LINE], name[256];
	unsigned long long addr;
	bool visible = false;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%llx %*c %255[^ \t\n]", &addr, name) == 2) {
			visible |= addr != 0;
			if (is_of_interest(name) && !ct_strings__find(&found, name))
				ct_strings__add(&found, name);
		}
	ct_autofree char *names = found.len ? ct_strings__join(found.items, " ") : NULL;

	tell(f, "symbols", names ? names : "(none)");
	tell(f, "addresses of symbols", visible ? "visible" : "hidden");
}

static bool has_option(const char *line)
{
	static const char *const wanted[] = {
		"BPF",
		"BPF_SYSCALL",
		"BPF_JIT",
		"BPF_JIT_ALWAYS_ON",
		"BPF_LSM",
		"BPF_UNPRIV_DEFAULT_OFF",
		"DEBUG_INFO_BTF",
		"DEBUG_INFO_BTF_MODULES",
		"DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
		"FTRACE_SYSCALLS",
		"FUNCTION_TRACER",
		"KALLSYMS_ALL",
		"KPROBES",
		"KPROBE_EVENTS",
		"FPROBE",
		"FUNCTION_ERROR_INJECTION",
		"SECURITY_LOCKDOWN_LSM",
		"UNWINDER_ORC",
		"UNWINDER_FRAME_POINTER",
		"COMPAT",
		"IA32_EMULATION",
		"LTO_CLANG",
		"CFI_CLANG",
		"RANDSTRUCT_NONE",
		"PREEMPT_RT",
	};
	size_t len = strcspn(line, "=");

	for (size_t i = 0; i < CT_ARRAY_SIZE(wanted); i++)
		if (strlen(wanted[i]) == len && !strncmp(line, wanted[i], len))
			return true;
	return false;
}

/* gzopen(3) reads files that are not compressed as they are. */
static gzFile open_config(void)
{
	ct_autofree char *from_kernel = ct_host__procfs("config.gz"), *name = NULL;
	gzFile file = gzopen(from_kernel, "re");
	struct utsname u;

	if (file)
		return file;
	uname(&u);
	name = ct_xasprintf("/boot/config-%s", u.release);

	ct_autofree char *path = ct_host__path(name);

	return gzopen(path, "re");
}

static void tell_config(const struct listener *f)
{
	gzFile file = open_config();
	char line[MAX_LINE];

	if (!file) {
		tell(f, "configuration", "neither /proc/config.gz nor /boot/config-* can be read");
		return;
	}
	while (gzgets(file, line, sizeof(line)))
		if (!strncmp(line, "CONFIG_", 7) && has_option(line + 7)) {
			line[strcspn(line, "\n")] = '\0';
			tell(f, "configuration", line);
		}
	gzclose(file);
}

static void tell_btf(const struct listener *f)
{
	struct stat st;
	char size[32];

	if (stat("/sys/kernel/btf/vmlinux", &st))
		snprintf(size, sizeof(size), "(%s)", strerror(errno));
	else
		snprintf(size, sizeof(size), "%lld bytes", (long long)st.st_size);
	tell(f, "BTF of the kernel", size);
}

void ct_host_facts__each(void (*fn)(void *arg, const char *what, const char *value), void *arg)
{
	static const char *const files[] = {
		"/sys/kernel/security/lsm",
		"/sys/kernel/security/lockdown",
		"/proc/sys/kernel/kptr_restrict",
		"/proc/sys/kernel/unprivileged_bpf_disabled",
		"/proc/sys/kernel/perf_event_paranoid",
		"/proc/sys/kernel/ftrace_enabled",
		"/proc/sys/net/core/bpf_jit_enable",
		"/proc/sys/net/core/bpf_jit_harden",
		"/proc/sys/user/max_user_namespaces",
		"/sys/fs/cgroup/cgroup.controllers",
		"/sys/kernel/debug/sched/preempt",
		"/sys/kernel/tracing/events/capability/cap_capable/id",
	};
	const struct listener f = { fn, arg };

	tell_system(&f);
	tell_process(&f);
	tell_btf(&f);
	for (size_t i = 0; i < CT_ARRAY_SIZE(files); i++)
		tell_file(&f, files[i]);
	tell_symbols(&f);
	tell_config(&f);
}
