/* SPDX-License-Identifier: GPL-2.0-only */
/* From events and counts to a session. */
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/util.h"
#include "cgroup/own.h"
#include "fake_probe.h"
#include "kern/selectors.h"
#include "record/collect.h"
#include "record/recorder_priv.h"
#include "record/resolve.h"
#include "runtime/docker_priv.h"
#include "runtime/runtime.h"
#include "unit.h"

#define WEB_ID	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WEB_PATH "/docker/" WEB_ID

enum { WEB = 1000, OTHER, NAMELESS, COMMAND };

/* ---- what it sees ---- */

static void see_cgroup(uint64_t id, const char *path, bool inside)
{
	struct ct_cgroup_event *e = fake_event(CT_EV_CGROUP, sizeof(*e), id, 1);

	snprintf(e->path, sizeof(e->path), "%s", path);
	e->inside = inside;
}

static struct ct_key key_of(uint64_t cgroup, int cap, uint64_t site)
{
	return (struct ct_key){ .cgroup = cgroup,
				.site = site,
				.nr = ct_syscall__number("openat"),
				.cap = (uint8_t)cap,
				.flags = CT_F_GRANTED };
}

static void see_kind(struct ct_key key, uint64_t count, uint64_t first_ns, uint64_t last_ns)
{
	probe.kinds[probe.nkinds].key = key;
	probe.kinds[probe.nkinds].count = count;
	probe.kinds[probe.nkinds++].last_ns = last_ns;
	if (first_ns) {
		struct ct_sample *s = fake_event(CT_EV_SAMPLE, sizeof(*s), key.cgroup, first_ns);

		s->key = key;
		s->proc.pid = (uint32_t)first_ns;
		memcpy(s->proc.comm, "sixteen letters!", CT_COMM_LEN);
		s->args[5] = 5;
	}
}

static struct ct_exec_event *see_exec(uint64_t cgroup, uint32_t was, uint32_t entry,
				      const char *argv, uint32_t len)
{
	struct ct_exec_event *e = fake_event(CT_EV_EXEC, sizeof(*e), cgroup, 50);

	e->was = was;
	e->entry = entry;
	e->proc.pid = 0x3fffffff; /* of no process: its file cannot be looked at */
	snprintf(e->file, sizeof(e->file), "/bin/sh");
	memcpy(e->argv, argv, len);
	e->argv_len = len;
	e->port_start = ~0u;
	return e;
}

static struct ct_exit_event *see_exit(uint64_t cgroup, int code, bool is_main)
{
	struct ct_exit_event *e = fake_event(CT_EV_EXIT, sizeof(*e), cgroup, 90);

	e->code = code;
	e->is_main = is_main;
	memcpy(e->proc.comm, "sixteen letters!", CT_COMM_LEN);
	return e;
}

static struct ct_workload *choose_all(void *arg, struct ct_session *s,
				      const struct ct_cgroup_name *name, const char *path,
				      bool inside)
{
	struct ct_workload *w = ct_session__find(s, name->id);

	(void)arg;
	(void)path;
	(void)inside;
	return w ? w : ct_session__add(s, name->id);
}

static struct ct_workload *choose_container(void *arg, struct ct_session *s,
					    const struct ct_cgroup_name *name, const char *path,
					    bool inside)
{
	return name->kind == CT_WL_CONTAINER ? choose_all(arg, s, name, path, inside) : NULL;
}

/* A session from what was seen; the probe forgets it. */
static struct ct_session *built(void)
{
	struct ct_collect *c = ct_collect__new(NULL);
	struct ct_session *s = ct_session__new();

	see_cgroup(WEB, WEB_PATH, true);
	see_cgroup(OTHER, "/system.slice/other.service", false);
	ct_collect__take(c, CT_TAKE_LAST, s, choose_container, NULL);
	ct_collect__conclude(s);
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
	return s;
}

/* ---- tests ---- */

