/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim rehearse: refuse everything outside of the advice in place, and watch. */
#include "rehearse/rehearse.h"

#include <errno.h>
#include <string.h>

#include "base/outfile.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "model/identity.h"

static struct ct_rehearse_opts ro;
static struct ct_strlist cap_add;
static const char *pid_text, *out_path;
static bool strict, generous;
static int format;
static const char *const formats[] = { "text", "json", NULL };

static const struct ct_opt opts[] = {
	{ 'c', "container", "NAME|ID", CT_OPT_STR, &ro.confined.container, NULL,
	  "a running container" },
	{ 'p', "pid", "PID", CT_OPT_STR, &pid_text, NULL,
	  "the workload that this process belongs to" },
	{ 0, "cgroup", "PATH", CT_OPT_STR, &ro.confined.cgroup, NULL,
	  "a control group and everything below it" },
	{ 0, "cap-add", "SET", CT_OPT_LIST, &cap_add, NULL,
	  "capabilities to keep, separated by commas, or none" },
	CT_ROW_STRICT(&strict),
	CT_ROW_GENEROUS(&generous),
	{ 0, "for", "TIME", CT_OPT_DURATION, &ro.for_ns, NULL,
	  "for how long (30s, 10m, 2h); without it, until Ctrl-C" },
	{ 0, "check", "COMMAND", CT_OPT_STR, &ro.check, NULL,
	  "a shell command that fails when something is wrong" },
	{ 0, "every", "TIME", CT_OPT_DURATION, &ro.every_ns, NULL,
	  "time between two runs of --check (5s)" },
	{ 0, "log-only", NULL, CT_OPT_FLAG, &ro.log_only, NULL,
	  "refuse nothing, only count what would have been refused; needs no BPF LSM" },
	{ 0, "format", "FORMAT", CT_OPT_CHOICE, &format, formats, "how to write the report" },
	CT_ROW_OUTPUT(&out_path, "the report"),
	CT_ROW_BACKEND(&ro.backend),
	CT_ROW_BTF,
	CT_ROW_SOCKET(&ro.socket),
	CT_ROW_QUIET(&ro.quiet),
	{ .name = NULL },
};

const struct ct_command ct_rehearse_command = {
	.name = "rehearse",
	.args = "[OPTION]... -c NAME [FILE]...",
	.summary =
		"refuse a running workload every capability outside of a recommendation, and watch",
	.details =
		"FILE is a recording. The workload keeps what it advises and what --cap-add\n"
		"names; every other capability is refused. Refusing ends at the first sign of\n"
		"trouble: --check fails, the main process ends, the container becomes unhealthy,\n"
		"or captrim itself ends. The exit status is 0 if there was no trouble, else 1.",
	.opts = opts,
};

static int parse_names(const char *names, uint64_t *set, struct ct_err *err)
{
	ct_autofree char *copy = ct_xstrdup(names);
	char *rest = NULL;

	for (char *w = strtok_r(copy, ", ", &rest); w; w = strtok_r(NULL, ", ", &rest)) {
		uint64_t one = 0;

		if (strcasecmp(w, "none") && ct_caps__parse_one(w, &one)) {
			ct_autofree char *shown = ct_printable(w);

			return ct_err__set(
				err, EINVAL,
				"unknown capability '%s'; 'captrim explain' lists them all", shown);
		}
		*set |= one;
	}
	return 0;
}

static int parse_target(struct ct_err *err)
{
	int n = !!ro.confined.container + !!ro.confined.cgroup + !!pid_text;

	if (n != 1)
		return ct_err__set(err, EINVAL, "rehearse %s one of -c, -p and --cgroup",
				   n ? "takes only" : "needs");
	return pid_text ? ct_cmd__pid(pid_text, &ro.confined.pid, err) : 0;
}

static void keep(const struct ct_advice *a)
{
	ct_autofree char *gaps = ct_advice__gaps_text(a);

	if (gaps)
		ct_warn("INCOMPLETE: %s", gaps);
	ro.keep |= a->cap_add;
}

static void say_several(size_t n)
{
	ct_autofree char *name = ct_printable(ro.confined.container);
	ct_autofree char *caps = ct_caps__join(ro.keep, " ", "");

	ct_warn("%zu recorded workloads are called '%s'; what any of them needs is kept, "
		"which makes the set %s",
		n, name, *caps ? caps : "none");
}

/*
 * Keeps what the recordings advise for this workload. If only one workload was recorded, its name
 * does not matter. A service of a project and another container may have the same name; which of
 * them runs now is not known here.
 */
static int add_advised(const struct ct_strlist *files, enum ct_mode mode, struct ct_err *err)
{
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	struct ct_str names = {};
	size_t n = 0;
	int ret = ct_cmd__load(files, &(struct ct_judge_opts){ .mode = mode }, &s, &r, err);

	if (ret)
		return ret;
	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_workload *w = r->advices[i].workload;

		ct_str__addf(&names, "%s%s", i ? ", " : "", ct_workload__label(w));
		if (r->nadvices > 1 && !ct_workload__is_called(w, ro.confined.container))
			continue;
		keep(&r->advices[i]);
		n++;
	}
	if (n > 1)
		say_several(n);
	ct_autofree char *shown = ct_printable(names.s ? names.s : "nothing");

	ct_str__free(&names);
	if (n)
		return 0;
	return ct_err__set(err, ENOENT,
			   "several workloads were recorded: %s; name one of them with -c, or give "
			   "the set with --cap-add",
			   shown);
}

static int prepare(const struct ct_strlist *files, enum ct_mode mode, struct ct_err *err)
{
	int ret = 0;

	for (size_t i = 0; i < cap_add.len && !ret; i++)
		ret = parse_names(cap_add.items[i], &ro.keep, err);
	if (!ret && files->len)
		ret = add_advised(files, mode, err);
	return ret;
}

static int rehearse(struct ct_err *err)
{
	struct ct_rehearsal r = {};
	int ret = out_path ? ct_outfile__check(out_path, err) : 0;

	if (!ret)
		ret = ct_rehearse(&ro, &r, err);
	if (ret)
		return ret;
	ret = ct_rehearsal__print(&r, format == 1, out_path, err);
	if (!ret && r.end == CT_REHEARSE_TROUBLE)
		ret = 1;
	ct_rehearsal__free(&r);
	return ret;
}

int ct_cmd__rehearse(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_strlist files = {};
	enum ct_mode mode = CT_MODE_DEFAULT;
	int ret;

	ro.every_ns = 5000000000ull;
	ret = ct_opts__parse(&ct_rehearse_command, argc, argv, &files, &err);
	if (ret > 0)
		return 0;
	if (!ret)
		ret = parse_target(&err);
	if (!ret)
		ret = ct_cmd__check_command(ro.check, &err);
	if (!ret && !files.len && !cap_add.len)
		ret = ct_err__set(&err, EINVAL,
				  "rehearse needs a recording or --cap-add (which may be 'none')");
	if (!ret)
		ret = ct_cmd__mode(strict, generous, &mode, &err);
	if (ret) {
		ct_strlist__free(&files);
		return ct_cmd__usage(&ct_rehearse_command, &err);
	}
	ret = prepare(&files, mode, &err);
	if (!ret)
		ret = rehearse(&err);
	if (ret < 0)
		ct_warn("%s", err.msg);
	ct_strlist__free(&files);
	ct_strlist__free(&cap_add);
	return ret ? CT_EXIT_FAILURE : 0;
}
