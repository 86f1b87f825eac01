/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim diff: compares two times, hosts or images of a store, or a deployment file. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/moment.h"
#include "base/outfile.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "survey/changes.h"
#include "survey/given.h"
#include "survey/stored.h"

enum { TEXT, JSON };

static const char *const formats[] = { "text", "json", NULL };
static struct ct_stored from;
static const char *out_path;
static int format, color;

static const struct ct_opt opts[] = {
	CT_ROW_STORE(&from.url),
	CT_ROW_NAME(&from.names),
	CT_ROW_STORED_PROJECT(&from.project),
	CT_ROW_NAMESPACE(&from.space),
	CT_ROW_HOST(&from.host),
	{ 0, "format", "FORMAT", CT_OPT_CHOICE, &format, formats, "for people, or as JSON" },
	CT_ROW_OUTPUT(&out_path, "the differences"),
	CT_ROW_COLOR(&color),
	{ .name = NULL },
};

const struct ct_command ct_diff_command = {
	.name = "diff",
	.args = "[OPTION]... A B",
	.summary = "compare two times, hosts, images, or a deployment file",
	.details = "A and B are each a time (2026-11-01, 7d, monday, now), host:NAME,\n"
		   "image:NAME[@DIGEST], or a deployment file, to show what it lacks and what it\n"
		   "gives needlessly.",
	.opts = opts,
};

static bool is_file(const struct ct_side *s)
{
	return s->kind == CT_SIDE_FILE;
}

/* What kind of side is meant. Times come first, because a file can be called ./monday as well. */
static int parse_side(const char *word, struct ct_side *s, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(word);

	*s = (struct ct_side){ .text = word };
	if (!strncmp(word, "host:", 5) && word[5]) {
		s->kind = CT_SIDE_HOST;
		s->text = word + 5;
	} else if (!strncmp(word, "image:", 6) && word[6]) {
		s->kind = CT_SIDE_IMAGE;
		s->text = word + 6;
	} else if (!ct_moment__parse(word, ct_clock__wall_ms(), &s->ms)) {
		s->kind = CT_SIDE_TIME;
	} else if (!access(word, F_OK) || !strcmp(word, "-")) {
		s->kind = CT_SIDE_FILE;
	} else {
		return ct_err__set(err, EINVAL,
				   "'%s' is neither a time (" CT_MOMENT_FORMS "), nor host:NAME, "
				   "image:NAME[@DIGEST], or a file that is there",
				   shown);
	}
	return 0;
}

static int check_sides(const struct ct_side *a, const struct ct_side *b, struct ct_err *err)
{
	const struct ct_side *sides[] = { a, b };
	bool file = is_file(a) || is_file(b);

	if (a->kind != b->kind && !file)
		return ct_err__set(err, EINVAL,
				   "%s and %s cannot be compared: give two times, two hosts, two "
				   "images, or a deployment file and one of these",
				   a->kind == CT_SIDE_TIME ? "a time" :
				   a->kind == CT_SIDE_HOST ? "a host" :
							     "an image",
				   b->kind == CT_SIDE_TIME ? "a time" :
				   b->kind == CT_SIDE_HOST ? "a host" :
							     "an image");
	for (int i = 0; i < 2; i++) {
		if (sides[i]->kind == CT_SIDE_TIME && sides[i]->ms > ct_clock__wall_ms())
			return ct_err__set(err, EINVAL, "%s lies in the future", sides[i]->text);
		if (sides[i]->kind == CT_SIDE_HOST && from.host)
			return ct_err__set(err, EINVAL, "--host and host: exclude each other");
	}
	if (a->kind == CT_SIDE_TIME && b->kind == CT_SIDE_TIME && a->ms > b->ms)
		return ct_err__set(err, EINVAL, "the earlier time comes first: captrim diff %s %s",
				   b->text, a->text);
	return 0;
}

/* The store's options for one side. */
static struct ct_stored options_of(const struct ct_side *s)
{
	struct ct_stored o = from;

	if (s->kind == CT_SIDE_HOST)
		o.host = s->text;
	return o;
}

static const char *image_of(const struct ct_survey_row *row)
{
	return row->image;
}

