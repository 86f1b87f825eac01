/* SPDX-License-Identifier: GPL-2.0-only */
/* Needs without a check: capset, ambient sets, file capabilities, seccomp's gates. */
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/prctl.h>

#include "build.h"
#include "ct/selector.h"
#include "judge/questions.h"
#include "judge/seccomp.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* ---- capset ---- */

#define DOCKER	   CT_CAPS_DOCKER_DEFAULT
#define NOTHING	   CT_ASKED_NOTHING, 0, 0
#define OLD	   CT_ASKED_SOME, 0, 0
#define TOLD(p, e) CT_ASKED_GOT, p, e

static const struct {
	const char *what;
	uint64_t permitted, effective, inheritable, before;
	uint8_t asked;
	uint64_t got_permitted, got_effective;
	uint64_t wanted;
	bool doubtful;
	bool refused;
	uint32_t entry;
	uint8_t level;
} capsets[] = {
	{ "an explicit set", CT_CAP(NET_BIND_SERVICE), 0, 0, DOCKER, NOTHING,
	  CT_CAP(NET_BIND_SERVICE), false, false, 0, 0 },
	{ "an explicit set, dropped from the bounding set before", CT_CAP(CHOWN), 0, 0, 0, NOTHING,
	  CT_CAP(CHOWN), false, false, 0, 0 },
	{ "nothing", 0, 0, 0, DOCKER, NOTHING, 0, false, false, 0, 0 },
	{ "the runtime's", CT_CAP(CHOWN), 0, 0, DOCKER, NOTHING, 0, false, false, CT_ENTRY_SETUP,
	  0 },
	{ "all of Docker's set", DOCKER, DOCKER, 0, DOCKER, NOTHING, DOCKER, false, false, 0, 0 },
	{ "what capget said", DOCKER, DOCKER, 0, DOCKER, TOLD(DOCKER, DOCKER), 0, false, false, 0,
	  0 },
	{ "the same without one", DOCKER & ~CT_CAP(CHOWN), DOCKER & ~CT_CAP(CHOWN), 0, DOCKER,
	  TOLD(DOCKER, DOCKER), 0, false, false, 0, 0 },
	{ "the same without two", DOCKER & ~CT_CAP(CHOWN) & ~CT_CAP(KILL),
	  DOCKER & ~CT_CAP(CHOWN) & ~CT_CAP(KILL), 0, DOCKER, TOLD(DOCKER, DOCKER),
	  DOCKER & ~CT_CAP(CHOWN) & ~CT_CAP(KILL), true, false, 0, 0 },
	{ "one of many that capget told", CT_CAP(CHOWN), CT_CAP(CHOWN), 0, DOCKER,
	  TOLD(DOCKER, DOCKER), CT_CAP(CHOWN), true, false, 0, 0 },
	{ "the only one that capget told", CT_CAP(CHOWN), CT_CAP(CHOWN), 0, CT_CAP(CHOWN),
	  TOLD(CT_CAP(CHOWN), CT_CAP(CHOWN)), CT_CAP(CHOWN), true, false, 0, 0 },
	{ "one raised", DOCKER, CT_CAP(CHOWN), 0, DOCKER, TOLD(DOCKER, 0), CT_CAP(CHOWN), true,
	  false, 0, 0 },
	{ "one raised beside many", DOCKER, DOCKER & ~CT_CAP(MKNOD), 0, DOCKER,
	  TOLD(DOCKER, DOCKER & ~CT_CAP(MKNOD) & ~CT_CAP(CHOWN)), 0, false, false, 0, 0 },
	{ "all that is permitted raised", DOCKER, DOCKER, 0, DOCKER, TOLD(DOCKER, 0), 0, false,
	  false, 0, 0 },
	{ "all but a few lowered", DOCKER, CT_CAP(CHOWN) | CT_CAP(KILL), 0, DOCKER,
	  TOLD(DOCKER, DOCKER), CT_CAP(CHOWN) | CT_CAP(KILL), true, false, 0, 0 },
	{ "a part to inherit", DOCKER, DOCKER, CT_CAP(SETUID), DOCKER, TOLD(DOCKER, DOCKER),
	  CT_CAP(SETUID), true, false, 0, 0 },
	{ "all to inherit", DOCKER, DOCKER, DOCKER, DOCKER, TOLD(DOCKER, DOCKER), 0, false, false,
	  0, 0 },
	{ "a part, in an old recording", CT_CAP(CHOWN), CT_CAP(CHOWN), 0, DOCKER, OLD,
	  CT_CAP(CHOWN), true, false, 0, 0 },
	{ "all, in an old recording", DOCKER, DOCKER, 0, DOCKER, OLD, 0, false, false, 0, 0 },
	{ "a wish that was refused", CT_CAP(SYS_ADMIN), 0, 0, DOCKER, NOTHING, 0, false, true, 0,
	  0 },
	{ "an explicit set in a user namespace of its own", CT_CAP(CHOWN), 0, 0, CT_CAPS_ALL,
	  NOTHING, 0, false, false, 0, 1 },
};

