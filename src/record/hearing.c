/* SPDX-License-Identifier: GPL-2.0-only */
/* What the container engine reports while we record. */
#include <errno.h>

#include "record/recorder_priv.h"

/* Do the engine's events alone tell which containers are recorded? */
static bool chooses_by_events(const struct ct_recorder *r)
{
	return r->opts.label || r->opts.project || r->opts.any_container;
}

/* Returns 0, or a negative errno when a stream has ended. */
static int read_engine(struct ct_recorder *r)
{
	int ret = ct_engine__read(r->engine, ct_recorder__on_engine, r);

	if (ret <= 0)
		return ret;
	r->session->losses.lookups += ret;
	ct_warn("an event of the container daemon is too long to be read; %s",
		chooses_by_events(r) ? "if it is one of those that were asked for, it is not "
				       "recorded" :
				       "its name may be missing");
	return 0;
}

void ct_recorder__hear_engine(struct ct_recorder *r)
{
	int ret = r->engine_events ? read_engine(r) : 0;

	if (!ret)
		return;
	if (ret != -EPIPE)
		ct_loop__remove(r->loop, &r->engine_events);
	r->session->losses.lookups++;
	ct_warn("the container daemon closed its event stream; %s",
		chooses_by_events(r) ? "containers that are created from now on are not recorded" :
				       "names of containers that start from now on may be missing");
}
