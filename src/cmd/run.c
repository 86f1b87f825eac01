/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim run: watch a command and everything it starts, then say what it needed. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/amount.h"
#include "base/host_root.h"
#include "base/outfile.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "deploy/project_name.h"
#include "emit/common.h"
#include "judge/seccomp.h"
#include "model/recording.h"
#include "model/tally.h"
#include "record/launch.h"
#include "record/recorder.h"
#include "runtime/client.h"
#include "runtime/runtime.h"
#include "verify/journal.h"
#include "view/view.h"

static struct ct_emit_opts emit;
static enum ct_mode mode;
static const char *out_path, *save_path, *backend, *socket_path, *host_root;
static int format, color, detail;
static bool verbose, quiet, strict, generous, no_syscalls, containers;
static uint64_t duration;

static const struct ct_opt opts[] = {
	CT_ROW_OUTPUT(&out_path, "the advice"),
	CT_ROW_FORMAT(&format),
	{ 0, "save", "FILE", CT_OPT_STR, &save_path, NULL, "keep the recording in this file" },
	{ 0, "containers", NULL, CT_OPT_FLAG, &containers, NULL,
	  "attribute every container that starts during the run to the command" },
	{ 0, "strict", NULL, CT_OPT_FLAG, &strict, NULL,
	  "leave optional capabilities out (the default)" },
	CT_ROW_GENEROUS(&generous),
	{ 'd', "duration", "TIME", CT_OPT_DURATION, &duration, NULL,
	  "stop watching after this time (30s, 5m, 2h)" },
	CT_ROW_BACKEND(&backend),
	CT_ROW_BTF,
	CT_ROW_DETAIL(&detail),
	CT_ROW_SOCKET(&socket_path),
	CT_ROW_HOST_ROOT(&host_root),
	CT_ROW_NO_SYSCALLS(&no_syscalls),
	CT_ROW_COLOR(&color),
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &verbose, NULL,
	  "show the evidence for every capability checked" },
	CT_ROW_QUIET(&quiet),
	{ .name = NULL },
};

const struct ct_command ct_run_command = {
	.name = "run",
	.args = "[OPTION]... -- COMMAND [ARGUMENT]...",
	.summary = "run a command, watch it and every container it starts, print the advice",
	.details = "The exit status is the command's own; or 125 if captrim failed, 126 if the\n"
		   "command cannot be executed, 127 if it is not found. The first Ctrl-C ends\n"
		   "the recording and prints the result, the second one aborts.",
	.opts = opts,
	.stop_early = true,
};

int ct_cmd__usage(const struct ct_command *cmd, struct ct_err *err)
{
	ct_warn("%s", err->msg);
	fprintf(stderr, "See 'captrim %s --help'.\n", cmd->name);
	return CT_EXIT_USAGE;
}

int ct_cmd__no_words(const struct ct_command *cmd, const struct ct_strlist *words, const char *cure,
		     struct ct_err *err)
{
	ct_autofree char *shown = words->len ? ct_printable(words->items[0]) : NULL;

	return !shown ? 0 :
			ct_err__set(err, EINVAL, "%s does not take '%s'%s%s", cmd->name, shown,
				    cure ? "; " : "", cure ? cure : "");
}

int ct_cmd__mode(bool is_strict, bool is_generous, enum ct_mode *mode, struct ct_err *err)
{
	if (is_strict && is_generous)
		return ct_err__set(err, EINVAL, "--strict and --generous exclude each other");
	*mode = is_strict ? CT_MODE_STRICT : is_generous ? CT_MODE_GENEROUS : CT_MODE_DEFAULT;
	return 0;
}

int ct_cmd__pid(const char *text, int *pid, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(text);
	const char *end;
	uint64_t n;

	if (ct_number__parse(text, &n, &end) || *end || !n || n > INT_MAX)
		return ct_err__set(err, EINVAL, "'%s' is not a process id", shown);
	*pid = (int)n;
	return 0;
}

int ct_cmd__check_command(const char *command, struct ct_err *err)
{
	if (!command || command[strspn(command, " \t\r\n")])
		return 0;
	return ct_err__set(err, EINVAL, "--check needs a command, and this one is empty");
}

int ct_cmd__write(const struct ct_report *r, const struct ct_emit_opts *opts, const char *path,
		  const struct ct_err *unsaved, struct ct_err *err)
{
	int ret = ct_view__write(r, opts, path, err);

	if (!unsaved->code)
		return ret;
	if (ret)
		ct_warn("%s", err->msg);
	return ct_err__set(err, unsaved->code, "%s", unsaved->msg);
}

/* Was nothing seen, or only the client that should have started something? */
static bool nothing_started(const struct ct_session *s)
{
	return !s->nworkloads || (s->nworkloads == 1 && s->workloads[0]->kind == CT_WL_COMMAND);
}

/* A client's own checks are of no interest beside those of what it started. */
static void drop_client(struct ct_session *s, bool is_client)
{
	if (!is_client || s->nworkloads < 2)
		return;
	for (size_t i = 0; i < s->nworkloads; i++)
		if (s->workloads[i]->kind == CT_WL_COMMAND) {
			ct_session__remove(s, i);
			return;
		}
}

static int report(struct ct_session *s, struct ct_err *err)
{
	ct_autoreport struct ct_report *r = NULL;
	ct_autoerr struct ct_err unsaved = {};

	if (save_path)
		(void)ct_recording__write(s, save_path, &unsaved);
	ct_tally__unite(s);
	r = ct_judge__session(s, mode);
	return ct_cmd__write(r, &emit, out_path, &unsaved, err);
}

