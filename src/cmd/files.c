/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command is given as FILE..., read and judged. */
#include <errno.h>
#include <string.h>

#include "base/input.h"
#include "cmd/cmd.h"
#include "emit/json_read.h"
#include "model/recording.h"
#include "model/tally.h"

#define MAX_FILE ((size_t)1 << 30)

static int read_recording(const char *path, char *text, size_t len, struct ct_session **s,
			  struct ct_err *err)
{
	ct_autofclose FILE *in = NULL;

	/* fmemopen() refuses an empty buffer; the reader reports what it reports of empty files. */
	in = len ? fmemopen(text, len, "r") : fopen("/dev/null", "re");
	if (!in)
		return ct_err__set(err, errno, "cannot read from memory: %s", strerror(errno));
	return ct_recording__read_stream(in, strcmp(path, "-") != 0 ? path : "standard input", s,
					 err);
}

/* Everything read so far. */
struct loaded {
	struct ct_session *recordings; /* merged */
	struct ct_session *s;	       /* that the report borrows from */
	struct ct_report *r;	       /* of recommendations */
};

static int add_file(struct loaded *l, const char *path, enum ct_mode mode, struct ct_err *err)
{
	ct_autosession struct ct_session *s = NULL;
	ct_autoreport struct ct_report *r = NULL;
	ct_autofree char *text = NULL;
	size_t len;
	/* Read whole, since its kind must be known before it is parsed, even from a pipe. */
	int ret = ct_input__read(path, MAX_FILE, NULL, &text, &len, err);

	if (!ret && ct_advice_json__is(text, len)) {
		ret = ct_advice_json__read(text, len, path, &s, &r, err);
		if (!ret)
			ct_report__set_mode(r, s, mode);
	} else if (!ret) {
		ret = read_recording(path, text, len, &s, err);
		if (!ret)
			ct_session__conclude(s);
	}
	if (ret)
		return ret;
	if (r && l->r) {
		ct_report__merge(l->r, l->s, r, s, mode);
	} else if (r) {
		l->r = ct_steal(r);
		l->s = ct_steal(s);
	} else if (l->recordings) {
		ct_tally__add(l->recordings, s);
	} else {
		l->recordings = ct_steal(s);
	}
	return 0;
}

int ct_cmd__load(const struct ct_strlist *files, const struct ct_judge_opts *how,
		 struct ct_session **s, struct ct_report **r, struct ct_err *err)
{
	struct loaded l = { 0 };
	int ret = 0;

	for (size_t i = 0; i < files->len && !ret; i++)
		ret = add_file(&l, files->items[i], how->mode, err);
	if (!ret && l.recordings) {
		struct ct_report *judged;

		ct_tally__unite(l.recordings);
		judged = ct_judge__with(l.recordings, how);
		if (l.r)
			ct_report__merge(judged, l.recordings, l.r, l.s, how->mode);
		*r = judged;
		*s = ct_steal(l.recordings);
	} else if (!ret) {
		*r = ct_steal(l.r);
		*s = ct_steal(l.s);
	}
	ct_report__free(l.r);
	ct_session__free(l.s);
	ct_session__free(l.recordings);
	return ret;
}
