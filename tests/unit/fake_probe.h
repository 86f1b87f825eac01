/* SPDX-License-Identifier: GPL-2.0-only */
/* A probe made of tables, which stands in for src/kern/counters.c and src/kern/probe.c. */
#ifndef CT_UNIT_FAKE_PROBE_H
#define CT_UNIT_FAKE_PROBE_H

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "kern/probe.h"

#define FAKE_MAX 4096

static struct {
	struct {
		union {
			struct ct_event h;
			struct ct_sample sample;
			struct ct_cgroup_event cgroup;
			struct ct_exec_event exec;
			struct ct_exit_event exit;
			struct ct_act_event act;
		} ev;
		size_t size;
	} events[256];
	size_t nevents;
	struct {
		struct ct_key key;
		uint64_t count, last_ns;
	} kinds[FAKE_MAX], overcommit[FAKE_MAX];
	size_t nkinds, novercommit;
	struct {
		struct ct_act_key key;
		uint64_t count;
	} acts[FAKE_MAX];
	size_t nacts;
	struct {
		struct ct_slot_id id;
		struct ct_entered entered;
	} entered[FAKE_MAX];
	size_t nentered;
	struct ct_losses losses;
	struct {
		uint64_t cgroup, n;
	} lost[FAKE_MAX];
	size_t nlost;
	uint64_t mentions[8];
	size_t nmentions;
} probe;

int ct_probe__consume(struct ct_probe *p, ct_event_fn fn, void *arg)
{
	int n = (int)probe.nevents;

	(void)p;
	for (size_t i = 0; i < probe.nevents; i++)
		fn(arg, &probe.events[i].ev.h, probe.events[i].size);
	probe.nevents = 0;
	return n;
}

/* Hands over what `which` asks for, and takes out what is gone. */
#define FAKE_EACH(items, n, cgroup_, call)                                            \
	do {                                                                          \
		size_t kept_ = 0;                                                     \
		for (size_t i = 0; i < (n); i++) {                                    \
			__typeof__((items)[0]) *it = &(items)[i];                     \
			bool gone_ = which->gone && which->gone(which->arg, cgroup_); \
			if (gone_ || which->living)                                   \
				call;                                                 \
			if (!gone_)                                                   \
				(items)[kept_++] = *it;                               \
		}                                                                     \
		(n) = kept_;                                                          \
	} while (0)

void ct_probe__each_kind(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			 void *arg)
{
	(void)p;
	FAKE_EACH(probe.kinds, probe.nkinds, it->key.cgroup,
		  fn(arg, &it->key, it->count, it->last_ns));
}

void ct_probe__each_overcommit(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			       void *arg)
{
	(void)p;
	FAKE_EACH(probe.overcommit, probe.novercommit, it->key.cgroup,
		  fn(arg, &it->key, it->count, 0));
}

void ct_probe__each_act(struct ct_probe *p, const struct ct_which *which, ct_act_fn fn, void *arg)
{
	(void)p;
	size_t kept = 0;

	for (size_t i = 0; i < probe.nacts; i++) {
		const struct ct_act_key key = probe.acts[i].key;
		bool gone = (which->gone && which->gone(which->arg, key.cgroup)) ||
			    (which->over && which->over(which->arg, &key));

		if (gone || which->living)
			fn(arg, &key, probe.acts[i].count);
		if (!gone)
			probe.acts[kept++] = probe.acts[i];
	}
	probe.nacts = kept;
}

void ct_probe__each_entered(struct ct_probe *p, const struct ct_which *which, ct_entered_fn fn,
			    void *arg)
{
	(void)p;
	FAKE_EACH(probe.entered, probe.nentered, it->id.cgroup, fn(arg, &it->id, &it->entered));
}

bool ct_probe__entered(struct ct_probe *p, const struct ct_slot_id *id, struct ct_entered *e)
{
	(void)p;
	for (size_t i = 0; i < probe.nentered; i++)
		if (probe.entered[i].id.cgroup == id->cgroup &&
		    probe.entered[i].id.slot == id->slot) {
			*e = probe.entered[i].entered;
			return true;
		}
	return false;
}

void ct_probe__each_loss(struct ct_probe *p, const struct ct_which *which, ct_lost_fn fn, void *arg)
{
	(void)p;
	FAKE_EACH(probe.lost, probe.nlost, it->cgroup, fn(arg, it->cgroup, it->n));
}

void ct_probe__each_mention(struct ct_probe *p, ct_mention_fn fn, void *arg)
{
	(void)p;
	for (size_t i = 0; i < probe.nmentions; i++)
		fn(arg, probe.mentions[i], true);
	for (size_t i = 0; i < probe.nacts; i++)
		if (probe.acts[i].key.type == CT_ACT_TARGET)
			fn(arg, probe.acts[i].key.b, false);
}

/* Fingerprints 7 and 8 are the same names; nothing is known of 99. */
int ct_probe__stack(struct ct_probe *p, uint64_t site, char ***names, size_t *len)
{
	(void)p;
	if (site == 99)
		return -ENOENT;
	*names = ct_xzalloc(2 * sizeof(char *));
	(*names)[0] = ct_xstrdup("ns_capable");
	(*names)[1] = ct_xasprintf("site_%d", (int)(site == 8 ? 7 : site));
	*len = 2;
	return 0;
}

/* Every refused call failed once. */
void ct_probe__alias(struct ct_probe *p, uint64_t site, uint64_t known)
{
	(void)p;
	(void)site;
	(void)known;
}

void ct_probe__outcome(struct ct_probe *p, const struct ct_key *key, struct ct_outcome *o)
{
	(void)p;
	*o = (struct ct_outcome){ .eperm = !(key->flags & CT_F_GRANTED) };
}

int ct_probe__losses(struct ct_probe *p, struct ct_losses *l)
{
	(void)p;
	*l = probe.losses;
	return 0;
}

/* An event that will be read next, zeroed but for its header. */
static inline void *fake_event(uint32_t type, size_t size, uint64_t cgroup, uint64_t ns)
{
	struct ct_event *h = &probe.events[probe.nevents].ev.h;

	memset(&probe.events[probe.nevents].ev, 0, sizeof(probe.events[0].ev));
	*h = (struct ct_event){ .type = type, .size = (uint32_t)size, .ns = ns, .cgroup = cgroup };
	probe.events[probe.nevents++].size = size;
	return h;
}

#endif
