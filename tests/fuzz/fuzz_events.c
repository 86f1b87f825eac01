/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whatever the probe's ring and maps hold within their contract: taken at any time, it is a
 * recording that can be written, read again, and judged; and nothing that is of a chosen workload
 * is lost on the way.
 */
#include <stdlib.h>

#include "../unit/fake_probe.h"
#include "base/host_root.h"
#include "files.h"
#include "judge/judge.h"
#include "record/collect.h"
#include "writable.h"

#define CGROUPS 6
#define WEB	"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What is left of the input. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

static uint8_t take_byte(struct bytes *b)
{
	if (!b->left)
		return 0;
	b->left--;
	return *b->at++;
}

/* Overwrites some of a struct: a count, then so often where (in words of four), how much, with
 * what. */
static void take_some(struct bytes *b, void *to, size_t size)
{
	for (unsigned int n = take_byte(b) % 16; n; n--) {
		size_t from = take_byte(b) * 4u, len = take_byte(b);

		from = from < size ? from : 0;
		len = len < size - from ? len : size - from;
		len = len < b->left ? len : b->left;
		memcpy((char *)to + from, b->at, len);
		b->at += len;
		b->left -= len;
	}
}

static struct ct_workload *choose(void *arg, struct ct_session *s,
				  const struct ct_cgroup_name *name, const char *path, bool inside)
{
	struct ct_workload *w = ct_session__find(s, name->id);

	(void)arg;
	(void)path;
	(void)inside;
	if (!w) {
		w = ct_session__add(s, name->id);
		w->kind = name->kind;
		w->cgroup_path = ct_xstrdup(path);
	}
	return w;
}

/* Pids that no process of this machine has: the result must not depend on who runs here. */
static void set_pids(struct ct_proc *p)
{
	p->pid = p->tid = 0x3ffffffe;
	p->ppid = 0x3fffffff;
}

static void see_check(struct bytes *b, uint64_t cgroup)
{
	struct ct_sample *s = fake_event(CT_EV_SAMPLE, sizeof(*s), cgroup, probe.nkinds + 1);

	s->key.cgroup = cgroup;
	s->key.site = take_byte(b);
	s->key.cap = take_byte(b);
	s->key.nr = -1;
	take_some(b, s, sizeof(*s));
	s->h.type = CT_EV_SAMPLE;
	set_pids(&s->proc);
	if (probe.nkinds < FAKE_MAX) {
		probe.kinds[probe.nkinds].key = s->key;
		probe.kinds[probe.nkinds].count = take_byte(b);
		probe.kinds[probe.nkinds++].last_ns = s->h.ns;
	}
	if (take_byte(b) % 4 == 0)
		probe.nevents--; /* the ring was full */
}

static void see_act(struct bytes *b, uint64_t cgroup)
{
	struct ct_act_event *e = fake_event(CT_EV_ACT, sizeof(*e), cgroup, 1);

	e->key.cgroup = cgroup;
	e->key.type = take_byte(b) % 12;
	take_some(b, e, sizeof(*e));
	e->h.type = CT_EV_ACT;
	set_pids(&e->proc);
	if (probe.nacts < FAKE_MAX) {
		probe.acts[probe.nacts].key = e->key;
		probe.acts[probe.nacts++].count = take_byte(b);
	}
}

static void see_exec(struct bytes *b, uint64_t cgroup)
{
	struct ct_exec_event *e = fake_event(CT_EV_EXEC, sizeof(*e), cgroup, 1);

	strcpy(e->file, "/bin/sh");
	take_some(b, e, sizeof(*e));
	e->h.type = CT_EV_EXEC;
	set_pids(&e->proc);
}

static void see_cgroup(struct bytes *b, uint64_t cgroup)
{
	struct ct_cgroup_event *e = fake_event(CT_EV_CGROUP, sizeof(*e), cgroup, 1);

	strcpy(e->path, WEB);
	take_some(b, e, sizeof(*e));
	e->h.type = CT_EV_CGROUP;
}

static void see_entered(struct bytes *b, uint64_t cgroup)
{
	if (probe.nentered == FAKE_MAX)
		return;
	probe.entered[probe.nentered].id = (struct ct_slot_id){ cgroup, take_byte(b) % CT_SLOTS + 1,
								0 };
	take_some(b, &probe.entered[probe.nentered].entered, sizeof(struct ct_entered));
	probe.nentered++;
}

/* Of any type and size, as if the two sides had been built from different trees. */
static void see_anything(struct bytes *b, uint64_t cgroup)
{
	size_t size = sizeof(struct ct_event) + take_byte(b) * 4u;

	size = size < sizeof(probe.events[0].ev) ? size : sizeof(probe.events[0].ev);
	take_some(b, fake_event(take_byte(b), size, cgroup, 1), size);
}

static void see(struct bytes *b)
{
	uint8_t op = take_byte(b);
	uint64_t cgroup = 1000 + (op >> 4) % CGROUPS;

	switch (op & 7) {
	case 0: see_check(b, cgroup); break;
	case 1: see_act(b, cgroup); break;
	case 2: see_exec(b, cgroup); break;
	case 3: see_cgroup(b, cgroup); break;
	case 4: see_entered(b, cgroup); break;
	case 5:
		take_some(b, fake_event(CT_EV_EXIT, sizeof(struct ct_exit_event), cgroup, 1),
			  sizeof(struct ct_exit_event));
		break;
	case 6: fake_event(CT_EV_GONE, sizeof(struct ct_event), cgroup, 1); break;
	default: see_anything(b, cgroup);
	}
}

/* It can be written and read again, and what is chosen of it has a reason. */
static void look_at(struct ct_session *s)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	for (size_t i = 0; i < r->nadvices; i++)
		for (size_t k = 0; k < r->advices[i].ncaps; k++)
			if (r->advices[i].caps[k].chosen && !r->advices[i].caps[k].nreasons)
				abort();
	fuzz_must_be_writable(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_collect *c;

	memset(&probe, 0, sizeof(probe));
	ct_host__set_root(fuzz_make_dir());
	c = ct_collect__new(NULL);
	if (take_byte(&b) & 1)
		ct_collect__never_ends(c);
	while (b.left) {
		if (probe.nevents + 2 > CT_ARRAY_SIZE(probe.events) || *b.at % 16 == 15) {
			ct_collect__consume(c);
			ct_collect__take(c, *b.at & 16 ? CT_TAKE_NEW : CT_TAKE_GONE, s, choose,
					 NULL);
			take_byte(&b);
			continue;
		}
		see(&b);
	}
	ct_collect__consume(c);
	ct_collect__take(c, CT_TAKE_LAST, s, choose, NULL);
	ct_collect__conclude(s);
	look_at(s);
	ct_collect__free(c);
	return 0;
}
