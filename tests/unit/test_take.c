/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes in between add up to what one take at the end gives, and what lives bounds what is kept: on
 * streams of events and counts made at random, the same with and without these takes.
 */
#include <linux/capability.h>
#include <stdlib.h>

#include "base/host_root.h"
#include "base/util.h"
#include "fake_probe.h"
#include "kern/selectors.h"
#include "model/recording.h"
#include "model/tally.h"
#include "record/collect.h"
#include "record/collect_priv.h"
#include "unit.h"

#define STREAMS	 12
#define STEPS	 1500
#define LIVE_MAX 10
#define HASHES	 3

/* Where those who come into a cgroup come from. */
enum { HOST_ID = 100, MANAGER_ID, FIRST_ID };

/* ---- a host that is never at rest ---- */

struct place {
	uint64_t id;
	char path[128];
	uint32_t begun; /* entries of command lines, and CT_ENTRY_MAIN, by bits */
	bool used[CT_SLOTS + 1], own[CT_SLOTS + 1]; /* slots: somebody executed; from its own */
};

struct host {
	unsigned int seed;
	uint64_t ns, next_id;
	struct place live[LIVE_MAX];
	size_t nlive;
	bool flips; /* a slot may turn out to be something else than what it was before */
	struct ct_collect *c;
};

static unsigned int draw(struct host *h, unsigned int n)
{
	h->seed = h->seed * 1103515245u + 12345u;
	return (h->seed >> 8) % n;
}

static void *say(struct host *h, uint32_t type, size_t size, uint64_t cgroup)
{
	if (probe.nevents > CT_ARRAY_SIZE(probe.events) - 8)
		ct_collect__consume(h->c);
	return fake_event(type, size, cgroup, h->ns);
}

static void make_at(struct host *h, uint64_t id, const char *path)
{
	struct ct_cgroup_event *e = say(h, CT_EV_CGROUP, sizeof(*e), id);

	snprintf(e->path, sizeof(e->path), "%s", path);
}

static bool lives(const struct host *h, const char *path)
{
	for (size_t i = 0; i < h->nlive; i++)
		if (!strcmp(h->live[i].path, path))
			return true;
	return false;
}

/* A unit may come again, a container does not; a worker is below a unit. */
static void make(struct host *h)
{
	struct place *p = &h->live[h->nlive];

	if (h->nlive == LIVE_MAX)
		return;
	*p = (struct place){ .id = h->next_id };
	switch (draw(h, 4)) {
	case 0:
		snprintf(p->path, sizeof(p->path), "/system.slice/app%u.service", draw(h, 2));
		break;
	case 1:
		snprintf(p->path, sizeof(p->path), "/system.slice/app0.service/w%u", draw(h, 3));
		break;
	case 2:
		snprintf(p->path, sizeof(p->path), "/user.slice/user-0.slice/session-%u.scope",
			 draw(h, 3));
		break;
	default: snprintf(p->path, sizeof(p->path), "/docker/%064x", (unsigned int)p->id); break;
	}
	if (lives(h, p->path))
		return;
	h->next_id++;
	h->nlive++;
	make_at(h, p->id, p->path);
}

static struct ct_entered *slot_at(uint64_t cgroup, uint32_t slot)
{
	for (size_t i = 0; i < probe.nentered; i++)
		if (probe.entered[i].id.cgroup == cgroup && probe.entered[i].id.slot == slot)
			return &probe.entered[i].entered;
	return NULL;
}

static bool is_own(const struct place *a, const struct place *b)
{
	static const char unit[] = "/system.slice/app0";

	return !strcmp(a->path, b->path) || (!strncmp(a->path, unit, sizeof(unit) - 2) &&
					     !strncmp(a->path, b->path, sizeof(unit) - 1));
}

