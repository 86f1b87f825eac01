/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim advise: recordings or recommendations in JSON in, one out. Needs no privilege. */
#include <errno.h>

#include "cmd/options.h"
#include "cmd/stored.h"
#include "judge/rules.h"
#include "view/view.h"

static const char *out_path;
static int format, color;
static bool verbose, strict, generous;
static struct ct_strlist without;
static struct ct_stored from;

static const struct ct_opt opts[] = {
	CT_ROW_OUTPUT(&out_path, "the advice"),
	CT_ROW_FORMAT(&format),
	CT_ROW_STRICT(&strict),
	CT_ROW_GENEROUS(&generous),
	CT_ROW_COLOR(&color),
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &verbose, NULL,
	  "show the evidence for every capability checked" },
	CT_ROWS_STORED(from),
	{ 0, "without-rule", "RULE", CT_OPT_LIST, &without, NULL,
	  "disable one rule, to see what it changes" },
	{ .name = NULL },
};

const struct ct_command ct_advise_command = {
	.name = "advise",
	.args = "[OPTION]... {FILE... | --store URL | -c NAME}",
	.summary = "judge one or many recordings and print one recommendation",
	.details = "Recordings of the same workload, from other runs or other hosts, are taken\n"
		   "together: what any of them needed is in the advice. A recommendation in JSON\n"
		   "(--format json) stands in for the recordings it was made from. In place of\n"
		   "files the store of captrim monitor is read, if one of its options is given.",
	.opts = opts,
};

static int disable_rules(struct ct_rules *rules, struct ct_err *err)
{
	for (size_t i = 0; i < without.len; i++) {
		ct_autofree char *shown = ct_printable(without.items[i]);

		if (ct_rules__disable(rules, without.items[i]))
			return ct_err__set(err, EINVAL,
					   "unknown rule '%s': give SITE or SITE/N; 'captrim "
					   "explain SITE' lists the rules",
					   shown);
	}
	return 0;
}

int ct_cmd__advise(int argc, char **argv)
{
	ct_autorules struct ct_rules *rules = ct_rules__new();
	struct ct_judge_opts how = { .rules = rules };
	struct ct_emit_opts emit;
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	struct ct_strlist files = {};
	struct ct_store_query q;
	int ret = ct_opts__parse(&ct_advise_command, argc, argv, &files, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = ct_stored__check(&from, &files, "advise", &err);
	if (!ret)
		ret = ct_stored__query(&from, &q, &err);
	if (!ret)
		ret = ct_cmd__mode(strict, generous, &how.mode, &err);
	if (!ret)
		ret = disable_rules(rules, &err);
	ct_strlist__free(&without);
	if (ret) {
		ct_strlist__free(&files);
		ct_stored__free(&from);
		return ct_cmd__usage(&ct_advise_command, &err);
	}
	emit = (struct ct_emit_opts){ format, color, verbose };
	ret = ct_stored__load_either(&from, &files, &how, &s, &r, &err);
	if (!ret)
		ret = ct_view__write(r, &emit, out_path, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_strlist__free(&files);
	ct_stored__free(&from);
	return ret ? CT_EXIT_FAILURE : 0;
}
