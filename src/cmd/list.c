/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim list: what the workloads in a store hold, need, and could do without. */
#include <errno.h>

#include "base/outfile.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "survey/listing.h"

enum { TEXT, JSON };

static const char *const formats[] = { "text", "json", NULL };
static struct ct_stored from;
static const char *out_path;
static int format, color, order;
static bool verbose;

static const struct ct_opt opts[] = {
	CT_ROWS_LISTED(from, &order),
	{ 0, "format", "FORMAT", CT_OPT_CHOICE, &format, formats, "for people, or as JSON" },
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &verbose, NULL,
	  "all names and the reason for each, as if each workload had been named" },
	CT_ROW_OUTPUT(&out_path, "the list"),
	CT_ROW_COLOR(&color),
	{ .name = NULL },
};

const struct ct_command ct_list_command = {
	.name = "list",
	.args = "[OPTION]... [WORKLOAD]...",
	.summary = "show what workloads hold, need, and could do without",
	.details = "The workloads are those that captrim monitor stored, or a fleet's. First are\n"
		   "those of which most can be taken away; what opens the whole host counts most.\n"
		   "A workload that is named is shown with the reason for each capability.",
	.opts = opts,
};

static void write_list(FILE *out, void *arg)
{
	const struct ct_survey *sv = arg;
	struct ct_term term = ct_term__of(out, (enum ct_color)color);
	int fd = fileno(out);

	if (format == JSON)
		ct_survey__json(sv, out);
	else if (verbose || from.names.len)
		ct_survey__details(sv, out, &term);
	else
		ct_survey__table(sv, out, &term, fd >= 0 && isatty(fd) ? term.width : 0);
}

/* Counts the workloads for which a run seen from its start would tell what can be taken away. */
static size_t count_begun(const struct ct_survey *sv)
{
	size_t n = 0;

	for (size_t i = 0; i < sv->len; i++)
		n += (sv->rows[i].gaps & (CT_GAP_START | CT_GAP_UNWATCHED)) != 0;
	return n;
}

static void hint(const struct ct_survey *sv)
{
	if (format == JSON || out_path || !isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO))
		return;
	if (!sv->len)
		ct_warn("the store has no such workload yet: is captrim monitor running?");
	else if (verbose || from.names.len)
		ct_warn("'captrim advise -c NAME' says what to write, in any format");
	else
		ct_warn("'captrim list NAME' says why, 'captrim advise -c NAME' what to write");
	if (count_begun(sv))
		ct_warn("where the start was not seen, or nobody watched for a time: restart it "
			"while captrim monitor runs, use it, and look again");
}

static int list(struct ct_err *err)
{
	bool all = format == JSON || verbose || from.names.len;
	const struct ct_survey_want want = { all ? CT_DEPTH_NEEDS : CT_DEPTH_REACH, false };
	ct_autostore struct ct_store *store = NULL;
	ct_autosurvey struct ct_survey sv = {};
	int ret = ct_store__open(from.url, CT_STORE_READ, &store, err);

	if (!ret)
		ret = ct_stored__survey(store, &from, &want, &sv, err);
	if (ret)
		return ret;
	ct_survey__sort(&sv, (enum ct_survey_order)order);
	ret = ct_outfile__write(out_path ? out_path : "-", write_list, &sv, err);
	if (!ret)
		hint(&sv);
	return ret;
}

int ct_cmd__list(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_store_query q;
	int ret = ct_opts__parse(&ct_list_command, argc, argv, &from.names, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = ct_stored__query(&from, &q, &err);
	if (ret) {
		ct_stored__free(&from);
		return ct_cmd__usage(&ct_list_command, &err);
	}
	ret = list(&err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_stored__free(&from);
	return ret ? CT_EXIT_FAILURE : 0;
}
