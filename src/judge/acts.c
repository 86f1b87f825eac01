/* SPDX-License-Identifier: GPL-2.0-only */
/* Needs without a check: capset, ambient sets, file capabilities, seccomp's gates. */
#include <linux/capability.h>
#include <string.h>

#include "ct/selector.h"
#include "judge/judge_priv.h"
#include "judge/rules.h"
#include "judge/seccomp.h"
#include "judge/when.h"
#include "model/frames.h"

static bool is_setup(const struct ct_case *c, uint32_t entry)
{
	return !strcmp(ct_workload__phase(c->w, entry), "setup");
}

/* What all reasons that an act gives have in common. */
struct ground {
	const char *site, *syscall, *process, *text, *source;
	uint32_t entry;
	uint64_t count;
	enum ct_verdict verdict;
	bool refused; /* then it is not a need, but shows a wish */
	bool doubtful;
};

/* Adds a need for each of the set, or (any) for one of them. */
static void need(struct ct_case *c, uint64_t set, bool any, const struct ground *g)
{
	if (!ct_rules__has(c->rules, g->site))
		return;
	ct_caps__for_each(cap, set) {
		const struct ct_reason like = {
			.verdict = g->verdict,
			.any_of = any ? set : 1ull << cap,
			.site = (char *)g->site,
			.syscall = (char *)g->syscall,
			.process = (char *)g->process,
			.phase = ct_workload__phase(c->w, g->entry),
			.scope = CT_SCOPE_NONE,
			.text = (char *)g->text,
			.source = g->source,
			.known = true,
			.doubtful = g->doubtful,
		};
		struct ct_reason *r = ct_case__say(c, cap, &like);

		*(g->refused ? &r->denied : &r->granted) += g->count;
		if (!g->refused || g->verdict == CT_REQUIRED)
			ct_case__need(c, like.any_of, g->verdict);
	}
	c->doubtful += set && g->doubtful && g->verdict == CT_REQUIRED;
}

static struct ground ground_of(const struct ct_act *a, const char *comm)
{
	return (struct ground){
		.syscall = a->syscall,
		.process = comm,
		.entry = a->key.entry,
		.count = a->count,
		.verdict = CT_REQUIRED,
		.refused = !a->key.ok,
	};
}

/*
 * A task that creates a user namespace holds every capability in it, also in the bounding set
 * (set_cred_user_ns), so what the kernel asks of it there is not one of the workload's needs.
 */
static bool is_in_own_namespace(const struct ct_case *c, uint8_t level)
{
	return level > c->is.base_level;
}

/*
 * Was this set, apart from what was dropped, taken over from what capget reported? Few programs
 * list by name all but one of what they happen to hold, or all but a few of many. Where more is
 * missing, the set may be what the program wants whatever it has: capsh is given such lists.
 */
static bool is_as_told(uint64_t set, uint64_t dropped)
{
	return ct_caps__count(set) >= 8 && 8 * ct_caps__count(dropped) <= ct_caps__count(set);
}

/* The part of the asked set that was named, rather than taken over from what capget reported. */
static uint64_t named(uint64_t asked, uint64_t told)
{
	return is_as_told(asked & told, told & ~asked) ? asked & ~told : asked;
}

/*
 * A capset for an explicit set fails with EPERM unless all of it is permitted. A caller that took
 * over what capget had reported would ask for less if it had less; that it called capget before
 * does not show that it did so. Each of the three sets may be made from the reported one of its
 * kind or from what is permitted, or be the same as the one that becomes permitted.
 */
static uint64_t named_by_capset(const struct ct_case *c, const struct ct_act_key *k)
{
	uint64_t permitted = k->got_permitted, effective = k->got_effective;
	uint64_t all = k->a | k->c, set;

	if (k->asked == CT_ASKED_NOTHING)
		return all;
	if (k->asked == CT_ASKED_SOME) /* for root the bounding set is a fair guess */
		permitted = effective = k->before;
	set = named(k->a, permitted);
	if (k->b != k->a && named(k->b, permitted))
		set |= named(k->b, effective);
	if (k->c != k->a && named(k->c, permitted))
		set |= named(k->c, k->got_inheritable);
	return set & (c->w->configured_known ? k->before | c->w->configured : ~0ull);
}

static bool is_same_wish(const struct ct_act_key *a, const struct ct_act_key *b)
{
	return a->type == CT_ACT_CAPSET && a->a == b->a && a->b == b->b && a->c == b->c;
}

static void join_in(struct ct_ranges *to, const struct ct_workload *part, const struct ct_act *a)
{
	ct_autoranges struct ct_ranges in = ct_workload__in(part, &a->in);

	ct_ranges__join(to, &in);
}