static int read_side(struct ct_store *store, struct ct_side *s, struct ct_err *err)
{
	const struct ct_stored o = options_of(s);
	int ret = ct_stored__survey(store, &o, &(struct ct_survey_want){ CT_DEPTH_NEEDS, true },
				    &s->sv, err);

	if (ret)
		return ret;
	if (s->kind == CT_SIDE_TIME)
		ct_survey__as_of(&s->sv, s->ms);
	if (s->kind == CT_SIDE_IMAGE)
		ct_survey__of_image(&s->sv, s->text);
	ct_survey__join(&s->sv);
	/* A time is not an error if nothing was stored before it. */
	if (s->kind == CT_SIDE_IMAGE && !s->sv.len) {
		ct_autofree char *shown = ct_printable(s->text);
		ct_autofree char *others = ct_stored__others(store, image_of);

		return ct_err__set(err, ENOENT,
				   "nothing in the store ran the image '%s'; it has %s", shown,
				   others);
	}
	return 0;
}

/* Only a recommendation tells which other capabilities meet a need, and it is as of now. */
static int read_beside_file(struct ct_store *store, struct ct_side *seen, struct ct_side *file,
			    struct ct_err *err)
{
	const struct ct_stored o = options_of(seen);
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	int ret = read_side(store, seen, err);

	if (!ret)
		ret = ct_stored__load(store, &o, &(struct ct_judge_opts){}, &s, &r, err);
	return ret ? ret : ct_survey__add_given(&file->sv, file->text, r, err);
}

static void write_diff(FILE *out, void *arg)
{
	struct ct_term term = ct_term__of(out, (enum ct_color)color);

	if (format == JSON)
		ct_changes__json(arg, out);
	else
		ct_changes__text(arg, out, &term);
}

static int read_sides(struct ct_side *a, struct ct_side *b, struct ct_err *err)
{
	ct_autostore struct ct_store *store = NULL;
	int ret;

	if (is_file(a) && is_file(b)) {
		ret = ct_survey__add_given(&a->sv, a->text, NULL, err);
		return ret ? ret : ct_survey__add_given(&b->sv, b->text, NULL, err);
	}
	ret = ct_store__open(from.url, CT_STORE_READ, &store, err);
	if (ret)
		return ret;
	if (is_file(a))
		return read_beside_file(store, b, a, err);
	if (is_file(b))
		return read_beside_file(store, a, b, err);
	ret = read_side(store, a, err);
	return ret ? ret : read_side(store, b, err);
}

static int diff(struct ct_side *a, struct ct_side *b, struct ct_err *err)
{
	struct ct_changes c = {};
	int ret = read_sides(a, b, err);

	if (ret)
		return ret;
	if (a->kind == CT_SIDE_IMAGE && b->kind == CT_SIDE_IMAGE) {
		ct_autofree char *both = ct_xasprintf("%s and %s", a->text, b->text);

		ct_survey__as_one(&a->sv, both);
		ct_survey__as_one(&b->sv, both);
	}
	ct_changes__find(a, b, &c);
	ret = ct_outfile__write(out_path ? out_path : "-", write_diff, &c, err);
	ct_changes__free(&c);
	return ret;
}

int ct_cmd__diff(int argc, char **argv)
{
	ct_autoside struct ct_side a = {}, b = {};
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	int ret = ct_opts__parse(&ct_diff_command, argc, argv, &words, &err);

	if (!ret && words.len != 2)
		ret = ct_err__set(
			&err, EINVAL,
			"diff compares two things, as in captrim diff monday now; %zu %s given",
			words.len, words.len == 1 ? "was" : "were");
	if (!ret)
		ret = parse_side(words.items[0], &a, &err);
	if (!ret)
		ret = parse_side(words.items[1], &b, &err);
	if (!ret)
		ret = check_sides(&a, &b, &err);
	ct_strlist__free(&words);
	if (ret > 0)
		return 0;
	if (ret) {
		ct_stored__free(&from);
		return ct_cmd__usage(&ct_diff_command, &err);
	}
	ret = diff(&a, &b, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_stored__free(&from);
	return ret ? CT_EXIT_FAILURE : 0;
}