/* One kind for fingerprints with the same names, its sample the earliest. */
static void test_kinds(void)
{
	ct_autosession struct ct_session *s = NULL;
	const struct ct_kind *k;

	see_kind(key_of(WEB, CAP_SETUID, 5), 1, 70, 60);
	see_kind(key_of(WEB, CAP_CHOWN, 7), 3, 40, 45);
	see_kind(key_of(WEB, CAP_CHOWN, 8), 4, 30, 80);
	see_kind(key_of(WEB, CAP_CHOWN, 6), 0, 10, 10); /* not counted: no check */
	see_kind(key_of(OTHER, CAP_CHOWN, 6), 9, 10, 10);
	s = built();
	CU_ASSERT_EQUAL_FATAL(s->nworkloads, 1);
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nkinds, 2);
	k = &s->workloads[0]->kinds[0];
	CU_ASSERT_EQUAL(k->key.cap, CAP_CHOWN);
	CU_ASSERT_EQUAL(k->key.cgroup, 0);
	CU_ASSERT_EQUAL(k->count, 7);
	CU_ASSERT_EQUAL(k->first_ns, 30);
	CU_ASSERT_EQUAL(k->last_ns, 80);
	CU_ASSERT_EQUAL(k->proc.pid, 30);
	CU_ASSERT_EQUAL(k->args[5], 5);
	UNIT_STR(k->syscall, "openat");
	CU_ASSERT_EQUAL_FATAL(k->stack_len, 2);
	UNIT_STR(k->stack[1], "site_7");
	/* The last hit of a tick that began before the first one. */
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[1].last_ns, 70);
	CU_ASSERT_EQUAL(s->workloads[0]->first_ns, 30);
	CU_ASSERT_EQUAL(s->workloads[0]->last_ns, 80);
	CU_ASSERT_EQUAL(s->losses.unattributed, 0);
}

/* What is missing is counted: a sample, a stack, a name for the cgroup. */
/* What no program of ours writes is not passed on, and not silently dropped. */
static void test_unsound(void)
{
	struct ct_key key = key_of(WEB, CAP_CHOWN, 1);
	ct_autosession struct ct_session *s = NULL;
	struct ct_act_event *e;

	see_cgroup(WEB, WEB_PATH, true);
	see_kind(key, 1, 10, 20);
	key.cap = 64;
	see_kind(key, 2, 10, 20);
	key.cap = CAP_CHOWN;
	key.after = 65;
	see_kind(key, 4, 0, 20);
	e = fake_event(CT_EV_ACT, sizeof(*e), WEB, 11);
	e->key = (struct ct_act_key){ .cgroup = WEB, .type = CT_ACT_CAPSET, .asked = 3 };
	probe.acts[0].key = e->key;
	probe.acts[0].count = 8;
	probe.nacts = 1;
	s = built();
	CU_ASSERT_EQUAL_FATAL(s->nworkloads, 1);
	CU_ASSERT_EQUAL(s->workloads[0]->nkinds, 1);
	CU_ASSERT_EQUAL(s->workloads[0]->nacts, 0);
	CU_ASSERT_EQUAL(s->losses.kinds, 6);
	CU_ASSERT_EQUAL(s->losses.acts, 8);
	CU_ASSERT_EQUAL(s->losses.events, 2);
}

static void test_losses(void)
{
	ct_autosession struct ct_session *s = NULL;

	probe.losses.events = 3;
	probe.lost[0].cgroup = WEB; /* its own */
	probe.lost[0].n = 11;
	probe.lost[1].cgroup = OTHER; /* nobody's who is recorded */
	probe.lost[1].n = 1000;
	probe.lost[2].cgroup = NAMELESS; /* anybody's */
	probe.lost[2].n = 13;
	probe.nlost = 3;
	see_kind(key_of(WEB, CAP_CHOWN, 99), 2, 0, 0);
	see_kind(key_of(NAMELESS, CAP_CHOWN, 7), 5, 0, 0);
	s = built();
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nkinds, 1);
	CU_ASSERT_FALSE(s->workloads[0]->kinds[0].sampled);
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[0].count, 2);
	CU_ASSERT_EQUAL(s->losses.stacks, 1);
	CU_ASSERT_EQUAL(s->losses.unattributed, 5);
	CU_ASSERT_EQUAL(s->losses.events, 3);
	CU_ASSERT_EQUAL(s->losses.kinds, 13);
	CU_ASSERT_EQUAL(s->workloads[0]->lost, 11);
}