/*
 * Was the same wish refused to everyone in another recording, and the program went on? If it was
 * also granted in that recording, the refusal was somebody else's, who may have given up what the
 * others need. So none of its acts may be missing.
 */
static bool was_lived_without(const struct ct_case *c, const struct ct_act_key *k)
{
	ct_autoranges struct ct_ranges granted = {}, refused = {};

	ct_workload__for_each(part, c->whole) {
		bool failed = ct_case__has_failed(part);

		for (size_t i = 0; i < part->nacts; i++) {
			const struct ct_act *a = &part->acts[i];

			if (!is_same_wish(&a->key, k))
				continue;
			if (a->key.ok)
				join_in(&granted, part, a);
			else if (!failed && !part->lost && ct_act__went_on(a, part))
				join_in(&refused, part, a);
		}
	}
	ct_ranges__remove(&refused, &granted);
	return refused.len && c->sees_acts;
}

static void judge_capset(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	uint64_t beyond = a->key.c & ~a->key.a;
	uint64_t set = named_by_capset(c, &a->key);
	struct ground g = ground_of(a, comm);

	if (is_in_own_namespace(c, a->key.level))
		return;
	/* Where the compiler inlined the check into cap_capset (5.10 to 6.12) none is ever seen. */
	if (beyond && ct_whole__asks_beyond(c->w, a->key.entry) != CT_NO)
		set |= (beyond & a->key.before) | CT_CAP(SETPCAP);
	g.site = "cap_capset";
	g.source = "security/commoncap.c:cap_capset, 5.10-7.3";
	g.text = "capset() asks for exactly this set; without all of it: EPERM";
	if (a->key.asked != CT_ASKED_NOTHING) {
		g.text = "capset() asks for this; a program that copies what capget() reported "
			 "would ask for less without it, any other fails with EPERM";
		g.doubtful = true;
	}
	if (!(a->key.ok && !was_lived_without(c, &a->key)) && !c->failed) {
		g.verdict = CT_OPTIONAL;
		g.text = "capset() asks for this set; it was refused, and the program went on";
	}
	need(c, set, false, &g);
}

static void judge_gate(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	struct ct_gate gate = ct_gate__of(c->w, a);
	struct ground g = ground_of(a, comm);

	if (ct_str_equal(a->syscall, "set_mempolicy") &&
	    ct_whole__probes_mempolicy(c->w, a->key.sel))
		return;
	g.site = "seccomp";
	g.text = gate.text;
	g.source = c->w->container.profile.known ?
			   "the container's seccomp profile" :
			   "default seccomp profiles of moby 20.10-28 and containers/common";
	g.doubtful = gate.doubtful;
	if (a->key.ok == CT_ACT_LET_THROUGH) {
		g.text = "a call that the seccomp profile allows only with it failed otherwise, "
			 "which its caller may expect; without it: EPERM";
		g.doubtful = true;
	}
	need(c, gate.all, false, &g);
	need(c, gate.any, true, &g);
}

/*
 * A call that a seccomp profile refused leaves no check, and so no need. clone3 is refused
 * everywhere, and the C library does without.
 */
static void note_filtered(struct ct_case *c, const struct ct_act *a)
{
	struct ct_gate gate = ct_gate__of(c->w, a);
	uint64_t lacks = (gate.all | gate.any) & ~a->key.before;
	ct_autofree char *names = NULL, *text = NULL;

	if (a->key.type != CT_ACT_SYSCALL || a->key.seccomp <= CT_ACT_UNFILTERED || !lacks ||
	    ct_str_equal(a->syscall, "clone3"))
		return;
	names = ct_caps__join(lacks, " or ", "");
	text = ct_xasprintf("%s (%s)", a->syscall, names);
	if (!ct_strings__find(&c->filtered, text))
		ct_strings__add(&c->filtered, text);
}

/*
 * A task that reboots its own PID namespace dies in the call (reboot_pid_ns), whose end is never
 * seen. The check that was granted within the call stands for it.
 */
static void judge_no_return(struct ct_case *c, const struct ct_kind *k)
{
	char comm[sizeof(k->proc.comm) + 1] = "";
	const struct ct_act a = {
		.key = { .entry = k->key.entry,
			 .ok = 1,
			 .before = c->w->configured_known ? c->w->configured : 0 },
		.syscall = k->syscall,
		.count = k->count,
	};

	if (!ct_str_equal(k->syscall, "reboot") || !(k->key.flags & CT_F_GRANTED) ||
	    is_setup(c, k->key.entry))
		return;
	memcpy(comm, k->proc.comm, sizeof(k->proc.comm));
	judge_gate(c, &a, comm);
}