/* As take_slot_of() in bpf/phase.h. */
static void enter(struct host *h, struct place *p)
{
	const struct place *there = &h->live[draw(h, h->nlive)];
	bool outside = draw(h, 3);
	uint64_t from = outside ? HOST_ID + draw(h, 2) : there->id;
	uint32_t how = draw(h, 4) ? 0 : CT_CAME_BY_ITSELF;

	for (uint32_t slot = 1; slot <= CT_SLOTS; slot++) {
		struct ct_entered *e = slot_at(p->id, slot);

		if (!e) {
			probe.entered[probe.nentered].id = (struct ct_slot_id){ .cgroup = p->id,
										.slot = slot };
			e = &probe.entered[probe.nentered++].entered;
			*e = (struct ct_entered){ .from = from, .held = ~0ull, .how = how };
		}
		if ((e->from == from && e->how == how && !e->alive && !e->unclosed) ||
		    (slot == CT_SLOTS && h->flips)) {
			p->own[slot] = !outside && is_own(p, there);
			e->mixed |= e->alive > 0;
			e->alive++;
			/* A unit's set may be seen in a later cgroup of its alone. */
			if (!strncmp(p->path, "/docker/", strlen("/docker/")))
				e->held &= 0xff;
			return;
		}
	}
}

/* Some slot with somebody in it; 0: there is none. */
static uint32_t busy_slot(struct host *h, const struct place *p)
{
	uint32_t start = draw(h, CT_SLOTS);

	for (uint32_t i = 0; i < CT_SLOTS; i++) {
		uint32_t slot = 1 + (start + i) % CT_SLOTS;
		struct ct_entered *e = slot_at(p->id, slot);

		if (e && e->alive)
			return slot;
	}
	return 0;
}

static void say_exec(struct host *h, const struct place *p, uint32_t was, uint32_t entry)
{
	struct ct_exec_event *e = say(h, CT_EV_EXEC, sizeof(*e), p->id);

	e->was = was;
	e->entry = entry;
	e->entered = p->id;
	e->mntns_inum = 5;
	e->proc.pid = 0x3fffffff;
	e->creds.bounding = 0xa80425fb;
	e->port_start = 1024;
	e->flags = draw(h, 5) ? 0 : CT_EXEC_F_32BIT;
	snprintf(e->file, sizeof(e->file), "/bin/sh");
	e->argv_len = (uint32_t)snprintf(e->argv, sizeof(e->argv), "sh %u", entry) + 1;
}

static void execute(struct host *h, struct place *p)
{
	uint32_t slot = busy_slot(h, p), nr = draw(h, HASHES), entry = CT_ENTRY_MAIN;

	if (!slot)
		return;
	/* A command line is the workload's own or it is not, unless a change of mind is allowed. */
	if (!h->flips)
		nr = p->own[slot] ? HASHES - 1 : nr % (HASHES - 1);
	if (p->begun & 1) {
		entry = 0x1000 * (nr + 1) + 2;
		p->begun |= 2u << nr;
	}
	p->begun |= 1;
	p->used[slot] = true;
	slot_at(p->id, slot)->alive--;
	say_exec(h, p, CT_ENTRY_SLOT(slot), entry);
}

/* Those who leave without an execve make of all in the slot what they are. */
static void leave(struct host *h, struct place *p)
{
	uint32_t slot = busy_slot(h, p);
	struct ct_entered *e = slot ? slot_at(p->id, slot) : NULL;

	if (!e || (p->used[slot] && !h->flips))
		return;
	if (!--e->alive)
		e->unclosed = 1;
}

/* An entry that something may be counted under; false: nobody is there. */
static bool some_entry(struct host *h, const struct place *p, uint32_t *entry)
{
	uint32_t nr = draw(h, HASHES + 1), slot = busy_slot(h, p);

	if (slot && draw(h, 3) == 0)
		*entry = CT_ENTRY_SLOT(slot);
	else if (nr < HASHES && p->begun & 2u << nr)
		*entry = 0x1000 * (nr + 1) + 2;
	else if (p->begun & 1)
		*entry = CT_ENTRY_MAIN;
	else
		return false;
	return true;
}