static void test_capset(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(capsets); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_act *a = build_act(w, CT_ACT_CAPSET, "capset");
		bool doubtful = false;

		w->container.userns = CT_NO;
		a->key.a = capsets[i].permitted;
		a->key.b = capsets[i].effective;
		a->key.c = capsets[i].inheritable;
		a->key.before = capsets[i].before;
		a->key.asked = capsets[i].asked;
		a->key.got_permitted = capsets[i].got_permitted;
		a->key.got_effective = capsets[i].got_effective;
		a->key.ok = !capsets[i].refused;
		a->key.entry = capsets[i].entry;
		a->key.level = capsets[i].level;
		r = ct_judge__session(s, CT_MODE_STRICT);
		ct_caps__for_each(cap, r->advices[0].cap_add)
			doubtful |= build_cap(r, cap)->reasons[0].doubtful;
		if (r->advices[0].cap_add != capsets[i].wanted || doubtful != capsets[i].doubtful)
			printf("capset of %s: 0x%llx\n", capsets[i].what,
			       (unsigned long long)r->advices[0].cap_add);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, capsets[i].wanted);
		CU_ASSERT_EQUAL(doubtful, capsets[i].doubtful);
	}
}

/*
 * A wish that was refused in the same recording was somebody else's, who may have given up what the
 * others need.
 */
static void test_capset_wish(void)
{
	static const struct {
		bool refused, same, died, failed;
		uint64_t wanted;
	} cases[] = {
		{ false, true, false, false, CT_CAP(CHOWN) },
		{ true, true, false, false, CT_CAP(CHOWN) },
		{ true, false, false, false, CT_CAP(CHOWN) }, /* another wish */
		{ true, true, true, false, CT_CAP(CHOWN) },   /* who was refused ended with it */
		{ true, true, false, true, CT_CAP(CHOWN) },   /* so did the workload */
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_exit *x;
		struct ct_act *a;

		build_act(w, CT_ACT_CAPSET, "capset")->key.a = CT_CAP(CHOWN);
		a = build_act(w, CT_ACT_CAPSET, "capset");
		a->key.a = cases[i].same ? CT_CAP(CHOWN) : CT_CAP(KILL);
		a->key.ok = !cases[i].refused;
		if (cases[i].died) {
			x = ct_workload__add_exit(w);
			x->pid = a->proc.pid;
			x->code = 256;
		}
		w->end_code = cases[i].failed ? 256 : 0;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
	}
}

/* Another recording lived without it, unless somebody else may have been granted it there. */
static void test_capset_lived(void)
{
	static const struct {
		struct ct_losses losses;
		uint64_t lost, wanted;
	} cases[] = {
		{ {}, 0, 0 },
		{ { .acts = 1 }, 0, CT_CAP(CHOWN) },
		{ { .missed = 1 }, 0, CT_CAP(CHOWN) },
		{ { .truncated = true }, 0, CT_CAP(CHOWN) },
		{ {}, 1, CT_CAP(CHOWN) },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x"), *other = build_container(s, "y");
		struct ct_act *a;
		size_t cap = 0;

		build_act(w, CT_ACT_CAPSET, "capset")->key.a = CT_CAP(CHOWN);
		a = build_act(other, CT_ACT_CAPSET, "capset");
		a->key.a = CT_CAP(CHOWN);
		a->key.ok = 0;
		other->recording = 1;
		other->lost = cases[i].lost;
		s->losses = cases[i].losses;
		s->nworkloads--;
		*CT_PUSH(w->more, w->nmore, cap) = other;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
	}
}

/* ---- user namespaces that the workload made ---- */

#define MAP_WRITE "security_capable file_ns_capable map_write "

