/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim record: watch what already runs, and write a recording to a file. */
#include <errno.h>
#include <string.h>

#include "base/host_root.h"
#include "base/outfile.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "judge/seccomp.h"
#include "model/pod.h"
#include "model/recording.h"
#include "record/recorder.h"
#include "runtime/runtime.h"
#include "runtime/user_unit.h"

static struct ct_strlist containers, units, pids;
static const char *space, *pod, *selector, *cri;
static const char *out_path, *backend, *socket_path, *host_root, *project, *user;
static int detail;
static bool all, restart, quiet, no_syscalls;
static uint64_t duration;

static const struct ct_opt opts[] = {
	{ 'c', "container", "NAME|ID", CT_OPT_LIST, &containers, NULL,
	  "a running container; may be given more than once" },
	{ 'p', "pid", "PID", CT_OPT_LIST, &pids, NULL,
	  "the workload that this process belongs to" },
	{ 'u', "unit", "UNIT", CT_OPT_LIST, &units, NULL, "a systemd unit" },
	CT_ROW_USER(&user),
	{ 0, "project", "NAME", CT_OPT_STR, &project, NULL,
	  "the containers of this Compose project, also those that start later" },
	{ 'n', "namespace", "NAME", CT_OPT_STR, &space, NULL,
	  "the pods of this Kubernetes namespace, also those that start later" },
	{ 0, "pod", "NAME", CT_OPT_STR, &pod, NULL,
	  "pods with this name, or of the Deployment, Job or the like with this name" },
	{ 'l', "selector", "LABELS", CT_OPT_STR, &selector, NULL,
	  "pods with these labels (app=web,tier!=test)" },
	{ 0, "cri", "SOCKET", CT_OPT_STR, &cri, NULL,
	  "ask the CRI at this socket for names and labels of pods" },
	{ 0, "all", NULL, CT_OPT_FLAG, &all, NULL, "everything on this host" },
	{ 0, "restart", NULL, CT_OPT_FLAG, &restart, NULL,
	  "restart the workload once it is watched, so that its start is seen" },
	{ 'd', "duration", "TIME", CT_OPT_DURATION, &duration, NULL,
	  "for how long (30s, 5m, 2h); without it, until Ctrl-C" },
	CT_ROW_OUTPUT(&out_path, "the recording"),
	CT_ROW_BACKEND(&backend),
	CT_ROW_BTF,
	CT_ROW_DETAIL(&detail),
	CT_ROW_SOCKET(&socket_path),
	CT_ROW_HOST_ROOT(&host_root),
	CT_ROW_NO_SYSCALLS(&no_syscalls),
	CT_ROW_QUIET(&quiet),
	{ .name = NULL },
};

const struct ct_command ct_record_command = {
	.name = "record",
	.args = "[OPTION]... -o FILE",
	.summary = "watch what is already running and keep a recording",
	.details = "Recording goes on until Ctrl-C, or for --duration. Give the file to\n"
		   "'captrim advise', on this machine or another.",
	.opts = opts,
};

static int watch_unit(struct ct_recorder *r, const char *unit, struct ct_err *err)
{
	ct_autofree char *id = NULL;
	int ret = user ? ct_user_unit__name(user, unit, &id, err) : 0;

	return ret ? ret : ct_recorder__watch_unit(r, id ?: unit, err);
}

static bool has_pods(void)
{
	return space || pod || selector;
}

static int add_targets(struct ct_recorder *r, struct ct_err *err)
{
	int ret = project ? ct_recorder__watch_running(r, err) : 0;

	if (!ret && (has_pods() || cri))
		ret = ct_recorder__watch_pods(r, err);
	for (size_t i = 0; i < containers.len && !ret; i++)
		ret = ct_recorder__watch_container(r, containers.items[i], err);
	for (size_t i = 0; i < units.len && !ret; i++)
		ret = watch_unit(r, units.items[i], err);
	for (size_t i = 0; i < pids.len && !ret; i++) {
		int pid;

		ret = ct_cmd__pid(pids.items[i], &pid, err);
		if (!ret)
			ret = ct_recorder__watch_pid(r, pid, err);
	}
	return ret;
}

static int check_pids(struct ct_err *err)
{
	int ret = 0, pid;

	for (size_t i = 0; i < pids.len && !ret; i++)
		ret = ct_cmd__pid(pids.items[i], &pid, err);
	return ret;
}

