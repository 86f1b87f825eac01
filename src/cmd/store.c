/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim store: look after what captrim monitor stores, and bring recordings in and out. */
#include "store/store.h"

#include <errno.h>
#include <string.h>

#include "base/human.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "model/recording.h"

static const char *url, *host, *out_path;
static struct ct_strlist names;

static const struct ct_opt opts[] = {
	{ 0, "store", "URL", CT_OPT_STR, &url, NULL,
	  "a path or postgresql://...; without it, " CT_STORE_DEFAULT },
	{ 0, "host", "NAME", CT_OPT_STR, &host, NULL,
	  "export: of this host only; import: the host that it was recorded on" },
	{ 'c', "container", "NAME", CT_OPT_LIST, &names, NULL,
	  "export: of this container, service or unit only; may be given more than once" },
	CT_ROW_OUTPUT(&out_path, "the exported recording"),
	{ .name = NULL },
};

const struct ct_command ct_store_command = {
	.name = "store",
	.args = "[OPTION]... status|init|check|vacuum|rebuild\n"
		"       captrim store [OPTION]... backup FILE\n"
		"       captrim store [OPTION]... import RECORDING...\n"
		"       captrim store [OPTION]... export",
	.summary = "maintain what captrim monitor has stored; import and export",
	.details = "status   says what it holds\n"
		   "init     makes it, or brings its schema up to date\n"
		   "check    reads all of it, and says what is damaged\n"
		   "backup   writes a copy that is whole, also while a daemon writes\n"
		   "vacuum   frees the space of what was removed\n"
		   "rebuild  puts a broken one aside and begins a new one\n"
		   "import   adds recordings, as if they had been seen on --host\n"
		   "export   writes what is stored as one recording",
	.opts = opts,
};

/* ---- what it holds ---- */

static int put_host(const struct ct_store_host_row *row, void *arg)
{
	ct_autofree char *name = ct_printable(row->name), *kernel = ct_printable(row->kernel);
	ct_autofree char *workloads = ct_human__count(row->workloads, "workload", "workloads");

	(void)arg;
	printf("  %s  %s, Linux %s, store %s\n", name, workloads, kernel, row->store);
	return 0;
}

static int show(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	struct ct_store_status st;
	int ret = ct_store__status(s, &st, err);

	(void)rest;
	if (ret)
		return ret;
	ct_autofree char *workloads = ct_human__count(st.workloads, "workload", "workloads");
	ct_autofree char *events = ct_human__count(st.events, "event", "events");
	ct_autofree char *gaps = ct_human__count(st.gaps, "gap", "gaps");

	printf("%s, %s, %s", workloads, events, gaps);
	if (st.bytes)
		printf(", %lld KiB", (long long)(st.bytes + 1023) / 1024);
	putchar('\n');
	return ct_store__each_host(s, NULL, put_host, NULL, err);
}

/* ---- care ---- */

static int init(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	(void)s;
	(void)rest;
	(void)err;
	return 0; /* it was made when it was opened */
}

static int check(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	int ret = ct_store__check(s, err);

	(void)rest;
	if (!ret)
		puts("nothing is damaged");
	return ret;
}

static int rebuild(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	(void)s;
	(void)rest;
	(void)err;
	/* Opening the store has put a broken one aside, and has said where it is. */
	puts("nothing in the store is damaged");
	return 0;
}

static int backup(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	return ct_store__backup(s, rest->items[1], err);
}

static int vacuum(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	(void)rest;
	return ct_store__vacuum(s, err);
}

/* ---- in and out ---- */

static int import_one(struct ct_store *s, const char *path, struct ct_err *err)
{
	ct_autosession struct ct_session *recording = NULL;
	size_t n = 0;
	int ret = ct_recording__read(path, &recording, err);

	if (!ret)
		ret = ct_store__import(s, recording, host, &n, err);
	if (!ret) {
		ct_autofree char *count = ct_human__count(n, "workload", "workloads");
		ct_autofree char *shown = ct_printable(path);

		printf("%s: %s\n", shown, count);
	}
	return ret;
}

