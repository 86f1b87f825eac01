/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command is given as FILE..., read and judged. */
#include "cmd/cmd.h"
#include "model/merge.h"
#include "model/recording.h"

int ct_cmd__load(const struct ct_strlist *files, enum ct_mode mode, struct ct_session **s,
		 struct ct_report **r, struct ct_err *err)
{
	ct_autosession struct ct_session *all = NULL;

	for (size_t i = 0; i < files->len; i++) {
		ct_autosession struct ct_session *one = NULL;
		int ret = ct_recording__read(files->items[i], &one, err);

		if (ret)
			return ret;
		if (all)
			ct_session__merge(all, one);
		else
			all = ct_steal(one);
	}
	ct_session__unite(all);
	*r = ct_judge__session(all, mode);
	*s = ct_steal(all);
	return 0;
}
