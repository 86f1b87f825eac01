/* SPDX-License-Identifier: GPL-2.0-only */
/* Needs without a check: capset, ambient sets, file capabilities, seccomp's gates. */
#include <linux/capability.h>
#include <string.h>

#include "ct/selector.h"
#include "judge/gates.h"
#include "judge/judge_priv.h"
#include "judge/rules.h"

static bool is_setup(const struct ct_case *c, uint32_t entry)
{
	return !strcmp(ct_workload__phase(c->w, entry), "setup");
}

/* Each of the set is needed, or (any) one of them. */
static void need(struct ct_case *c, uint64_t set, bool any, const char *site, const char *syscall,
		 const char *process, uint32_t entry, uint64_t count, const char *text,
		 const char *source)
{
	if (ct_rules__is_off(site))
		return;
	ct_caps__for_each(cap, set) {
		const struct ct_reason like = {
			.verdict = CT_REQUIRED,
			.any_of = any ? set : 1ull << cap,
			.site = (char *)site,
			.syscall = (char *)syscall,
			.process = (char *)process,
			.phase = ct_workload__phase(c->w, entry),
			.scope = CT_SCOPE_NONE,
			.text = (char *)text,
			.source = source,
			.known = true,
		};

		ct_case__say(c, cap, &like)->granted += count;
		ct_case__need(c, like.any_of, CT_REQUIRED);
	}
}

/*
 * Was SETPCAP asked for an inheritable set beyond what the caller held? Where the
 * compiler made the check part of cap_capset (5.10 to 6.12) none is ever seen: then it
 * may have been.
 */
static bool reaches_beyond(const struct ct_case *c, const struct ct_act *a)
{
	bool seen = false;

	for (size_t i = 0; i < c->w->nkinds; i++) {
		const struct ct_kind *k = &c->w->kinds[i];

		if (k->key.cap != CAP_SETPCAP || !k->syscall || strcmp(k->syscall, "capset") != 0)
			continue;
		seen = true;
		if (k->key.entry == a->key.entry && k->key.sel == CT_CAPSET_BEYOND)
			return true;
	}
	return !seen;
}

/*
 * A capset for an explicit set fails with EPERM unless all of it is permitted. Who
 * asked with capget first asks for what it has (and would ask for less); but who picks a part
 * of it for its children to inherit means that part, and if it keeps no more than a part
 * itself, that as well.
 */
static uint64_t meant_by_capset(const struct ct_act_key *k)
{
	bool picks_inherited = k->c && (k->before & ~k->c);
	bool picks_permitted = picks_inherited && !(k->c & ~k->a) && (k->before & ~k->a);

	if (!k->asked)
		return k->a | k->c;
	return (picks_inherited ? k->c : 0) | (picks_permitted ? k->a : 0);
}

static void judge_capset(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	uint64_t beyond = a->key.c & ~a->key.a;
	uint64_t set = meant_by_capset(&a->key);

	if (beyond && reaches_beyond(c, a))
		set |= beyond | CT_CAP(SETPCAP);
	need(c, set & a->key.before, false, "cap_capset", "capset", comm, a->key.entry, a->count,
	     "capset() asks for exactly this set; without all of it: EPERM",
	     "security/commoncap.c:cap_capset, 5.10-7.3");
}

/*
 * libnuma, which many programs are linked with, finds out about the kernel by
 * setting a policy and the default right afterwards: as many resets as policies mean
 * that none was meant to stay.
 */
static bool is_probe(const struct ct_case *c, const struct ct_act *a)
{
	uint64_t set = 0, reset = 0;

	if (strcmp(a->syscall, "set_mempolicy") != 0)
		return false;
	for (size_t i = 0; i < c->w->nacts; i++) {
		const struct ct_act *b = &c->w->acts[i];

		if (b->syscall && !strcmp(b->syscall, "set_mempolicy") && b->key.ok)
			*(b->key.sel ? &set : &reset) += b->count;
	}
	return set <= reset;
}

