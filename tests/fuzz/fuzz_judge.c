/* SPDX-License-Identifier: GPL-2.0-only */
/* Whatever a recording holds: merged with itself, judged and written in every format. */
#include <stdlib.h>

#include "base/util.h"
#include "emit/emit.h"
#include "judge/judge.h"
#include "model/recording.h"
#include "model/tally.h"
#include "view/view.h"

static struct ct_session *read_bytes(const void *data, size_t size)
{
	ct_autofclose FILE *f = fmemopen((void *)data, size, "r");
	struct ct_session *s = NULL;

	if (!f || ct_recording__read_stream(f, "fuzz", &s, NULL))
		return NULL;
	ct_session__conclude(s);
	return s;
}

static void judge(struct ct_session *s, enum ct_mode mode)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, mode);

	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];

		if (a->required & a->optional || a->cap_add & a->removed)
			abort();
		for (size_t k = 0; k < a->ncaps; k++)
			if (a->caps[k].chosen && !a->caps[k].nreasons)
				abort(); /* nothing is advised without a reason */
	}
	for (int format = 0; mode == CT_MODE_DEFAULT && ct_format_choices[format]; format++) {
		struct ct_emit_opts emit = { .format = format, .verbose = true };

		if (ct_view__write(r, &emit, "/dev/null", NULL))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autosession struct ct_session *s = NULL, *again = NULL;

	s = size ? read_bytes(data, size) : NULL;
	if (!s)
		return 0;
	again = read_bytes(data, size);
	ct_tally__add(s, again);
	for (int mode = CT_MODE_DEFAULT; mode <= CT_MODE_GENEROUS; mode++)
		judge(s, (enum ct_mode)mode);
	return 0;
}