static void say_unseen(const struct ct_session *s)
{
	/* Among all that is on a host, something always does nothing. */
	for (size_t i = 0; i < s->nworkloads && !all; i++) {
		const struct ct_workload *w = s->workloads[i];
		ct_autofree char *name = ct_printable(ct_workload__label(w));

		if (!w->nkinds && !w->nacts && !w->nexecs)
			ct_warn("%s: no capability check was seen; did it run, and did it do "
				"anything?",
				name);
	}
}

/* Better said before an hour of watching than after it. */
static void say_unstarted(struct ct_recorder *r)
{
	bool several = containers.len + units.len + pids.len > 1 || project || has_pods();

	if (ct_recorder__watches_running(r))
		ct_warn("%s already running: the advice will lack what %s needed to start; "
			"--restart records that, too",
			several ? "some of these are" : "it is", several ? "they" : "it");
}

static int record(struct ct_recorder *r, struct ct_err *err)
{
	ct_autosession struct ct_session *s = NULL;

	if (add_targets(r, err) || (restart && ct_recorder__restart(r, err)))
		return -err->code;
	if (!restart && !all && !quiet)
		say_unstarted(r);
	if (ct_recorder__loop(r, duration) == -EINTR)
		return ct_err__set(err, EINTR, "aborted: nothing was written");
	s = ct_recorder__finish(r);
	/* An empty recording is easily taken for a workload that needs nothing. */
	if (!s->nworkloads)
		return ct_err__set(err, ENODATA,
				   "nothing was recorded, and nothing was written: nothing that "
				   "was asked for ran during the recording");
	if (!quiet)
		say_unseen(s);
	return ct_recording__write(s, out_path, err);
}

static int check_selector(struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(selector);

	if (ct_labels__is_selector(selector))
		return 0;
	return ct_err__set(err, EINVAL,
			   "'%s' is not a selector: give KEY=VALUE, KEY!=VALUE, KEY or !KEY, "
			   "separated by commas without spaces",
			   shown);
}

int ct_cmd__record(int argc, char **argv)
{
	struct ct_recorder_opts ro;
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	struct ct_recorder *r = NULL;
	int ret = ct_opts__parse(&ct_record_command, argc, argv, &words, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = ct_cmd__no_words(&ct_record_command, &words, "use 'run' to start a command",
				       &err);
	if (!ret && !out_path)
		ret = ct_err__set(&err, EINVAL, "record needs -o FILE");
	if (!ret && !containers.len && !units.len && !pids.len && !project && !all && !has_pods())
		ret = ct_err__set(
			&err, EINVAL,
			"record needs one of -c, -p, -u, --project, -n, --pod, -l and --all");
	if (!ret && all && (containers.len || units.len || pids.len || project || has_pods()))
		ret = ct_err__set(&err, EINVAL,
				  "--all records everything: leave it out to record only what -c, "
				  "-p, -u, --project, -n, --pod or -l names");
	if (!ret && restart && (pids.len || all || has_pods()))
		ret = ct_err__set(&err, EINVAL, "--restart works only with -c, -u and --project");
	if (!ret && selector)
		ret = check_selector(&err);
	if (!ret && user && !units.len)
		ret = ct_err__set(&err, EINVAL, "--user goes with -u");
	if (!ret)
		ret = check_pids(&err);
	ct_strlist__free(&words);
	if (ret)
		return ct_cmd__usage(&ct_record_command, &err);
	ro = (struct ct_recorder_opts){ .backend = backend,
					.detail = detail,
					.syscalls = no_syscalls ? NULL : ct_gates_watched,
					.engine = ct_engine_words__of(socket_path, NULL),
					.project = project,
					.pods = { space, pod, selector },
					.cri = cri,
					.all = all,
					.starts = restart,
					.quiet = quiet };
	ret = ct_host__use_root(host_root, &err);
	if (!ret && project)
		ret = ct_runtimes__check_here(&ro.engine, &err);
	if (!ret)
		ret = ct_outfile__check(out_path, &err);
	if (!ret)
		ret = ct_recorder__open(&ro, &r, &err);
	if (!ret)
		ret = record(r, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_recorder__close(r);
	ct_strlist__free(&containers);
	ct_strlist__free(&units);
	ct_strlist__free(&pids);
	return ret ? CT_EXIT_FAILURE : 0;
}