static void judge_gate(struct ct_case *c, const struct ct_act *a, const char *comm)
{
	uint64_t caps = ct_gates__caps(a->syscall, a->key.sel, c->w->runtime);
	ct_autofree char *text = NULL;
	bool gated = c->w->container.seccomp == CT_SECCOMP_DEFAULT ||
		     c->w->container.privileged == CT_YES;

	if (!caps || !gated || is_probe(c, a))
		return;
	text = ct_xasprintf("the default seccomp profile allows %s() only with it; else: EPERM",
			    a->syscall);
	/* Granted by the profile's first matching capability the container has. */
	if (caps & a->key.before)
		caps &= a->key.before;
	need(c, caps, true, "seccomp", a->syscall, comm, a->key.entry, a->count, text,
	     "default seccomp profiles of moby 20.10-28 and containers/common");
}

static void judge_act(struct ct_case *c, const struct ct_act *a)
{
	char comm[sizeof(a->proc.comm) + 1] = "";

	if (!a->key.ok || is_setup(c, a->key.entry))
		return;
	memcpy(comm, a->proc.comm, sizeof(a->proc.comm));
	switch (a->key.type) {
	case CT_ACT_CAPSET: judge_capset(c, a, comm); break;
	case CT_ACT_AMBIENT:
		if (a->key.a < CT_CAP_MAX)
			need(c, 1ull << a->key.a, false, "cap_task_prctl", "prctl", comm,
			     a->key.entry, a->count,
			     "raising it into the ambient set; not held: EPERM",
			     "security/commoncap.c:cap_task_prctl, 5.10-7.3");
		break;
	case CT_ACT_SYSCALL: judge_gate(c, a, comm); break;
	default: /* dropping and securebits are checked for SETPCAP, and so are kinds */ break;
	}
}

/*
 * With the effective bit set, execve fails unless the whole permitted set of
 * the file is within the bounding set. So it does with no_new_privs, which only
 * takes away afterwards what was gained.
 */
static void judge_exec(struct ct_case *c, const struct ct_exec *x)
{
	const char *name = strrchr(x->file, '/');

	if (!x->fcaps || !x->fcaps_effective || x->entry == CT_ENTRY_SETUP)
		return;
	need(c, x->fcaps, false, "bprm_caps_from_vfs_caps", "execve", name ? name + 1 : x->file,
	     x->entry, x->count,
	     "executing a file with this file capability (+ep); outside the bounding set: EPERM",
	     "security/commoncap.c:bprm_caps_from_vfs_caps, 5.10-7.3");
}

/*
 * From within a new user namespace one can only map one's own effective id of the parent. To map 0
 * so, SETFCAP must have been held when the namespace was made: create_user_ns notes it
 * and asks nothing. Written from outside, the kernel asks.
 */
static bool maps_root_from_within(const struct ct_kind *k)
{
	const uint8_t want = CT_F_GRANTED | CT_F_EUID0;

	return k->key.cap == CAP_SYS_ADMIN && (k->key.flags & want) == want &&
	       (k->key.flags & CT_F_CREDS ? k->key.from == k->key.level :
					    k->sampled && k->creds.userns_level == k->key.level) &&
	       ct_kind__has_frame(k, "map_write") && ct_kind__has_frame(k, "proc_uid_map_write");
}

static void judge_root_map(struct ct_case *c, const struct ct_kind *k)
{
	char comm[sizeof(k->proc.comm) + 1] = "";

	if (is_setup(c, k->key.entry) || k->key.level <= c->base_level || !maps_root_from_within(k))
		return;
	memcpy(comm, k->proc.comm, sizeof(k->proc.comm));
	need(c, CT_CAP(SETFCAP), false, "verify_root_map", k->syscall, comm, k->key.entry, k->count,
	     "mapping its parent's user 0 into a user namespace, to be held when making it; else: "
	     "EPERM",
	     "kernel/user_namespace.c:create_user_ns, verify_root_map, 5.10-7.3");
}

void ct_case__judge_acts(struct ct_case *c)
{
	for (size_t i = 0; i < c->w->nkinds; i++)
		judge_root_map(c, &c->w->kinds[i]);
	for (size_t i = 0; i < c->w->nacts; i++)
		judge_act(c, &c->w->acts[i]);
	for (size_t i = 0; i < c->w->nexecs; i++)
		judge_exec(c, &c->w->execs[i]);
}