/* Suggests captrim patch for what Compose started, since that comes from files. */
static void offer_patch(const struct ct_session *s)
{
	ct_autofree char *rec = ct_emit__shell(save_path ? save_path : "FILE");
	struct ct_str words = {};
	const char *files = NULL;

	for (size_t i = 0; i < s->nworkloads && !files; i++)
		files = s->workloads[i]->container.compose_files;
	if (!files || quiet || !isatty(STDERR_FILENO))
		return;
	for (size_t n; *files; files += n + (files[n] == ',')) {
		n = strcspn(files, ",");
		ct_autofree char *file = ct_xstrndup(files, n), *word = ct_emit__shell(file);

		ct_str__addf(&words, " -f %s", word);
	}
	ct_warn("to write this into the Compose file%s: captrim patch%s %s",
		save_path ? "" : ", once it is recorded with --save FILE", words.s ? words.s : "",
		rec);
	ct_str__free(&words);
}

/* A signal kills the client, but not necessarily the container that it waited for. */
static void stop_containers(const struct ct_launch *in)
{
	struct ct_client c = ct_client__parse(in->argv);
	ct_autofree char *label = NULL;
	ct_autostrings struct ct_strings client = {};

	if (!in->label)
		return;
	label = ct_xasprintf("%s=%s", CT_RUN_LABEL, in->label);
	for (size_t i = 0; i < c.sub; i++)
		ct_strings__add(&client, in->argv[i]);
	if (!ct_journal__stop_containers(
		    &(struct ct_journal){ .client = client.items, .label = label }))
		ct_warn("the container could not be stopped; '%s ps --filter label=%s' shows it",
			in->argv[c.name], label);
}

/* From attaching to the report. Returns captrim's exit status. */
static int watch(struct ct_recorder *r, const struct ct_launch *in, struct ct_err *err)
{
	ct_autosession struct ct_session *s = NULL;
	int exec_errno = 0, status, ended;

	if ((in->unit && ct_recorder__watch_unit(r, in->unit, err)) ||
	    ct_recorder__start(r, in->argv, &exec_errno, err)) {
		ct_warn("%s", err->msg);
		return exec_errno == ENOENT ? CT_EXIT_NOT_FOUND :
		       exec_errno	    ? CT_EXIT_CANNOT :
					      CT_EXIT_CAPTRIM;
	}
	ended = ct_recorder__loop(r, duration);
	if (ct_recorder__cut_short(r))
		stop_containers(in);
	if (ended == -EINTR) {
		ct_warn("aborted: nothing was written");
		return 130;
	}
	if (ended > 0 && ct_recorder__running(r) && !quiet)
		ct_warn("time is up; the command keeps running, unwatched (process %d)",
			ct_recorder__running(r));
	s = ct_recorder__finish(r);
	status = ct_recorder__exit_status(r);
	drop_client(s, in->is_client || containers);
	if (in->is_client && nothing_started(s)) {
		ct_warn("nothing that this command started was seen, so there is no advice: did it "
			"start on this host, and does the daemon's API answer ('captrim doctor')? "
			"A "
			"container without a cgroup of its own, as with --cgroups=disabled, is not "
			"told apart from its client");
		return status > 0 ? status : CT_EXIT_CAPTRIM;
	}
	if (report(s, err)) {
		ct_warn("%s", err->msg);
		return CT_EXIT_CAPTRIM;
	}
	offer_patch(s);
	return status < 0 ? 0 : status;
}

int ct_cmd__run(int argc, char **argv)
{
	struct ct_recorder_opts ro = {};
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	struct ct_launch in = {};
	ct_autofree char *compose = NULL;
	struct ct_recorder *r = NULL;
	int ret = ct_opts__parse(&ct_run_command, argc, argv, &words, &err);

	if (ret > 0)
		return 0;
	if (!ret && !words.len)
		ret = ct_err__set(&err, EINVAL,
				  "run needs a command: captrim run -- docker run ...");
	if (!ret && !*words.items[0])
		ret = ct_err__set(&err, EINVAL, "the command's name is empty");
	if (!ret)
		ret = ct_cmd__mode(strict, generous, &mode, &err);
	if (ret) {
		ct_strlist__free(&words);
		return ct_cmd__usage(&ct_run_command, &err);
	}
	emit = (struct ct_emit_opts){ format, color, verbose };
	*CT_PUSH(words.items, words.len, words.cap) = NULL;
	ct_launch__prepare(&in, (char *const *)words.items);
	if (in.is_compose)
		compose = ct_compose__project_name(&in.project);
	ro = (struct ct_recorder_opts){
		.backend = backend,
		.detail = detail,
		.syscalls = no_syscalls ? NULL : ct_gates_watched,
		.engine = ct_engine_words__of(socket_path, &in.engine),
		.label = in.label,
		.project = compose,
		.hidden = in.option,
		.any_container = containers,
		.starts = true,
		.quiet = quiet,
	};
	ret = CT_EXIT_CAPTRIM;
	if (ct_host__use_root(host_root, &err) ||
	    (in.is_client && ct_runtimes__check_here(&ro.engine, &err)) ||
	    (out_path && ct_outfile__check(out_path, &err)) ||
	    (save_path && ct_outfile__check(save_path, &err)) || ct_recorder__open(&ro, &r, &err))
		ct_warn("%s", err.msg);
	else
		ret = watch(r, &in, &err);
	ct_recorder__close(r);
	ct_launch__free(&in);
	ct_strlist__free(&words);
	return ret;
}