/* Shorter than what they say they are, or of a type that nobody knows: left alone. */
static void test_short_events(void)
{
	static const size_t whole[] = { [CT_EV_SAMPLE] = sizeof(struct ct_sample),
					[CT_EV_CGROUP] = sizeof(struct ct_cgroup_event),
					[CT_EV_EXEC] = sizeof(struct ct_exec_event),
					[CT_EV_EXIT] = sizeof(struct ct_exit_event),
					[CT_EV_ACT] = sizeof(struct ct_act_event) };
	ct_autosession struct ct_session *s = NULL;

	for (uint32_t type = CT_EV_SAMPLE; type <= CT_EV_ACT; type++) {
		fake_event(type, sizeof(struct ct_event), WEB, 1);
		fake_event(type, whole[type] - 1, WEB, 1);
	}
	fake_event(0, sizeof(struct ct_event), WEB, 1);
	fake_event(77, sizeof(struct ct_sample), WEB, 1);
	s = built();
	CU_ASSERT_EQUAL(s->nworkloads, 0);
}

/* Nothing in a text need end with a NUL. */
static void test_full_texts(void)
{
	ct_autosession struct ct_session *s = NULL;
	char argv[CT_TEXT_LEN];
	struct ct_exec_event *e;
	struct ct_cgroup_event *g;

	memset(argv, 'a', sizeof(argv));
	e = see_exec(WEB, CT_ENTRY_SETUP, 77, argv, sizeof(argv));
	e->argv_len = ~0u;
	memset(e->file, 'f', sizeof(e->file));
	g = fake_event(CT_EV_CGROUP, sizeof(*g), NAMELESS, 1);
	memset(g->path, '/', sizeof(g->path));
	s = built();
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nexecs, 1);
	CU_ASSERT_EQUAL(strlen(s->workloads[0]->execs[0].file), sizeof(e->file));
	CU_ASSERT_EQUAL(strlen(s->workloads[0]->execs[0].argv), CT_TEXT_LEN - 1);
}

static void test_overcommit(void)
{
	ct_autosession struct ct_session *s = NULL;

	for (int granted = 0; granted < 2; granted++) {
		probe.overcommit[granted].key = (struct ct_key){ .cgroup = WEB,
								 .cap = CAP_SYS_ADMIN,
								 .nr = CT_NR_NONE,
								 .flags = granted ? CT_F_GRANTED :
										    0 };
		probe.overcommit[granted].count = 10 + (uint64_t)granted;
	}
	probe.overcommit[2].key.cgroup = OTHER;
	probe.novercommit = 3;
	s = built();
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nkinds, 2);
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[0].count, 10);
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[1].count, 11);
	UNIT_STR(s->workloads[0]->kinds[0].stack[0], "cap_vm_enough_memory");
	UNIT_STR(s->workloads[0]->kinds[0].syscall, NULL);
}