/* A custom profile may gate whatever it likes, and only some calls are watched. */
static void judge_unwatched_gates(struct ct_case *c)
{
	const char *syscall[CT_CAP_MAX] = {};
	struct ground g = {
		.site = "seccomp",
		.source = "the container's seccomp profile",
		.text = "the container's seccomp profile allows this call only with it; "
			"captrim does not watch the call, which may never have been made",
		.entry = CT_ENTRY_MAIN,
		.verdict = CT_REQUIRED,
		.doubtful = true,
	};
	const uint64_t set = ct_gates__unwatched(c->w, syscall);

	ct_caps__for_each(cap, set) {
		g.syscall = syscall[cap];
		need(c, 1ull << cap, false, &g);
	}
}

/*
 * The tracepoint lies within cap_capable. Where the compiler inlines that into its callers in
 * commoncap.c (Debian's 5.10 to 6.12), the other attach types do not see their checks.
 */
static bool sees_commoncap(const struct ct_case *c)
{
	return c->kernel >= CT_KERNEL(6, 14) && (!c->backend || !strcmp(c->backend, "tp_btf"));
}

/* prctl asks for SETPCAP first, whatever the bits, on all kernels without that tracepoint. */
static void judge_securebits(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	struct ground g = ground_of(a, comm);

	if (sees_commoncap(c) || is_in_own_namespace(c, a->key.level) ||
	    ct_whole__asks_for_securebits(c->w))
		return;
	g.site = "cap_task_prctl";
	g.text = "setting securebits; without it: EPERM";
	g.source = "security/commoncap.c:cap_task_prctl, 5.10-6.12";
	need(c, CT_CAP(SETPCAP), false, &g);
}

static void judge_ambient(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	struct ground g = ground_of(a, comm);

	if (a->key.a >= CT_CAP_MAX || is_in_own_namespace(c, a->key.level))
		return;
	g.site = "cap_task_prctl";
	g.text = "raising it into the ambient set; not held: EPERM";
	g.source = "security/commoncap.c:cap_task_prctl, 5.10-7.3";
	need(c, 1ull << a->key.a, false, &g);
}

/* Asked of the initial user namespace, wherever the caller is. */
static void judge_low_map(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	struct ground g = ground_of(a, comm);

	g.site = "cap_mmap_addr";
	g.text = "mapping memory below vm.mmap_min_addr; without it: EPERM";
	g.source = "security/commoncap.c:cap_mmap_addr, 5.10-7.3";
	need(c, CT_CAP(SYS_RAWIO), false, &g);
	c->host_caps |= CT_CAP(SYS_RAWIO);
}

static bool calls_capset(const struct ct_workload *w, const struct ct_act *like)
{
	for (size_t i = 0; i < w->nacts; i++)
		if (w->acts[i].key.type == CT_ACT_CAPSET &&
		    !memcmp(w->acts[i].proc.comm, like->proc.comm, sizeof(like->proc.comm)))
			return true;
	return false;
}

/*
 * Who asks what it holds and then asks for nothing may go by the answer: some programs refuse to
 * work without a capability before the kernel is asked for it. Which one that is cannot be seen.
 */
static void judge_capget(struct ct_case *c, const struct ct_act *a)
{
	if (is_in_own_namespace(c, a->key.level) || calls_capset(c->w, a))
		return;
	c->asker = c->asker ?: a;
	c->told |= a->key.a & CT_CAPS_ALL;
}

static void judge_act(struct ct_case *c, const struct ct_act *a)
{
	char comm[sizeof(a->proc.comm) + 1] = "";

	if (is_setup(c, a->key.entry) || ct_act__is_outsiders(a, c->w, c->is.given))
		return;
	if (!a->key.ok && a->key.type != CT_ACT_CAPSET) {
		note_filtered(c, a);
		return;
	}
	memcpy(comm, a->proc.comm, sizeof(a->proc.comm));
	switch (a->key.type) {
	case CT_ACT_CAPSET: judge_capset(c, a, comm); break;
	case CT_ACT_AMBIENT: judge_ambient(c, a, comm); break;
	case CT_ACT_SECUREBITS: judge_securebits(c, a, comm); break;
	case CT_ACT_TARGET: ct_case__add_target(c, a); break;
	case CT_ACT_SYSCALL: judge_gate(c, a, comm); break;
	case CT_ACT_CAPGET: judge_capget(c, a); break;
	case CT_ACT_LOW_MAP: judge_low_map(c, a, comm); break;
	default: /* a drop is checked by ns_capable, which every attach type sees: a kind */ break;
	}
}

/*
 * With the effective bit set, execve fails unless the whole permitted set of the file is within the
 * bounding set. It also fails with no_new_privs, which takes away what was gained only afterwards.
 */