static const struct {
	const char *what;
	int cap;
	const char *syscall, *stack;
	uint8_t level, creds_level; /* of the namespace asked about, of the asker's own */
	uint32_t euid;
	bool rootless;
	uint64_t wanted;
} inside[] = {
	{ "a mount within its own", CAP_SYS_ADMIN, "mount",
	  "security_capable ns_capable path_mount", 1, 1, 1000, false, 0 },
	{ "a mount within the container's", CAP_SYS_ADMIN, "mount",
	  "security_capable ns_capable path_mount", 1, 1, 1000, true, CT_CAP(SYS_ADMIN) },
	{ "an outsider entering it", CAP_SYS_ADMIN, "setns",
	  "security_capable ns_capable userns_install", 1, 0, 1000, false, CT_CAP(SYS_ADMIN) },
	{ "others made along with it", CAP_SYS_ADMIN, "unshare",
	  "security_capable ns_capable unshare_nsproxy_namespaces ksys_unshare", 1, 0, 1000, false,
	  0 },
	{ "the same, clone", CAP_SYS_ADMIN, "clone",
	  "security_capable ns_capable copy_namespaces copy_process", 1, 0, 1000, false, 0 },
	{ "without it", CAP_SYS_ADMIN, "unshare",
	  "security_capable ns_capable unshare_nsproxy_namespaces ksys_unshare", 0, 0, 1000, false,
	  CT_CAP(SYS_ADMIN) },
	{ "mapping itself, uid 0", CAP_SYS_ADMIN, "write", MAP_WRITE "proc_uid_map_write vfs_write",
	  1, 1, 0, false, CT_CAP(SETFCAP) },
	{ "mapping itself, not uid 0", CAP_SYS_ADMIN, "write",
	  MAP_WRITE "proc_uid_map_write vfs_write", 1, 1, 1000, false, 0 },
	{ "mapping its group", CAP_SYS_ADMIN, "write", MAP_WRITE "proc_gid_map_write vfs_write", 1,
	  1, 0, false, 0 },
	{ "mapping a child, for which the kernel asks", CAP_SYS_ADMIN, "write",
	  MAP_WRITE "proc_uid_map_write vfs_write", 1, 0, 0, false, CT_CAP(SYS_ADMIN) },
};

static void test_user_namespace(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(inside); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *k = build_check(w, inside[i].cap, inside[i].syscall,
						inside[i].stack);

		w->container.userns = inside[i].rootless ? CT_YES : CT_NO;
		k->key.level = inside[i].level;
		k->key.flags = CT_F_GRANTED | (inside[i].euid ? 0 : CT_F_EUID0);
		k->sampled = true;
		k->creds.euid = inside[i].euid;
		k->creds.userns_level = inside[i].creds_level;
		r = ct_judge__session(s, CT_MODE_STRICT);
		if (r->advices[0].cap_add != inside[i].wanted)
			printf("%s: 0x%llx\n", inside[i].what,
			       (unsigned long long)r->advices[0].cap_add);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, inside[i].wanted);
	}
}

/* SETPCAP is asked on every capset, and matters when the inheritable set grows. */
static void test_inheritable(void)
{
	static const struct {
		bool seen; /* the check for SETPCAP */
		uint32_t sel;
		uint64_t inheritable, wanted;
		uint32_t entry;
	} cases[] = {
		{ true, CT_CAPSET_WITHIN, 0, 0, 0 },
		{ true, CT_CAPSET_WITHIN, CT_CAP(CHOWN), CT_CAP(CHOWN), 0 },
		{ true, CT_CAPSET_WITHIN, CT_CAPS_DOCKER_DEFAULT, 0, 0 },
		{ true, CT_CAPSET_BEYOND, CT_CAP(CHOWN), CT_CAP(SETPCAP) | CT_CAP(CHOWN), 0 },
		/* the check is of other processes */
		{ true, CT_CAPSET_BEYOND, CT_CAP(CHOWN), CT_CAP(SETPCAP) | CT_CAP(CHOWN), 77 },
		/* a kernel whose check cannot be seen */
		{ false, 0, CT_CAP(CHOWN), CT_CAP(SETPCAP) | CT_CAP(CHOWN), 0 },
		{ false, 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_act *a = build_act(w, CT_ACT_CAPSET, "capset");

		if (cases[i].seen)
			build_check(w, CAP_SETPCAP, "capset",
				    "cap_capset security_capset __do_sys_capset")
				->key.sel = cases[i].sel;
		a->key.c = cases[i].inheritable;
		a->key.before = CT_CAPS_DOCKER_DEFAULT;
		a->key.entry = cases[i].entry;
		a->key.asked = 1;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
	}
}

/* ---- prctl ---- */

static void test_prctl(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	build_act(w, CT_ACT_AMBIENT, "prctl")->key.a = CAP_NET_RAW;
	build_act(w, CT_ACT_AMBIENT, "prctl")->key.a = 64; /* of no kernel */
	build_act(w, CT_ACT_BSET_DROP, "prctl")->key.a = CAP_SYS_TIME;
	build_check(w, CAP_SETPCAP, "prctl", "ns_capable cap_task_prctl security_task_prctl");
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(NET_RAW) | CT_CAP(SETPCAP));
	UNIT_STR(build_cap(r, CAP_NET_RAW)->reasons[0].site, "cap_task_prctl");
	UNIT_STR(build_cap(r, CAP_NET_RAW)->reasons[0].process, "prog");
}