static void test_acts(void)
{
	ct_autosession struct ct_session *s = NULL;
	struct ct_act_key key = { .cgroup = WEB, .type = CT_ACT_CAPSET, .a = 5, .ok = 1 };

	key.nr = ct_syscall__number("capset");
	for (int i = 0; i < 2; i++) {
		struct ct_act_event *e = fake_event(CT_EV_ACT, sizeof(*e), WEB, 1);

		e->key = key;
		e->proc.pid = 11 + (uint32_t)i; /* the first is kept */
	}
	probe.acts[0].key = key;
	probe.acts[0].count = 2;
	probe.acts[1].key = key;
	probe.acts[1].key.cgroup = OTHER;
	probe.acts[1].count = 1;
	probe.nacts = 2;
	s = built();
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nacts, 1);
	CU_ASSERT_EQUAL(s->workloads[0]->acts[0].count, 2);
	CU_ASSERT_EQUAL(s->workloads[0]->acts[0].proc.pid, 11);
	CU_ASSERT_EQUAL(s->workloads[0]->acts[0].key.cgroup, 0);
	UNIT_STR(s->workloads[0]->acts[0].syscall, "capset");
}

/* A SIGHUP does not become an act of the workload; none is unseen where none was lost. */
static void test_reloads(void)
{
	static const struct {
		uint16_t type;
		uint64_t lost;
		enum ct_tristate seen;
	} cases[] = {
		{ CT_ACT_RELOAD, 0, CT_YES },
		{ CT_ACT_RELOAD, 1, CT_YES },
		{ CT_ACT_CAPSET, 0, CT_NO },
		{ CT_ACT_CAPSET, 1, CT_UNKNOWN },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = NULL;

		probe.acts[0].key = (struct ct_act_key){ .cgroup = WEB, .type = cases[i].type };
		probe.acts[0].key.nr = CT_NR_NONE;
		probe.acts[0].count = 1;
		probe.nacts = 1;
		probe.losses.acts = cases[i].lost;
		s = built();
		CU_ASSERT_EQUAL(s->workloads[0]->reload_seen, cases[i].seen);
		CU_ASSERT_EQUAL(s->workloads[0]->nacts, cases[i].type == CT_ACT_CAPSET);
	}
}

/* The entry point tells of its container; ordinary programs are not kept. */
static void test_execs(void)
{
	ct_autosession struct ct_session *s = NULL;
	static const char argv[] = "sh\0-c\0x y\0";
	struct ct_exec_event *e;
	const struct ct_workload *w;

	e = see_exec(WEB, CT_ENTRY_SETUP, CT_ENTRY_MAIN, argv, sizeof(argv));
	e->creds.bounding = CT_CAPS_DOCKER_DEFAULT;
	e->creds.no_new_privs = 1;
	e->port_start = 0;
	see_exec(WEB, CT_ENTRY_MAIN, CT_ENTRY_MAIN, "ls", 3)->flags = CT_EXEC_F_32BIT;
	e = see_exec(WEB, CT_ENTRY_SETUP, CT_ENTRY_MAIN, argv, sizeof(argv));
	e->creds.bounding = CT_CAPS_ALL; /* too late to say anything new */
	e->creds.no_new_privs = 1;
	see_exec(WEB, CT_ENTRY_SETUP, 4711, "id", 3);
	e = see_exec(WEB, CT_ENTRY_SETUP, 4711, "id", 3);
	e->creds.no_new_privs = 1; /* what is executed so gains nothing: not the same */
	see_exec(OTHER, CT_ENTRY_SETUP, CT_ENTRY_MAIN, "x", 2);
	s = built();
	w = s->workloads[0];
	CU_ASSERT_EQUAL_FATAL(w->nexecs, 3);
	CU_ASSERT_EQUAL(w->compat, 1);
	CU_ASSERT(!w->execs[1].creds.no_new_privs && w->execs[2].creds.no_new_privs);
	UNIT_STR(w->execs[0].argv, "sh -c x y");
	UNIT_STR(w->execs[0].file, "/bin/sh");
	CU_ASSERT_EQUAL(w->execs[0].count, 2);
	UNIT_STR(w->execs[1].argv, "id");
	CU_ASSERT(w->configured_known && w->configured == CT_CAPS_DOCKER_DEFAULT);
	CU_ASSERT_EQUAL(w->start_seen, CT_YES);
	CU_ASSERT_EQUAL(w->starts, 1);
	CU_ASSERT(w->sysctls.known && w->sysctls.port_start == 0);
	CU_ASSERT_EQUAL(w->container.no_new_privs, CT_YES);
	CU_ASSERT_EQUAL(w->container.userns, CT_NO);
	CU_ASSERT_EQUAL(w->container.seccomp, CT_SECCOMP_NONE);
}

