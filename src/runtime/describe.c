/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/describe.h"

#include <errno.h>

#include "runtime/oci.h"

int ct_describe__container(struct ct_engine *e, const char *id, struct ct_workload *w,
			   char **config)
{
	ct_autoerr struct ct_err err = {};
	enum ct_runtime found = CT_RT_NONE;

	*config = NULL;
	if (e && !ct_engine__inspect(e, id, w, &err)) {
		/* ct_oci__read() looks for runsc's state itself. */
		ct_oci__tell_sandbox(w, w->cgroup_path);
		return 0;
	}
	*config = ct_oci__find(w->runtime, id, w->cgroup_path, &found);
	if (w->runtime == CT_RT_NONE)
		w->runtime = found;
	return *config && !ct_oci__read(*config, w->cgroup_path, w, &err) ? 0 : -ENOENT;
}