/* Where the question for SETPCAP may not be seen, that it succeeded tells. */
static void test_securebits(void)
{
	static const struct {
		const char *kernel, *backend;
		bool seen;
		uint8_t level;
		uint64_t wanted;
	} cases[] = {
		{ "6.18.0", "tp_btf", false, 0, 0 },
		{ "6.12.9-amd64", "fexit", false, 0, CT_CAP(SETPCAP) },
		{ "5.10.0-9-amd64", "kprobe", false, 0, CT_CAP(SETPCAP) },
		{ "6.18.0", "fexit", false, 0, CT_CAP(SETPCAP) },
		{ NULL, NULL, false, 0, CT_CAP(SETPCAP) },
		{ "6.12.9-amd64", "fexit", true, 0, 0 }, /* the check itself speaks */
		{ "6.12.9-amd64", "fexit", false, 1, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_kind *k;

		s->host.kernel = cases[i].kernel ? ct_xstrdup(cases[i].kernel) : NULL;
		s->host.backend = cases[i].backend ? ct_xstrdup(cases[i].backend) : NULL;
		w->container.userns = CT_NO;
		build_act(w, CT_ACT_SECUREBITS, "prctl")->key.level = cases[i].level;
		if (cases[i].seen) {
			k = build_check(w, CAP_SETPCAP, "prctl", "cap_task_prctl");
			k->key.sel = PR_SET_SECUREBITS;
			k->key.flags = 0; /* refused, so that it is not a need itself */
		}
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
	}
}

/* The initial user namespace is asked, from wherever. */
static void test_low_map(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;

	build_act(build_container(s, "x"), CT_ACT_LOW_MAP, "mmap")->key.level = 3;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_RAWIO));
	CU_ASSERT(build_cap(r, CAP_SYS_RAWIO)->host_use);
}

/* ---- file capabilities ---- */

static void test_file_caps(void)
{
	static const struct {
		bool effective, nnp;
		uint32_t entry;
		uint64_t wanted;
	} cases[] = {
		{ true, false, CT_ENTRY_MAIN, CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN) },
		{ true, false, 4711, CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN) },
		{ false, false, CT_ENTRY_MAIN, 0 }, /* +p only: it starts all the same */
		{ true, true, CT_ENTRY_MAIN, CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN) },
		{ false, true, CT_ENTRY_MAIN, 0 },
		{ true, false, CT_ENTRY_SETUP, 0 },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_exec *e = build_exec(build_container(s, "x"), cases[i].entry,
					       "/usr/bin/ping",
					       CT_CAP(NET_RAW) | CT_CAP(NET_ADMIN));

		e->fcaps_effective = cases[i].effective;
		e->creds.no_new_privs = cases[i].nnp;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
		if (cases[i].wanted)
			UNIT_STR(build_cap(r, CAP_NET_RAW)->reasons[0].process, "ping");
	}
}

/* A recording may come from anywhere. */
static void test_file_caps_of_nothing(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_exec *e = build_exec(build_container(s, "x"), CT_ENTRY_MAIN, "/bin/x",
				       CT_CAP(NET_RAW));

	e->fcaps_effective = true;
	free(e->file);
	e->file = NULL;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(NET_RAW));
	UNIT_STR(build_cap(r, CAP_NET_RAW)->reasons[0].process, NULL);
}

/* ---- seccomp's gates ---- */