static void test_exits(void)
{
	ct_autosession struct ct_session *s = NULL;
	const struct ct_workload *w;

	see_exit(WEB, 0x100, false);
	see_exit(WEB, 15, true);
	see_exit(OTHER, 0, true);
	s = built();
	w = s->workloads[0];
	CU_ASSERT_EQUAL_FATAL(w->nexits, 2);
	UNIT_STR(w->exits[0].comm, "sixteen letters!");
	CU_ASSERT(w->end_seen == CT_YES && w->end_code == 15);
}

/* More ways to end than are kept: the cgroup's own loss, or anybody's where it has no name. */
static void test_many_exits(void)
{
	static const uint64_t cgroups[] = { WEB, OTHER, NAMELESS };
	struct ct_collect *c = ct_collect__new(NULL);
	ct_autosession struct ct_session *s = ct_session__new();

	see_cgroup(WEB, WEB_PATH, true);
	see_cgroup(OTHER, "/system.slice/other.service", false);
	for (int i = 0; i < 3 * 5000; i++) {
		if (probe.nevents > 250)
			ct_collect__consume(c);
		see_exit(cgroups[i % 3], i << 8, false);
	}
	ct_collect__take(c, CT_TAKE_LAST, s, choose_container, NULL);
	CU_ASSERT_EQUAL_FATAL(s->nworkloads, 1);
	CU_ASSERT(s->workloads[0]->lost && s->losses.events);
	CU_ASSERT_EQUAL(s->workloads[0]->nexits + s->workloads[0]->lost, 5000);
	CU_ASSERT(s->losses.events < 5000);
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
}

/* What is gone was taken and is forgotten, unless somebody still counts for it or came from it. */
static void test_gone(void)
{
	struct ct_collect *c = ct_collect__new(NULL);
	ct_autosession struct ct_session *s = ct_session__new();
	const struct ct_cgroups *paths = ct_collect__cgroups(c);

	see_cgroup(WEB, WEB_PATH, true);
	see_kind(key_of(WEB, CAP_CHOWN, 7), 3, 40, 45);
	see_exec(WEB, CT_ENTRY_MAIN, CT_ENTRY_MAIN, "ls", 3);
	fake_event(CT_EV_GONE, sizeof(struct ct_event), WEB, 90);
	probe.mentions[probe.nmentions++] = WEB;
	ct_collect__take(c, CT_TAKE_GONE, s, choose_container, NULL);
	CU_ASSERT_EQUAL(s->nworkloads, 0);
	CU_ASSERT_EQUAL(ct_collect__gone(c), 1);
	/* It sent processes elsewhere. */
	probe.nmentions = 0;
	see_cgroup(OTHER, "/system.slice/other.service", false);
	probe.entered[probe.nentered].id = (struct ct_slot_id){ .cgroup = OTHER, .slot = 1 };
	probe.entered[probe.nentered++].entered = (struct ct_entered){ .from = WEB };
	ct_collect__take(c, CT_TAKE_GONE, s, choose_container, NULL);
	CU_ASSERT_EQUAL_FATAL(s->nworkloads, 1);
	CU_ASSERT_EQUAL_FATAL(s->workloads[0]->nkinds, 1);
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[0].count, 3);
	CU_ASSERT(s->workloads[0]->kinds[0].sampled);
	CU_ASSERT(!ct_collect__gone(c) && !probe.nkinds);
	UNIT_STR(ct_cgroups__path(paths, WEB), WEB_PATH);
	CU_ASSERT_FALSE(ct_collect__was_roots(c, WEB_ID));
	/* These are gone, too. */
	fake_event(CT_EV_GONE, sizeof(struct ct_event), OTHER, 95);
	ct_collect__take(c, CT_TAKE_GONE, s, choose_container, NULL);
	CU_ASSERT_PTR_NULL(ct_cgroups__path(paths, WEB));
	CU_ASSERT_PTR_NULL(ct_cgroups__path(paths, OTHER));
	CU_ASSERT(ct_collect__was_roots(c, WEB_ID));
	CU_ASSERT_FALSE(ct_collect__was_roots(c, "other.service"));
	CU_ASSERT_EQUAL(s->workloads[0]->kinds[0].count, 3);
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
}