static int import(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	int ret = 0;

	for (size_t i = 1; i < rest->len && !ret; i++)
		ret = import_one(s, rest->items[i], err);
	return ret;
}

/* -ENOENT: one of the names is not in the store; an export that lacks it would look whole. */
static int check_names(struct ct_store *s, struct ct_err *err)
{
	const struct ct_stored o = { .host = host, .names = names };
	ct_autosurvey struct ct_survey found = {};

	return names.len ? ct_stored__survey(s, &o, &(struct ct_survey_want){ CT_DEPTH_ROWS },
					     &found, err) :
			   0;
}

static int export(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err)
{
	ct_autosession struct ct_session *all = NULL;
	const struct ct_store_query q = { .host = host, .names = names.items, .nnames = names.len };
	int ret = check_names(s, err);

	(void)rest;
	if (!ret)
		ret = ct_store__load(s, &q, &all, err);
	if (!ret && !all->nworkloads)
		ret = ct_err__set(err, ENOENT,
				  "nothing that matches is stored; 'captrim list' says "
				  "what is");
	return ret ? ret : ct_recording__write(all, out_path ? out_path : "-", err);
}

/* ---- which of them ---- */

struct action {
	const char *name, *words; /* that follow it; NULL: none */
	unsigned int flags;
	int (*run)(struct ct_store *s, const struct ct_strlist *rest, struct ct_err *err);
	bool several;
};

static const struct action actions[] = {
	{ "status", NULL, CT_STORE_READ, show, false },
	{ "init", NULL, CT_STORE_CHANGE, init, false },
	{ "check", NULL, CT_STORE_READ, check, false },
	{ "vacuum", NULL, CT_STORE_CHANGE, vacuum, false },
	{ "rebuild", NULL, CT_STORE_CHANGE | CT_STORE_REBUILD, rebuild, false },
	{ "backup", "FILE", CT_STORE_READ, backup, false },
	{ "import", "RECORDING", CT_STORE_CHANGE, import, true },
	{ "export", NULL, CT_STORE_READ, export, false },
};

#define ACTIONS "the actions are status, init, check, vacuum, rebuild, backup, import and export"

static const struct action *choose(const struct ct_strlist *rest, struct ct_err *err)
{
	ct_autofree char *word = rest->len ? ct_printable(rest->items[0]) : NULL;

	for (size_t i = 0; word && i < CT_ARRAY_SIZE(actions); i++) {
		const struct action *a = &actions[i];

		if (strcmp(word, a->name) != 0)
			continue;
		if (a->words && rest->len < 2)
			ct_err__set(err, EINVAL, "'store %s' needs a %s", word, a->words);
		else if (rest->len > 1 + (a->words != NULL) && !a->several)
			ct_err__set(err, EINVAL, "'store %s' takes %s", word,
				    a->words ? "one argument" : "no argument");
		else
			return a;
		return NULL;
	}
	if (word)
		ct_err__set(err, EINVAL, "unknown action '%s'; " ACTIONS, word);
	else
		ct_err__set(err, EINVAL, "an action is missing; " ACTIONS);
	return NULL;
}

static int act(const struct action *a, const struct ct_strlist *rest, struct ct_err *err)
{
	ct_autostore struct ct_store *s = NULL;
	int ret = ct_store__open(url, a->flags, &s, err);

	return ret ? ret : a->run(s, rest, err);
}

int ct_cmd__store(int argc, char **argv)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_strlist rest = { 0 };
	int ret = ct_opts__parse(&ct_store_command, argc, argv, &rest, &err);
	int status = 0;

	if (ret < 0) {
		status = ct_cmd__usage(&ct_store_command, &err);
	} else if (!ret) {
		const struct action *a = choose(&rest, &err);

		if (!a) {
			status = ct_cmd__usage(&ct_store_command, &err);
		} else if (act(a, &rest, &err)) {
			ct_warn("%s", err.msg);
			status = CT_EXIT_FAILURE;
		}
	}
	ct_strlist__free(&rest);
	ct_strlist__free(&names);
	return status;
}