static const struct {
	const char *syscall;
	uint32_t sel;
	uint64_t caps;
} gates[] = {
	{ "bpf", 0, CT_CAP(SYS_ADMIN) | CT_CAP(BPF) },
	{ "clone", CLONE_NEWNS, CT_CAP(SYS_ADMIN) },
	{ "clone", CLONE_NEWUSER | CLONE_VM, CT_CAP(SYS_ADMIN) },
	{ "clone", CLONE_VM | CLONE_FS, 0 },
	{ "clone3", CLONE_NEWPID, CT_CAP(SYS_ADMIN) },
	{ "clone3", CLONE_VM, 0 },
	{ "clone3", CT_CLONE3_CLEAR_SIGHAND | CLONE_VM, 0 },
	{ "clone3", CT_CLONE3_INTO_CGROUP, CT_CAP(SYS_ADMIN) },
	{ "clone3", CT_CLONE3_FORK, CT_CAP(SYS_ADMIN) }, /* no library makes such a call */
	{ "clone3", CLONE_NEWTIME, CT_CAP(SYS_ADMIN) },
	{ "clone", CLONE_NEWTIME, 0 }, /* there it is part of a signal's number */
	{ "chroot", 0, CT_CAP(SYS_CHROOT) },
	{ "reboot", 0, CT_CAP(SYS_BOOT) },
	{ "open_by_handle_at", 0, CT_CAP(DAC_READ_SEARCH) },
	{ "set_mempolicy_home_node", 0, CT_CAP(SYS_NICE) },
	{ "setns", 0, CT_CAP(SYS_ADMIN) },
	{ "clone3", ~0u, 0 }, /* the flags could not be read */
	{ "mbind", 0, CT_CAP(SYS_NICE) },
	{ "set_mempolicy", MPOL_BIND, CT_CAP(SYS_NICE) },
	{ "set_mempolicy", MPOL_DEFAULT, CT_CAP(SYS_NICE) },
	{ "get_mempolicy", 0, 0 }, /* libnuma */
	{ "get_mempolicy", MPOL_F_NODE | MPOL_F_ADDR, CT_CAP(SYS_NICE) },
	{ "perf_event_open", 0, CT_CAP(SYS_ADMIN) | CT_CAP(PERFMON) },
	{ "process_vm_readv", 0, CT_CAP(SYS_PTRACE) },
	{ "unshare", CLONE_NEWUSER, CT_CAP(SYS_ADMIN) },
	{ "syslog", 0, CT_CAP(SYSLOG) | CT_CAP(SYS_ADMIN) },
	{ "ptrace", 0, 0 }, /* since kernel 4.8 */
	{ "openat", 0, 0 },
	{ NULL, 0, 0 },
};

static void test_gate_table(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(gates); i++)
		CU_ASSERT_EQUAL(ct_gates__caps(gates[i].syscall, gates[i].sel, CT_RT_DOCKER),
				gates[i].caps);
	/* What is gated is watched, and what acts need as well. */
	for (size_t i = 0; i < CT_ARRAY_SIZE(gates); i++) {
		bool watched = false;

		for (size_t k = 0; ct_gates_watched[k]; k++)
			watched |= gates[i].syscall &&
				   !strcmp(ct_gates_watched[k], gates[i].syscall);
		CU_ASSERT(watched || !gates[i].caps);
	}
#define CT_GATE(name, moby, common) \
	CU_ASSERT_NOT_EQUAL(ct_gates__caps(#name, CLONE_NEWNS | MPOL_F_NODE, CT_RT_DOCKER), 0);
#include "judge/gates.def"
#undef CT_GATE
}

/* containers/common's profile leaves free what moby's gates. */
static void test_gates_of_podman(void)
{
	CU_ASSERT_EQUAL(ct_gates__caps("unshare", CLONE_NEWUSER, CT_RT_PODMAN), 0);
	CU_ASSERT_EQUAL(ct_gates__caps("mbind", 0, CT_RT_CRIO), 0);
	CU_ASSERT_EQUAL(ct_gates__caps("bpf", 0, CT_RT_PODMAN), CT_CAP(SYS_ADMIN));
	CU_ASSERT_EQUAL(ct_gates__caps("kcmp", 0, CT_RT_PODMAN), CT_CAP(SYS_PTRACE));
	CU_ASSERT_EQUAL(ct_gates__caps("kcmp", 0, CT_RT_CONTAINERD), CT_CAP(SYS_PTRACE));
}

static uint64_t judged_gate(enum ct_seccomp seccomp, enum ct_tristate privileged, uint64_t before,
			    bool ok)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");
	struct ct_act *a = build_act(w, CT_ACT_SYSCALL, "bpf");

	w->container.seccomp = seccomp;
	w->container.privileged = privileged;
	a->key.before = before;
	a->key.ok = ok;
	r = ct_judge__session(s, CT_MODE_STRICT);
	return r->advices[0].cap_add;
}