/* Was the end of a workload seen whose first process has ended? */
static enum ct_tristate end_of(const struct ct_own_cgroup *own)
{
	struct ct_collect *c = ct_collect__new(NULL);
	ct_autosession struct ct_session *s = ct_session__new();
	enum ct_tristate seen;

	see_cgroup(own->id, own->path, false);
	see_exit(own->id, 0, true);
	ct_collect__take(c, CT_TAKE_LAST, s, choose_all, NULL);
	CU_ASSERT_EQUAL_FATAL(s->nworkloads, 1);
	CU_ASSERT_EQUAL(s->workloads[0]->nexits, 1);
	seen = s->workloads[0]->end_seen;
	CU_ASSERT_EQUAL(s->workloads[0]->ends, seen == CT_YES);
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
	return seen;
}

/* A daemon goes on in another process. */
static void test_daemon(void)
{
	ct_autoerr struct ct_err err = {};
	struct ct_own_cgroup own = {};
	int pid;

	if (geteuid() || ct_own_cgroup__make(&own, &err))
		UNIT_SKIP("no cgroup can be made here");
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	CU_ASSERT_EQUAL(ct_own_cgroup__enter(&own, pid, &err), 0);
	CU_ASSERT_EQUAL(end_of(&own), CT_UNKNOWN);
	CU_ASSERT(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);
	CU_ASSERT_EQUAL(end_of(&own), CT_YES);
	ct_own_cgroup__remove(&own);
}

/* The event of its end may be among those that the cgroup itself has lost. */
static void test_lost_end(void)
{
	struct ct_collect *c = ct_collect__new(NULL);
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autofree char *dir = NULL;
	uint64_t id;

	see_cgroup(WEB, WEB_PATH, true); /* there is no such directory */
	see_kind(key_of(WEB, CAP_CHOWN, 7), 3, 40, 45);
	ct_collect__take(c, CT_TAKE_GONE, s, choose_container, NULL);
	CU_ASSERT_EQUAL(s->nworkloads, 0);
	probe.lost[0].cgroup = WEB;
	probe.lost[0].n = 1;
	probe.nlost = 1;
	ct_collect__take(c, CT_TAKE_GONE, s, choose_container, NULL);
	/* Where cgroups cannot be seen, nothing is said to be gone. */
	if (!ct_cgroups__find(ct_collect__cgroups(c), "/", &dir, &id) &&
	    !strcmp(ct_cgroups__from_root(ct_collect__cgroups(c), WEB_PATH), WEB_PATH)) {
		CU_ASSERT_EQUAL_FATAL(s->nworkloads, 1);
		CU_ASSERT_EQUAL(s->workloads[0]->nkinds, 1);
		CU_ASSERT_EQUAL(s->workloads[0]->lost, 1);
		CU_ASSERT_PTR_NULL(ct_cgroups__path(ct_collect__cgroups(c), WEB));
	}
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
}