static void check(struct host *h, const struct place *p)
{
	struct ct_key key = { .cgroup = p->id,
			      .site = 1 + draw(h, 8),
			      .nr = (int16_t)ct_syscall__number("openat"),
			      .cap = (uint8_t)draw(h, 3),
			      .flags = draw(h, 2) ? CT_F_GRANTED : 0 };
	struct ct_sample *s;
	size_t i = 0;

	if (!some_entry(h, p, &key.entry))
		return;
	while (i < probe.nkinds && memcmp(&probe.kinds[i].key, &key, sizeof(key)) != 0)
		i++;
	probe.kinds[i].last_ns = h->ns;
	if (i < probe.nkinds) {
		probe.kinds[i].count++;
		return;
	}
	probe.kinds[probe.nkinds].key = key;
	probe.kinds[probe.nkinds++].count = 1;
	s = say(h, CT_EV_SAMPLE, sizeof(*s), p->id);
	s->key = key;
	s->proc.pid = 0x3fffffff;
}

static void act(struct host *h, const struct place *p)
{
	static const uint16_t types[] = { CT_ACT_CAPSET, CT_ACT_TARGET, CT_ACT_RELOAD };
	struct ct_act_key key = { .cgroup = p->id, .type = types[draw(h, 3)], .ok = CT_ACT_OK };
	struct ct_act_event *e;
	size_t i = 0;

	if (!some_entry(h, p, &key.entry))
		return;
	key.nr = CT_NR_NONE;
	key.b = key.type == CT_ACT_TARGET ? h->live[draw(h, h->nlive)].id : draw(h, 3);
	while (i < probe.nacts && memcmp(&probe.acts[i].key, &key, sizeof(key)) != 0)
		i++;
	if (i < probe.nacts) {
		probe.acts[i].count++;
		return;
	}
	probe.acts[probe.nacts].key = key;
	probe.acts[probe.nacts++].count = 1;
	e = say(h, CT_EV_ACT, sizeof(*e), p->id);
	e->key = key;
	e->proc.pid = 77;
}

static void end(struct host *h, const struct place *p)
{
	struct ct_exit_event *e;
	uint32_t entry;

	if (!some_entry(h, p, &entry))
		return;
	e = say(h, CT_EV_EXIT, sizeof(*e), p->id);
	e->entry = entry;
	e->code = 256 * (int)draw(h, 2);
	e->is_main = entry == CT_ENTRY_MAIN && !draw(h, 4);
	memcpy(e->proc.comm, "worker", sizeof("worker"));
}

static void overcommit(struct host *h, const struct place *p)
{
	uint16_t flags = draw(h, 2) ? CT_F_GRANTED : 0;
	size_t i = 0;

	while (i < probe.novercommit &&
	       (probe.overcommit[i].key.cgroup != p->id || probe.overcommit[i].key.flags != flags))
		i++;
	if (i == probe.novercommit) {
		probe.overcommit[i].key = (struct ct_key){
			.cgroup = p->id, .cap = CAP_SYS_ADMIN, .nr = CT_NR_NONE, .flags = flags
		};
		probe.overcommit[probe.novercommit++].count = 0;
	}
	probe.overcommit[i].count++;
}

static void lose(struct host *h, const struct place *p)
{
	size_t i = 0;

	(void)h;
	while (i < probe.nlost && probe.lost[i].cgroup != p->id)
		i++;
	if (i == probe.nlost)
		probe.lost[probe.nlost++].n = 0;
	probe.lost[i].cgroup = p->id;
	probe.lost[i].n++;
	probe.losses.kinds++;
}

static void empty_slots(const struct place *p)
{
	for (uint32_t slot = 1; slot <= CT_SLOTS; slot++) {
		struct ct_entered *e = slot_at(p->id, slot);

		if (!e || !e->alive)
			continue;
		e->alive = 0;
		e->unclosed = !p->used[slot];
	}
}

/* Only an empty cgroup can be removed. */
static void vanish(struct host *h, size_t index)
{
	struct place *p = &h->live[index];

	empty_slots(p);
	say(h, CT_EV_GONE, sizeof(struct ct_event), p->id);
	*p = h->live[--h->nlive];
}