/* Only where the profile is in force, or would be: for the privileged it is off. */
static void test_gate_profile(void)
{
	const uint64_t both = CT_CAP(SYS_ADMIN) | CT_CAP(BPF);

	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_DEFAULT, CT_NO, both, true), CT_CAP(BPF));
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_DEFAULT, CT_NO, CT_CAP(SYS_ADMIN), true),
			CT_CAP(SYS_ADMIN));
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_NONE, CT_YES, both, true), CT_CAP(BPF));
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_NONE, CT_NO, both, true), 0);
	/* Of a profile that could not be read the default is what is most likely. */
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_CUSTOM, CT_NO, both, true), CT_CAP(BPF));
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_UNKNOWN, CT_UNKNOWN, both, true), CT_CAP(BPF));
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_DEFAULT, CT_NO, both, false), 0);
	/* The profile let it through without either: an older or a newer one. */
	CU_ASSERT_EQUAL(judged_gate(CT_SECCOMP_DEFAULT, CT_NO, 0, true), CT_CAP(BPF));
}

/* As many resets as trials of MPOL_PREFERRED_MANY: libnuma finding out about the kernel. */
static void test_numa_probe(void)
{
	static const struct {
		uint64_t asked, set, reset;
		uint32_t mode;
		bool refused; /* an older kernel does not know the mode */
		uint64_t wanted;
	} cases[] = {
		{ 1, 1, 1, MPOL_PREFERRED_MANY, false, 0 },
		{ 1, 1, 1, MPOL_PREFERRED_MANY, true, 0 },
		{ 1, 1, 2, MPOL_PREFERRED_MANY, false, CT_CAP(SYS_NICE) },
		{ 2, 2, 1, MPOL_PREFERRED_MANY, false, CT_CAP(SYS_NICE) },
		{ 2, 2, 2, MPOL_PREFERRED_MANY, false, 0 }, /* by two programs */
		{ 0, 1, 1, MPOL_PREFERRED_MANY, false, CT_CAP(SYS_NICE) },
		{ 1, 2, 2, MPOL_PREFERRED_MANY, false, CT_CAP(SYS_NICE) },
		/* for a while is a wish, too */
		{ 1, 1, 1, MPOL_BIND, false, CT_CAP(SYS_NICE) },
		{ 1, 0, 1, MPOL_BIND, false, CT_CAP(SYS_NICE) },
		{ 1, 1, 0, MPOL_BIND, false, CT_CAP(SYS_NICE) },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_act *a = build_act(w, CT_ACT_SYSCALL, "set_mempolicy");

		a->key.sel = cases[i].mode;
		a->key.seccomp = 3; /* of an older recording nobody knows who asked */
		a->count = cases[i].set;
		a->key.ok = cases[i].set && !cases[i].refused;
		a = build_act(w, CT_ACT_SYSCALL, "set_mempolicy");
		a->key.sel = MPOL_DEFAULT;
		a->count = cases[i].reset;
		a->key.ok = cases[i].reset > 0;
		build_act(w, CT_ACT_SYSCALL, "get_mempolicy")->count = cases[i].asked;
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, cases[i].wanted);
	}
}

/* A gated call that failed for a reason of its own: the caller may want to hear just that. */
static void test_let_through(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	build_act(w, CT_ACT_SYSCALL, "process_vm_readv")->key.ok = CT_ACT_LET_THROUGH;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(SYS_PTRACE));
	CU_ASSERT_TRUE(build_cap(r, CAP_SYS_PTRACE)->reasons[0].doubtful);
}

/* A call that is newer than libseccomp has a number alone. */
static void test_call_without_name(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_act *a = build_act(build_container(s, "x"), CT_ACT_SYSCALL, "chroot");

	free(a->syscall);
	a->syscall = NULL;
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(r->advices[0].cap_add, 0);
}