/* The order of events and of maps is the kernel's: the session's is not. */
static void test_order(void)
{
	char *texts[2] = { NULL };

	for (int turn = 0; turn < 2; turn++) {
		ct_autosession struct ct_session *s = NULL;
		struct ct_str out = { 0 };

		for (int i = 0; i < 6; i++) {
			int n = turn ? 5 - i : i;

			see_kind(key_of(WEB, n % 3, 5 + (uint64_t)n), 1 + (uint64_t)n,
				 10 + (uint64_t)n, 20);
		}
		s = built();
		for (size_t i = 0; i < s->workloads[0]->nkinds; i++)
			ct_str__addf(&out, "%d %s %d;", s->workloads[0]->kinds[i].key.cap,
				     s->workloads[0]->kinds[i].stack[1],
				     (int)s->workloads[0]->kinds[i].count);
		texts[turn] = out.s;
	}
	UNIT_STR(texts[1], texts[0]);
	free(texts[0]);
	free(texts[1]);
}

/* ---- whose is it? ---- */

static struct ct_workload *chosen(struct ct_recorder *r, struct ct_session *s, const char *path,
				  bool inside)
{
	struct ct_cgroup_name name;

	ct_runtimes__classify(path, &name);
	return ct_recorder__choose(r, s, &name, path, inside);
}

static void test_choose(void)
{
	struct ct_recorder r = { .command = (char *)"sleep 1" };
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w;

	r.own.path = (char *)"/captrim-77";
	/* The command's own cgroup, and below; not beside. */
	w = chosen(&r, s, "/captrim-77", false);
	CU_ASSERT_FATAL(w && w->kind == CT_WL_COMMAND);
	UNIT_STR(w->command, "sleep 1");
	CU_ASSERT_PTR_EQUAL(chosen(&r, s, "/captrim-77/below", false), w);
	CU_ASSERT_PTR_NULL(chosen(&r, s, "/captrim-777", false));
	/* A container that the command made, and one that it did not. */
	CU_ASSERT_PTR_NULL(chosen(&r, s, WEB_PATH, false));
	w = chosen(&r, s, WEB_PATH, true);
	CU_ASSERT_FATAL(w && w->kind == CT_WL_CONTAINER);
	UNIT_STR(w->container.id, WEB_ID);
	UNIT_STR(w->cgroup_path, WEB_PATH);
	CU_ASSERT_PTR_EQUAL(chosen(&r, s, WEB_PATH "/inner", false), w);
	CU_ASSERT_PTR_NULL(chosen(&r, s, "/system.slice/cron.service", true));
	/* Everything, or what was asked for by name. */
	ct_session__add(s, "ssh.service");
	CU_ASSERT_PTR_NOT_NULL(chosen(&r, s, "/system.slice/ssh.service", false));
	r.opts.all = true;
	CU_ASSERT_PTR_NOT_NULL(chosen(&r, s, "/system.slice/cron.service", false));
}

/* The daemon's events: ours by label, by project, or all. */
static void test_docker_events(void)
{
	static const struct {
		const char *action, *label, *project;
		bool all, any, ours;
	} cases[] = {
		{ "create", "token", NULL, false, false, true },
		{ "create", "tokem", NULL, false, false, false },
		{ "create", NULL, "shop", false, false, true },
		{ "create", NULL, "shops", false, false, false },
		{ "create", NULL, NULL, false, false, false },
		{ "create", NULL, NULL, true, false, true },
		{ "create", NULL, NULL, false, true, true },
		{ "die", "token", NULL, true, false, false },
		{ "exec_create: x", "token", NULL, true, false, false },
	};
	struct ct_docker docker = { .engine = { &ct_docker_api, .runtime = CT_RT_PODMAN } };
	ct_autojson json_t *labels = json_pack("{s:s}", "com.docker.compose.config-hash", "1f2e");

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_recorder r = { .session = s, .engine = &docker.engine };
		const struct ct_engine_event ev = { .action = cases[i].action,
						    .from = &docker.engine,
						    .id = WEB_ID,
						    .name = "web",
						    .image = "nginx",
						    .project = "shop",
						    .service = "front",
						    .labels = labels,
						    .label = "token" };

		r.opts.label = cases[i].label;
		r.opts.project = cases[i].project;
		r.opts.all = cases[i].all;
		r.opts.any_container = cases[i].any;
		ct_recorder__on_engine(&r, &ev);
		ct_recorder__on_engine(&r, &ev);
		CU_ASSERT_EQUAL_FATAL(s->nworkloads, cases[i].ours);
		if (!cases[i].ours)
			continue;
		UNIT_STR(s->workloads[0]->container.name, "web");
		UNIT_STR(s->workloads[0]->container.service, "front");
		CU_ASSERT_EQUAL(s->workloads[0]->runtime, CT_RT_PODMAN);
	}
}

