/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim verify: proves the advice by running the workload again under it and under less. */
#include "verify/verify.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/outfile.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "model/recording.h"
#include "runtime/client.h"
#include "runtime/user_unit.h"
#include "view/view.h"

static struct ct_verify_opts vo;
static struct ct_strlist from;
static const char *out_path, *save_path, *compose_file, *unit, *user;
static int format, color;
#define NOT_GIVEN UINT64_MAX
static uint64_t runs_per_set = NOT_GIVEN, max_runs = NOT_GIVEN;
static bool verbose;

static const struct ct_opt opts[] = {
	{ 0, "check", "COMMAND", CT_OPT_STR, &vo.works.check, NULL,
	  "it works when this shell command succeeds; tried until it does" },
	{ 0, "health", NULL, CT_OPT_FLAG, &vo.works.health, NULL,
	  "it works when its health check says healthy" },
	{ 0, "stay", "TIME", CT_OPT_DURATION, &vo.works.stay_ns, NULL,
	  "it works when it still runs after that time (30s, 5m, 2h)" },
	{ 't', "timeout", "TIME", CT_OPT_DURATION, &vo.works.limit_ns, NULL,
	  "a run that takes longer has failed (5m for the first, then five times that and 10s)" },
	{ 'f', "file", "FILE", CT_OPT_STR, &compose_file, NULL,
	  "prove the services of this Compose file, one after the other" },
	{ 'u', "unit", "UNIT", CT_OPT_STR, &unit, NULL,
	  "prove a systemd service: it is stopped and started for each run, then put back" },
	CT_ROW_USER(&user),
	{ 0, "service", "NAME", CT_OPT_LIST, &vo.services, NULL,
	  "only this service of the Compose file; may be given more than once" },
	{ 0, "from", "FILE", CT_OPT_LIST, &from, NULL,
	  "a recording of the same workload, used instead of a new one; may be given more "
	  "than once" },
	{ 0, "quick", NULL, CT_OPT_FLAG, &vo.quick, NULL,
	  "make one run only, under the required needs; if it fails, give the usual advice" },
	{ 0, "trust", NULL, CT_OPT_FLAG, &vo.trust, NULL,
	  "do not try capabilities that a rule about the kernel proves to be needed" },
	{ 0, "runs-per-set", "N", CT_OPT_UINT, &runs_per_set, NULL,
	  "start each set N times, each time on the volumes that the last start left (2 where "
	  "there are fresh named volumes, else 1)" },
	{ 0, "max-runs", "N", CT_OPT_UINT, &max_runs, NULL,
	  "stop after N runs and take the smallest set that has worked" },
	{ 0, "keep-volumes", NULL, CT_OPT_FLAG, &vo.keep_volumes, NULL,
	  "use named volumes as they are, not fresh ones for each set" },
	{ 0, "keep", NULL, CT_OPT_FLAG, &vo.keep, NULL,
	  "leave the fresh volumes behind, except those of a Compose project" },
	CT_ROW_OUTPUT(&out_path, "the advice"),
	CT_ROW_FORMAT(&format),
	{ 0, "save", "FILE", CT_OPT_STR, &save_path, NULL,
	  "keep the recording in this file, for --from" },
	CT_ROW_BACKEND(&vo.backend),
	CT_ROW_BTF,
	CT_ROW_SOCKET(&vo.socket),
	CT_ROW_COLOR(&color),
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &verbose, NULL,
	  "show the output of the runs, and the evidence" },
	CT_ROW_QUIET(&vo.quiet),
	{ .name = NULL },
};

const struct ct_command ct_verify_command = {
	.name = "verify",
	.args = "[OPTION]... {-- COMMAND [ARGUMENT]... | -f COMPOSE-FILE | -u UNIT}",
	.summary = "prove the smallest set by running a command again under smaller ones",
	.details =
		"The command is 'docker run ...', 'podman run ...', 'systemd-run ...' or any\n"
		"other. It runs once as it is, then under the advised set, then without each\n"
		"member of it.\n"
		"Without --check, --health and --stay it works when its exit status is 0; several\n"
		"may be combined. A check finds the container's name in CAPTRIM_CONTAINER.\n"
		"A unit is a service of this host: its users go without it while it is tested.\n"
		"The exit status is 0 when a set was found, 1 when not. Ctrl-C removes what was\n"
		"made; if captrim is killed, the next captrim verify does.",
	.opts = opts,
	.stop_early = true,
};

static void on_signal(int sig)
{
	(void)sig;
	ct_verify_interrupted = 1;
}

/* A signal must not end captrim between two runs, either: there may be something to remove. */
static void catch_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART }, old;

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	/* Under nohup SIGHUP stays ignored. */
	if (!sigaction(SIGHUP, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &act, NULL);
}

static int unit_subject(struct ct_subject **t, struct ct_err *err)
{
	ct_autofree char *id = NULL;
	int ret = user ? ct_user_unit__name(user, unit, &id, err) : 0;

	return ret ? ret : ct_subject__unit(id ?: unit, t, err);
}

