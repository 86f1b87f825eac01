/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim advise: recordings or advices in JSON in, one advice out. Needs no privilege. */
#include <errno.h>

#include "cmd/cmd.h"
#include "judge/rules.h"
#include "view/view.h"

static const char *out_path;
static int format, color;
static bool verbose, strict, generous;
static struct ct_strlist without;

static const struct ct_opt opts[] = {
	{ 'o', "output", "FILE", CT_OPT_STR, &out_path, NULL,
	  "write to this file; - is standard output" },
	{ 0, "format", "FORMAT", CT_OPT_CHOICE, &format, ct_format_choices,
	  "how to write the advice" },
	{ 0, "strict", NULL, CT_OPT_FLAG, &strict, NULL,
	  "leave optional capabilities out; the default, except for an advice in JSON that was "
	  "made with --generous" },
	{ 0, "generous", NULL, CT_OPT_FLAG, &generous, NULL, "add optional capabilities, too" },
	{ 0, "color", "WHEN", CT_OPT_CHOICE, &color, ct_color_choices, "when to use colours" },
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &verbose, NULL,
	  "show the evidence for every capability checked" },
	{ 0, "without-rule", "RULE", CT_OPT_LIST, &without, NULL,
	  "disable one rule, to see what it changes" },
	{ .name = NULL },
};

const struct ct_command ct_advise_command = {
	.name = "advise",
	.args = "[OPTION]... FILE...",
	.summary = "judge one or many recordings and print one advice",
	.details = "Recordings of the same workload, from other runs or other hosts, are taken\n"
		   "together: what any of them needed is in the advice. An advice in JSON\n"
		   "(--format json) stands in for the recordings it was made from.",
	.opts = opts,
};

int ct_cmd__advise(int argc, char **argv)
{
	enum ct_mode mode;
	struct ct_emit_opts emit;
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	struct ct_strlist files = {};
	int ret = ct_opts__parse(&ct_advise_command, argc, argv, &files, &err);

	if (ret > 0)
		return 0;
	if (!ret && !files.len)
		ret = ct_err__set(&err, EINVAL, "advise needs a recording: captrim advise FILE");
	if (!ret)
		ret = ct_cmd__mode(strict, generous, &mode, &err);
	for (size_t i = 0; i < without.len && !ret; i++)
		if (ct_rules__switch_off(without.items[i]))
			ret = ct_err__set(&err, EINVAL,
					  "no rule '%s': give SITE or SITE/LINE, captrim explain "
					  "SITE shows them",
					  without.items[i]);
	ct_strlist__free(&without);
	if (ret) {
		ct_strlist__free(&files);
		return ct_cmd__usage(&ct_advise_command, &err);
	}
	emit = (struct ct_emit_opts){ format, color, verbose };
	ret = ct_cmd__load(&files, mode, &s, &r, &err);
	if (!ret)
		ret = ct_view__write(r, &emit, out_path, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_strlist__free(&files);
	return ret ? CT_EXIT_FAILURE : 0;
}
