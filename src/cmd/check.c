/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim check: compares recommendations with what is deployed, for CI. Needs no privilege. */
#include "check/check.h"

#include <errno.h>
#include <string.h>

#include "base/outfile.h"
#include "cmd/options.h"
#include "cmd/stored.h"

#define EXIT_FINDINGS 1
#define EXIT_ERROR    2

enum format { TEXT, JSON, SARIF, JUNIT };

static const char *const formats[] = { "text", "json", "sarif", "junit", NULL };
static const char *out_path;
static struct ct_strlist against, pairs;
static struct ct_stored from;
static int format, color;
static bool strict, generous;

static const struct ct_opt opts[] = {
	{ 0, "against", "FILE", CT_OPT_LIST, &against, NULL,
	  "the deployment file or policy to compare with; may be given more than once" },
	{ 0, "workload", "RECORDED=NAME", CT_OPT_LIST, &pairs, NULL,
	  "which service, container or unit a recording belongs to" },
	{ 0, "format", "FORMAT", CT_OPT_CHOICE, &format, formats, "how to write the findings" },
	CT_ROW_OUTPUT(&out_path, "the findings"),
	CT_ROWS_STORED(from),
	CT_ROW_STRICT(&strict),
	CT_ROW_GENEROUS(&generous),
	CT_ROW_COLOR(&color),
	{ .name = NULL },
};

const struct ct_command ct_check_command = {
	.name = "check",
	.args = "[OPTION]... {FILE... | --store URL | -c NAME} --against FILE",
	.summary = "compare deployment files with what was recorded, for CI",
	.details =
		"FILE is a recording or a recommendation in JSON; in its place the store of\n"
		"captrim monitor is read, if one of its options is given. It is compared with a\n"
		"Compose file, a Kubernetes manifest, a systemd unit, a Quadlet file, the label\n"
		"of an image (image:NAME, or a file with the output of 'docker image inspect'),\n"
		"or a policy. One of all these may be -, which is standard input.\n"
		"The exit status is 0 if there are no findings (notes are none), 1 if there\n"
		"are some, 2 if the comparison failed.",
	.opts = opts,
};

static void write_check(FILE *out, void *arg)
{
	const struct ct_check *c = arg;

	if (format == TEXT) {
		struct ct_term term = ct_term__of(out, color);

		ct_check__text(c, out, &term);
	} else if (format == JSON) {
		ct_check__json(c, out);
	} else if (format == SARIF) {
		ct_check__sarif(c, out);
	} else {
		ct_check__junit(c, out);
	}
}

/* That nothing was found is easily taken for a file that is as it should be. */
static void say_uncompared(const struct ct_check *c)
{
	size_t without = 0;

	for (size_t i = 0; i < c->len; i++)
		without += c->findings[i].rule == CT_CHECK_NO_RECORDING && c->findings[i].target;
	if (c->targets.len && without == c->targets.len)
		ct_warn("nothing was compared: there is no recording of anything in these files; "
			"where only names differ, --workload says what belongs together");
}

/* Returns the exit status. */
static int check(const struct ct_strlist *files, enum ct_mode mode)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	struct ct_check c = {};
	size_t findings;
	int ret = ct_stored__load_either(&from, files, &(struct ct_judge_opts){ .mode = mode }, &s,
					 &r, &err);

	c.report = r;
	if (!ret)
		ret = ct_check__load(&c, &against, &err);
	if (!ret)
		ret = ct_check__run(&c, &pairs, &err);
	if (!ret)
		ret = ct_outfile__write(out_path ? out_path : "-", write_check, &c, &err);
	if (!ret)
		say_uncompared(&c);
	findings = ct_check__count(&c, CT_LEVEL_ERROR) + ct_check__count(&c, CT_LEVEL_WARNING);
	ct_check__free(&c);
	if (ret) {
		ct_warn("%s", err.msg);
		return EXIT_ERROR;
	}
	return findings ? EXIT_FINDINGS : 0;
}

static bool has_stdin(const struct ct_strlist *files)
{
	for (size_t i = 0; i < files->len; i++)
		if (!strcmp(files->items[i], "-"))
			return true;
	return false;
}

static int check_stdin(const struct ct_strlist *files, struct ct_err *err)
{
	if (!has_stdin(files) || !has_stdin(&against))
		return 0;
	return ct_err__set(err, EINVAL,
			   "standard input (-) cannot be both the recording and what is deployed: "
			   "give one of them by name");
}

int ct_cmd__check(int argc, char **argv)
{
	enum ct_mode mode;
	ct_autoerr struct ct_err err = {};
	struct ct_strlist files = {};
	struct ct_store_query q;
	int ret = ct_opts__parse(&ct_check_command, argc, argv, &files, &err), status = 0;

	if (!ret)
		ret = ct_stored__check(&from, &files, "check", &err);
	if (!ret)
		ret = ct_stored__query(&from, &q, &err);
	if (!ret && !against.len)
		ret = ct_err__set(&err, EINVAL, "check needs --against FILE: what is deployed");
	if (!ret)
		ret = check_stdin(&files, &err);
	if (!ret)
		ret = ct_cmd__mode(strict, generous, &mode, &err);
	if (ret < 0)
		status = ct_cmd__usage(&ct_check_command, &err);
	else if (!ret)
		status = check(&files, mode);
	ct_strlist__free(&files);
	ct_strlist__free(&against);
	ct_strlist__free(&pairs);
	ct_stored__free(&from);
	return status;
}