static void test_units(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_recorder r = { .session = s, .opts.quiet = true };
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL(ct_recorder__watch_unit(&r, "cron", &err), 0);
	CU_ASSERT_EQUAL(ct_recorder__watch_unit(&r, "cron.service", &err), 0);
	CU_ASSERT_EQUAL(ct_recorder__watch_unit(&r, "x.socket", &err), 0);
	CU_ASSERT_EQUAL(s->nworkloads, 2);
	CU_ASSERT(ct_session__find(s, "cron.service") && ct_session__find(s, "x.socket"));
	CU_ASSERT_EQUAL(ct_recorder__watch_unit(&r, "", &err), -EINVAL);
	CU_ASSERT_EQUAL(ct_recorder__watch_unit(&r, "a/b", &err), -EINVAL);
	CU_ASSERT(ct_recorder__watch_pid(&r, 0x3fffffff, &err) < 0);
	CU_ASSERT(err.msg && strstr(err.msg, "no process 1073741823"));
}

/* Without an API a container that runs is found by its id or the beginning of it. */
static void test_no_api(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_recorder r = { .session = s, .collect = ct_collect__new(NULL) };
	ct_autoerr struct ct_err err = { 0 };
	char beginning[] = WEB_ID;

	see_cgroup(WEB, WEB_PATH, true);
	see_cgroup(OTHER, "/system.slice/other.service", false);
	ct_collect__consume(r.collect);
	CU_ASSERT_EQUAL(ct_recorder__watch_container(&r, "web\033", &err), -ENOENT);
	CU_ASSERT(err.msg && strstr(err.msg, "no Docker or Podman API") &&
		  !strchr(err.msg, '\033'));
	beginning[5] = '\0';
	CU_ASSERT_EQUAL(ct_recorder__watch_container(&r, beginning, &err), -ENOENT);
	beginning[5] = WEB_ID[5];
	beginning[6] = '\0';
	CU_ASSERT_EQUAL(ct_recorder__watch_container(&r, beginning, &err), 0);
	CU_ASSERT_EQUAL(ct_recorder__watch_container(&r, WEB_ID, &err), 0);
	CU_ASSERT(ct_resolve__unit(ct_collect__cgroups(r.collect), "other.service"));
	CU_ASSERT(!ct_resolve__unit(ct_collect__cgroups(r.collect), "another.service"));
	CU_ASSERT_EQUAL(s->nworkloads, 1);
	ct_recorder__describe_rest(&r);
	CU_ASSERT_EQUAL(s->losses.lookups, 1);
	ct_collect__free(r.collect);
	memset(&probe, 0, sizeof(probe));
}

static CU_TestInfo tests[] = {
	{ "kinds", test_kinds },
	{ "losses", test_losses },
	{ "unsound", test_unsound },
	{ "short events", test_short_events },
	{ "full texts", test_full_texts },
	{ "overcommit", test_overcommit },
	{ "acts", test_acts },
	{ "reloads", test_reloads },
	{ "execs", test_execs },
	{ "exits", test_exits },
	{ "many exits", test_many_exits },
	{ "a daemon", test_daemon },
	{ "gone", test_gone },
	{ "lost end", test_lost_end },
	{ "order", test_order },
	{ "choose", test_choose },
	{ "the daemon's events", test_docker_events },
	{ "units and processes", test_units },
	{ "no API", test_no_api },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("collect", tests)