/* Index and NFS export of an overlay go by a question that else costs inode numbers only. */
static void test_overlay_index(void)
{
	for (int with = 0; with < 2; with++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");

		build_check(w, CAP_DAC_READ_SEARCH, "mount",
			    "security_capable ovl_can_decode_fh ovl_fill_super get_tree_nodev");
		build_check(w, CAP_SYS_ADMIN, "mount",
			    with ? "capable xattr_permission vfs_getxattr ovl_get_fh ovl_verify_fh "
				   "ovl_verify_set_fh ovl_fill_super get_tree_nodev" :
				   "capable xattr_permission vfs_getxattr ovl_fill_super");
		r = ct_judge__session(s, CT_MODE_STRICT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add & CT_CAP(DAC_READ_SEARCH),
				with ? CT_CAP(DAC_READ_SEARCH) : 0);
	}
}

/* The same thing done twice is one reason with more weight. */
static void test_once(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;
	struct ct_workload *w = build_container(s, "x");

	for (int i = 0; i < 3; i++) {
		struct ct_act *a = build_act(w, CT_ACT_CAPSET, "capset");

		a->key.a = CT_CAP(CHOWN);
		a->key.b = (uint64_t)i & 1;
		a->count = 2;
	}
	r = ct_judge__session(s, CT_MODE_STRICT);
	CU_ASSERT_EQUAL(build_cap(r, CAP_CHOWN)->nreasons, 1);
	CU_ASSERT_EQUAL(build_cap(r, CAP_CHOWN)->reasons[0].granted, 6);
}

/* Who asks what it has may go by it, unless it asks for a set itself or has no more than advised.
 */
static void test_capget(void)
{
	static const struct {
		uint64_t told;
		const char *other; /* who calls capset; NULL: nobody */
		uint8_t level;
		uint32_t entry;
		bool warned;
	} cases[] = {
		{ CT_CAPS_DOCKER_DEFAULT, NULL, 0, CT_ENTRY_MAIN, true },
		{ CT_CAPS_DOCKER_DEFAULT, "other", 0, CT_ENTRY_MAIN, true },
		{ CT_CAPS_DOCKER_DEFAULT, "prog", 0, CT_ENTRY_MAIN, false },
		{ CT_CAPS_DOCKER_DEFAULT, NULL, 1, CT_ENTRY_MAIN, false },
		{ CT_CAPS_DOCKER_DEFAULT, NULL, 0, CT_ENTRY_SETUP, false },
		{ CT_CAP(CHOWN), NULL, 0, CT_ENTRY_MAIN, false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;
		struct ct_workload *w = build_container(s, "x");
		struct ct_act *a = build_act(w, CT_ACT_CAPGET, "capget");

		w->container.userns = CT_NO;
		a->key.a = cases[i].told;
		a->key.level = cases[i].level;
		a->key.entry = cases[i].entry;
		a->proc = (struct ct_proc){ .pid = 10, .comm = "prog" };
		if (cases[i].other) {
			a = build_act(w, CT_ACT_CAPSET, "capset");
			snprintf(a->proc.comm, sizeof(a->proc.comm), "%s", cases[i].other);
		}
		build_check(w, CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare");
		r = ct_judge__session(s, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(CHOWN));
		CU_ASSERT_EQUAL(ct_advice__warns(&r->advices[0], "own-sets"), cases[i].warned);
		CU_ASSERT(!cases[i].warned || r->advices[0].confidence <= CT_CONF_MEDIUM);
	}
}

static CU_TestInfo tests[] = {
	{ "capset", test_capset },
	{ "refused wishes", test_capset_wish },
	{ "a wish that another recording lived without", test_capset_lived },
	{ "user namespaces of its own", test_user_namespace },
	{ "inheritable", test_inheritable },
	{ "prctl", test_prctl },
	{ "securebits", test_securebits },
	{ "low mappings", test_low_map },
	{ "asking for its own sets", test_capget },
	{ "file capabilities", test_file_caps },
	{ "file capabilities of no file", test_file_caps_of_nothing },
	{ "table of gates", test_gate_table },
	{ "gates of Podman and CRI-O", test_gates_of_podman },
	{ "gates and profiles", test_gate_profile },
	{ "libnuma's probe", test_numa_probe },
	{ "a gated call that failed otherwise", test_let_through },
	{ "a call of which only the number is known", test_call_without_name },
	{ "an overlay's index", test_overlay_index },
	{ "once", test_once },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge-acts", tests)