static void step(struct host *h)
{
	size_t index = h->nlive ? draw(h, h->nlive) : 0;
	struct place *p = &h->live[index];
	unsigned int what = draw(h, 40);

	h->ns += 10;
	if (!h->nlive || what == 0)
		make(h);
	else if (what == 1)
		vanish(h, index);
	else if (what < 6)
		enter(h, p);
	else if (what < 10)
		execute(h, p);
	else if (what < 12)
		leave(h, p);
	else if (what < 14 && p->begun & 1)
		say_exec(h, p, CT_ENTRY_MAIN, CT_ENTRY_MAIN);
	else if (what < 18)
		act(h, p);
	else if (what < 20)
		end(h, p);
	else if (what == 20)
		overcommit(h, p);
	else if (what == 21)
		lose(h, p);
	else
		check(h, p);
}

/* ---- watching it ---- */

static struct ct_workload *choose(void *arg, struct ct_session *s,
				  const struct ct_cgroup_name *name, const char *path, bool inside)
{
	struct ct_workload *w = ct_session__find(s, name->id);

	(void)arg, (void)inside;
	if (w)
		return w;
	w = ct_session__add(s, name->id);
	w->kind = name->kind;
	w->cgroup_path = ct_xstrndup(path, name->root_len);
	return w;
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(struct ct_workload *const *)a)->id, (*(struct ct_workload *const *)b)->id);
}

static int by_time(const void *a, const void *b)
{
	const struct ct_exit *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

static int by_start(const void *a, const void *b)
{
	const struct ct_exec *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of a sum, the order in which these were added is of no account. */
static void put_in_order(struct ct_workload *w)
{
	ct_autofree char *sent = w->sent;
	char *names[64], *rest = NULL;
	struct ct_str list = { 0 };
	size_t n = 0;

	if (w->nexecs)
		qsort(w->execs, w->nexecs, sizeof(*w->execs), by_start);
	if (w->nexits)
		qsort(w->exits, w->nexits, sizeof(*w->exits), by_time);
	for (char *name = sent ? strtok_r(sent, ", ", &rest) : NULL; name && n < 64;
	     name = strtok_r(NULL, ", ", &rest))
		names[n++] = name;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		ct_str__addf(&list, "%s%s", i ? ", " : "", names[i]);
	w->sent = list.s;
}

/* The session as a recording says it; workloads come in the order in which they were met. */
static char *text_of(struct ct_session *s)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < s->nworkloads; i++)
		put_in_order(s->workloads[i]);
	if (s->nworkloads)
		qsort(s->workloads, s->nworkloads, sizeof(struct ct_workload *), by_id);
	CU_ASSERT_EQUAL(ct_recording__write_stream(s, f), 0);
	fclose(f);
	return text;
}

/* How often something is taken in between, one time in so many steps; 0: never. */
struct habit {
	unsigned int gone, new;
};

static struct host open_host(unsigned int seed, bool flips, struct ct_session *s)
{
	struct host h = { .seed = seed, .ns = 1000, .next_id = FIRST_ID, .flips = flips };

	(void)s;
	memset(&probe, 0, sizeof(probe));
	/* Without mounts the real host is not asked whether these cgroups are gone. */
	ct_host__set_root("/nowhere");
	h.c = ct_collect__new(NULL);
	ct_host__set_root(NULL);
	make_at(&h, HOST_ID, "/system.slice/docker.service");
	make_at(&h, MANAGER_ID, "/init.scope");
	return h;
}

static void check_bounds(const struct host *h)
{
	/* Where those came from that live, and what has gone since the last take. */
	CU_ASSERT(HASH_COUNT(h->c->living.table) <= 3 * LIVE_MAX + 2);
	CU_ASSERT(HASH_COUNT(h->c->entered) <= CT_SLOTS * (3 * LIVE_MAX + 2));
	CU_ASSERT(probe.novercommit <= 2 * 3 * LIVE_MAX && probe.nlost <= 3 * LIVE_MAX);
}

/* What is new of a workload goes to a session of its own, with what was known of it before. */
static struct ct_workload *choose_new(void *arg, struct ct_session *s,
				      const struct ct_cgroup_name *name, const char *path,
				      bool inside)
{
	const struct ct_session *total = arg;
	const struct ct_workload *known = ct_session__find(total, name->id);
	bool is_new = !ct_session__find(s, name->id);
	struct ct_workload *w = choose(NULL, s, name, path, inside);

	if (is_new && known) {
		w->configured_known = known->configured_known;
		w->configured = known->configured;
	}
	return w;
}