static int make_target(struct ct_strlist *words, struct ct_subject **t, struct ct_err *err)
{
	bool asked = vo.works.check || vo.works.health || vo.works.stay_ns;
	char *const *argv = (char *const *)words->items;
	struct ct_client client = ct_client__parse(argv);
	int ret = 0;

	if (!!compose_file + !!unit + !!words->len > 1)
		return ct_err__set(
			err, EINVAL,
			"verify takes one of these: a command, a Compose file (-f), a unit (-u)");
	if (!compose_file && !unit && !words->len)
		return ct_err__set(err, EINVAL,
				   "verify needs a command: captrim verify -- docker run ...");
	if (user && !unit)
		return ct_err__set(err, EINVAL, "--user goes with -u");
	if (vo.services.len && !compose_file)
		return ct_err__set(err, EINVAL, "--service goes with -f");
	ct_client__adopt_env(&client, argv);
	if (compose_file)
		*t = ct_subject__compose(compose_file);
	else if (unit)
		ret = unit_subject(t, err);
	else if (client.is_systemd_run)
		ret = ct_subject__transient(argv, t, err);
	else if (client.is_container)
		ret = ct_subject__container(argv, t, err);
	else
		*t = ct_subject__command(argv);
	if (!ret && !asked && ((*t)->detached || compose_file)) {
		(*t)->free(ct_steal(*t));
		ret = ct_err__set(err, EINVAL,
				  "a workload that stays in the background needs --check, --health "
				  "or --stay to show whether it works");
	}
	return ret;
}

static bool needs_privileged(const struct ct_advice *a)
{
	return a->verified.privileged && !strcmp(a->verified.privileged, "needed");
}

/* A recommendation tells what was concluded, not what was seen. */
static int check_recording(const struct ct_session *s, struct ct_err *err)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		if (s->workloads[i]->told.ns || s->workloads[i]->told.kinds)
			return ct_err__set(
				err, EINVAL,
				"--from takes a recording, not a recommendation: give what "
				"'captrim record -o' or 'captrim run --save' wrote");
	return 0;
}

static int verify(struct ct_subject *t, struct ct_err *err)
{
	const struct ct_emit_opts emit = { format, color, verbose };
	ct_autoerr struct ct_err unsaved = {};
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	int ret = geteuid() ? ct_err__set(err, EPERM, "verify needs root: run it with sudo") : 0;

	if (!ret && out_path)
		ret = ct_outfile__check(out_path, err);
	if (!ret && save_path)
		ret = ct_outfile__check(save_path, err);
	if (!ret && from.len)
		ret = ct_cmd__load(&from, &(struct ct_judge_opts){}, &s, &r, err);
	if (!ret && from.len)
		ret = check_recording(s, err);
	ct_report__free(ct_steal(r));
	if (!ret)
		ret = ct_verify(&vo, t, &s, &r, err);
	if (!ret && save_path)
		(void)ct_recording__write(s, save_path, &unsaved);
	if (!ret)
		ret = ct_cmd__write(r, &emit, out_path, &unsaved, err);
	for (size_t i = 0; !ret && i < r->nadvices; i++)
		if (needs_privileged(&r->advices[i]))
			ret = ct_err__set(err, ENOEXEC, "%s", r->advices[i].why);
	return ret;
}

static int check_numbers(struct ct_err *err)
{
	if (runs_per_set != NOT_GIVEN && (!runs_per_set || runs_per_set > 100))
		return ct_err__set(err, EINVAL, "--runs-per-set is between 1 and 100");
	if (max_runs != NOT_GIVEN && (!max_runs || max_runs > 10000))
		return ct_err__set(err, EINVAL, "--max-runs is between 1 and 10000");
	return 0;
}

int ct_cmd__verify(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	struct ct_subject *t = NULL;
	int ret = ct_opts__parse(&ct_verify_command, argc, argv, &words, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = check_numbers(&err);
	if (!ret)
		ret = ct_cmd__check_command(vo.works.check, &err);
	*CT_PUSH(words.items, words.len, words.cap) = NULL;
	words.len--;
	if (!ret)
		ret = make_target(&words, &t, &err);
	if (ret) {
		ct_strlist__free(&words);
		if (ret == -EINVAL)
			return ct_cmd__usage(&ct_verify_command, &err);
		ct_warn("%s", err.msg);
		return CT_EXIT_FAILURE;
	}
	vo.runs_per_set = runs_per_set == NOT_GIVEN ? 0 : (unsigned int)runs_per_set;
	vo.max_runs = max_runs == NOT_GIVEN ? 0 : (unsigned int)max_runs;
	vo.verbose = verbose;
	catch_signals();
	ret = verify(t, &err);
	if (ret)
		ct_warn("%s", err.msg);
	if (t)
		t->free(t);
	ct_strlist__free(&words);
	ct_strlist__free(&from);
	ct_strlist__free(&vo.services);
	return ret == -EINTR ? 130 : ret ? CT_EXIT_FAILURE : 0;
}