static void judge_exec(struct ct_case *c, const struct ct_exec *x)
{
	const char *file = x->file ? x->file : ""; /* a recording may lack it */
	const char *name = strrchr(file, '/');
	struct ground g = {
		.site = "bprm_caps_from_vfs_caps",
		.syscall = "execve",
		.process = name ? name + 1 : file,
		.entry = x->entry,
		.count = x->count,
		.text = "executing a file with this file capability (+ep); outside the bounding "
			"set: EPERM",
		.source = "security/commoncap.c:bprm_caps_from_vfs_caps, 5.10-7.3",
		.verdict = CT_REQUIRED,
	};

	if (!x->fcaps || !x->fcaps_effective || x->entry == CT_ENTRY_SETUP ||
	    is_in_own_namespace(c, x->creds.userns_level))
		return;
	need(c, x->fcaps, false, &g);
}

/*
 * From within a new user namespace one can only map one's own effective id in the parent. To map 0
 * that way, SETFCAP must have been held when the namespace was made: create_user_ns notes that and
 * does not ask. If the map is written from outside, the kernel asks.
 */
static bool maps_root_from_within(const struct ct_case *c, const struct ct_kind *k)
{
	/* In a user namespace other than the host's it is not known who is user 0. */
	bool may_be_root = k->key.flags & CT_F_EUID0 || c->is.base_level;

	return k->key.cap == CAP_SYS_ADMIN && k->key.flags & CT_F_GRANTED && may_be_root &&
	       (k->key.flags & CT_F_CREDS ? k->key.from == k->key.level :
					    k->sampled && k->creds.userns_level == k->key.level) &&
	       ct_kind__has_frame(k, "map_write") && ct_kind__has_frame(k, "proc_uid_map_write");
}

static void judge_root_map(struct ct_case *c, const struct ct_kind *k)
{
	char comm[sizeof(k->proc.comm) + 1] = "";
	const struct ground g = {
		.site = "verify_root_map",
		.syscall = k->syscall,
		.process = comm,
		.entry = k->key.entry,
		.count = k->count,
		.text = "mapping user 0 of the parent into a new user namespace, needed when that "
			"namespace is created; else: EPERM",
		.source = "kernel/user_namespace.c:create_user_ns, verify_root_map, 5.10-7.3",
		.verdict = CT_REQUIRED,
	};

	/* Whoever makes another namespace within such a one holds everything there. */
	if (is_setup(c, k->key.entry) || k->key.level <= c->is.base_level ||
	    (c->is.base_known && k->key.level != c->is.base_level + 1) ||
	    !maps_root_from_within(c, k))
		return;
	memcpy(comm, k->proc.comm, sizeof(k->proc.comm));
	need(c, CT_CAP(SETFCAP), false, &g);
}

/* Without the capability an overlay is mounted without the index that it was to have. */
static void judge_overlay_index(struct ct_case *c, const struct ct_kind *k)
{
	char comm[sizeof(k->proc.comm) + 1] = "";
	const struct ground g = {
		.site = "ovl_can_decode_fh",
		.syscall = k->syscall,
		.process = comm,
		.entry = k->key.entry,
		.count = k->count,
		.text = "mounting an overlay with an index or for NFS; without it: mounted without",
		.source = "fs/overlayfs/super.c:ovl_lower_dir, ovl_make_workdir, 5.10-7.3",
		.verdict = CT_REQUIRED,
	};

	if (k->key.cap != CAP_DAC_READ_SEARCH || !(k->key.flags & CT_F_GRANTED) ||
	    is_setup(c, k->key.entry) || !ct_kind__is_in_overlay_mount(k, "ovl_can_decode_fh") ||
	    !ct_whole__mounts_with_index(c->w, k->key.entry))
		return;
	memcpy(comm, k->proc.comm, sizeof(k->proc.comm));
	need(c, CT_CAP(DAC_READ_SEARCH), false, &g);
}

void ct_case__judge_acts(struct ct_case *c)
{
	const struct ct_workload *w = c->w;

	for (size_t i = 0; i < w->nkinds; i++) {
		ct_case__see(c, &w->kinds[i].in);
		judge_overlay_index(c, &w->kinds[i]);
		judge_root_map(c, &w->kinds[i]);
		judge_no_return(c, &w->kinds[i]);
	}
	for (size_t i = 0; i < w->nacts; i++) {
		ct_case__see(c, &w->acts[i].in);
		judge_act(c, &w->acts[i]);
	}
	ct_case__see(c, &w->in);
	judge_unwatched_gates(c);
	for (size_t i = 0; i < w->nexecs; i++) {
		ct_case__see(c, &w->execs[i].in);
		judge_exec(c, &w->execs[i]);
	}
}