static char *add_up(unsigned int seed, struct habit habit)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct host h = open_host(seed, false, s);
	struct host dice = { .seed = seed * 7 + 1 };
	char *text;

	for (int i = 0; i <= STEPS; i++) {
		ct_autosession struct ct_session *new = ct_session__new();
		enum ct_take how = i < STEPS ? CT_TAKE_NEW : CT_TAKE_LAST;

		if (i < STEPS)
			step(&h);
		if (i < STEPS && (!habit.new || draw(&dice, habit.new)))
			continue;
		for (size_t k = 0; k < h.nlive && how == CT_TAKE_LAST; k++)
			empty_slots(&h.live[k]);
		ct_collect__take(h.c, how, new, choose_new, s);
		new->continues = true;
		ct_tally__add(s, new);
	}
	ct_tally__close(s);
	ct_collect__conclude(s);
	text = text_of(s);
	ct_collect__free(h.c);
	return text;
}

static char *watch(unsigned int seed, bool flips, struct habit habit)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct host h = open_host(seed, flips, s);
	struct host dice = { .seed = seed * 7 + 1 };
	char *text;

	for (int i = 0; i < STEPS; i++) {
		step(&h);
		if (habit.gone && !draw(&dice, habit.gone))
			ct_collect__take(h.c, CT_TAKE_GONE, s, choose, NULL);
		if (habit.new && !draw(&dice, habit.new))
			ct_collect__take(h.c, CT_TAKE_NEW, s, choose, NULL);
		if (habit.gone == 1)
			check_bounds(&h);
	}
	for (size_t i = 0; i < h.nlive && !flips; i++)
		empty_slots(&h.live[i]);
	ct_collect__take(h.c, CT_TAKE_LAST, s, choose, NULL);
	ct_collect__conclude(s);
	text = text_of(s);
	ct_collect__free(h.c);
	return text;
}

/* The first lines that are not the same. */
static void show_difference(unsigned int seed, const char *once, const char *often)
{
	size_t line = 0;

	for (size_t i = 0; once[i] && once[i] == often[i]; i++)
		line = once[i] == '\n' ? i + 1 : line;
	printf("stream %u\n  once:  %.*s\n  often: %.*s\n", seed, (int)strcspn(once + line, "\n"),
	       once + line, (int)strcspn(often + line, "\n"), often + line);
}

static void compare(bool flips, struct habit habit)
{
	for (unsigned int seed = 1; seed <= STREAMS; seed++) {
		ct_autofree char *once = watch(seed, flips, (struct habit){ 0, 0 });
		ct_autofree char *often = watch(seed, flips, habit);

		CU_ASSERT(strlen(once) > 10000);
		CU_ASSERT_STRING_EQUAL(once, often);
		if (!strcmp(once, often))
			continue;
		show_difference(seed, once, often);
		return;
	}
}

/* Of cgroups that are gone: whatever becomes of slots. */
static void test_gone(void)
{
	compare(true, (struct habit){ 100, 0 });
	compare(true, (struct habit){ 1, 0 });
}

/* Of those that live, too: where what a slot was when it was empty is what it is in the end. */
static void test_new(void)
{
	compare(false, (struct habit){ 0, 200 });
	compare(false, (struct habit){ 0, 3 });
	compare(false, (struct habit){ 20, 50 });
}

static void test_sum(void)
{
	for (unsigned int seed = 1; seed <= STREAMS; seed++) {
		ct_autofree char *once = add_up(seed, (struct habit){ 0, 0 });
		ct_autofree char *often = add_up(seed, (struct habit){ 0, 20 });

		CU_ASSERT_STRING_EQUAL(once, often);
		if (!strcmp(once, often))
			continue;
		show_difference(seed, once, often);
	}
}

static CU_TestInfo tests[] = {
	{ "gone", test_gone },
	{ "new", test_new },
	{ "sum", test_sum },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("take", tests)
