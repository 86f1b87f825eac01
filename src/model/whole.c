/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/whole.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/util.h"
#include "ct/selector.h"
#include "model/frames.h"

uint8_t ct_kind__level_of_judged(const struct ct_kind *k)
{
	return k->key.flags & CT_F_CREDS ? k->key.from : k->creds.userns_level;
}

bool ct_kind__is_level_known(const struct ct_kind *k)
{
	return k->key.flags & CT_F_CREDS || k->sampled;
}

/* The level of the user namespace that the entry point was started in; -ENOENT: not seen. */
static int level_at_start(const struct ct_workload *w)
{
	for (size_t i = 0; i < w->nexecs; i++)
		if (ct_exec__is_entry_point(&w->execs[i]))
			return w->execs[i].creds.userns_level;
	return w->container.userns == CT_NO ? 0 : -ENOENT;
}

/* The lowest level seen; if none was, UINT8_MAX, so that no namespace counts as nested deeper. */
static uint8_t lowest_level(const struct ct_workload *w)
{
	uint8_t lowest = UINT8_MAX;

	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_kind *k = &w->kinds[i];

		if (ct_kind__is_level_known(k) && k->key.entry != CT_ENTRY_SETUP &&
		    !(k->key.flags & CT_CRED_OTHERS) && ct_kind__level_of_judged(k) < lowest)
			lowest = ct_kind__level_of_judged(k);
	}
	return lowest;
}

/*
 * All that may be permitted, even if the bounding set lacks it: inheritable and ambient
 * capabilities survive an execve whatever the bounding set says (cap_bprm_creds_from_file).
 */
static uint64_t ever_given(const struct ct_workload *w)
{
	uint64_t given = w->configured;

	for (size_t i = 0; i < w->nexecs; i++) {
		const struct ct_creds *x = &w->execs[i].creds;

		if (w->execs[i].was == CT_ENTRY_SETUP && w->execs[i].entry != CT_ENTRY_SETUP)
			given |= x->bounding | x->permitted | x->inheritable | x->ambient;
	}
	return given;
}

static bool is_admins(const struct ct_kind *k, const char *syscall)
{
	return ct_str_equal(k->syscall, syscall) && k->key.cap == CAP_SYS_ADMIN &&
	       k->key.flags & CT_F_GRANTED && k->key.entry != CT_ENTRY_SETUP;
}

/* Mounting always checks SYS_ADMIN, and the selector of these calls tells the file system. */
static bool mounts_overlay(const struct ct_kind *k)
{
	/* A total does not tell which call it was. */
	if (k->key.flags & CT_F_TOTAL)
		return k->key.cap == CAP_SYS_ADMIN && k->key.flags & CT_F_GRANTED &&
		       k->key.entry != CT_ENTRY_SETUP;
	return (is_admins(k, "mount") || is_admins(k, "fsopen")) &&
	       (!(k->key.flags & CT_F_CREDS) || !ct_key__tells_arguments(&k->key) ||
		k->key.sel == CT_WORD_OVERLAY || k->key.sel == CT_WORD_UNKNOWN);
}

/* Was the workload seen from its start, with nothing lost, and did it mount no overlay? */
static bool never_mounted_overlay(const struct ct_workload *w)
{
	bool opened = false, configured = false;

	if (w->start_seen != CT_YES || w->lost)
		return false;
	for (size_t i = 0; i < w->nkinds; i++) {
		if (mounts_overlay(&w->kinds[i]))
			return false;
		opened |= is_admins(&w->kinds[i], "fsopen");
		configured |= is_admins(&w->kinds[i], "fsconfig");
	}
	/* What others opened may be an overlay, and whoever configures it becomes its mounter. */
	return opened || !configured;
}

bool ct_act__is_outsiders(const struct ct_act *a, const struct ct_workload *part, uint64_t given)
{
	return a->key.entry == CT_ENTRY_ENTERED && part->configured_known && a->held & ~given;
}

static bool changes_sets(const struct ct_act *a, const struct ct_workload *w, uint64_t given)
{
	switch (a->key.type) {
	case CT_ACT_CAPSET:
	case CT_ACT_AMBIENT:
	case CT_ACT_BSET_DROP:
	case CT_ACT_SECUREBITS:
		return a->key.entry != CT_ENTRY_SETUP && !ct_act__is_outsiders(a, w, given);
	default: return false;
	}
}

/* Did no process of the workload change its own sets? */
static bool leaves_its_sets_alone(const struct ct_workload *w, uint64_t given)
{
	/* Not all that 32-bit programs do is seen. */
	if (w->lost || w->compat)
		return false;
	for (size_t i = 0; i < w->nexecs; i++)
		if (w->execs[i].entry != CT_ENTRY_SETUP &&
		    w->execs[i].creds.securebits & SECBIT_NOROOT)
			return false;
	for (size_t i = 0; i < w->nacts; i++)
		if (changes_sets(&w->acts[i], w, given))
			return false;
	return true;
}

void ct_whole__of(const struct ct_workload *part, struct ct_whole *w)
{
	int start = level_at_start(part);

	w->base_known = start >= 0;
	w->base_level = w->base_known ? (uint8_t)start : lowest_level(part);
	w->given = ever_given(part);
	w->mounts_no_overlay = never_mounted_overlay(part);
	w->leaves_sets_alone = leaves_its_sets_alone(part, w->given);
}

bool ct_whole__sees_start(const struct ct_workload *part, uint32_t entry)
{
	if (entry == CT_ENTRY_MAIN)
		return part->start_seen == CT_YES;
	for (size_t i = 0; i < part->nexecs; i++)
		if (part->execs[i].entry == entry && part->execs[i].was == CT_ENTRY_SETUP)
			return true;
	return false;
}

enum ct_tristate ct_whole__asks_beyond(const struct ct_workload *part, uint32_t entry)
{
	bool seen = false;

	for (size_t i = 0; i < part->nkinds; i++) {
		const struct ct_kind *k = &part->kinds[i];

		if (k->key.cap != CAP_SETPCAP || !ct_str_equal(k->syscall, "capset"))
			continue;
		seen = true;
		if (k->key.entry == entry && k->key.sel == CT_CAPSET_BEYOND)
			return CT_YES;
	}
	return seen ? CT_NO : CT_UNKNOWN;
}

bool ct_whole__asks_for_securebits(const struct ct_workload *part)
{
	for (size_t i = 0; i < part->nkinds; i++) {
		const struct ct_kind *k = &part->kinds[i];

		if (k->key.cap == CAP_SETPCAP && k->key.sel == PR_SET_SECUREBITS &&
		    ct_str_equal(k->syscall, "prctl"))
			return true;
	}
	return false;
}

static uint64_t times_set_mempolicy(const struct ct_workload *w, uint32_t mode, bool refused)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->nacts; i++) {
		const struct ct_act *a = &w->acts[i];

		if (ct_str_equal(a->syscall, "set_mempolicy") && a->key.sel == mode &&
		    (refused || a->key.ok == CT_ACT_OK))
			n += a->count;
	}
	return n;
}

/*
 * How many more times MPOL_PREFERRED_MANY was set than the policy was got. Recordings that do not
 * tell the seccomp mode are older than the watch on get_mempolicy, and are left out.
 */
static int64_t unasked_policies(const struct ct_workload *w)
{
	int64_t n = 0;

	for (size_t i = 0; i < w->nacts; i++) {
		const struct ct_act *a = &w->acts[i];

		if (ct_str_equal(a->syscall, "get_mempolicy") && !a->key.sel)
			n -= a->count;
		else if (ct_str_equal(a->syscall, "set_mempolicy") &&
			 a->key.sel == MPOL_PREFERRED_MANY && a->key.seccomp)
			n += a->count;
	}
	return n;
}

bool ct_whole__probes_mempolicy(const struct ct_workload *part, uint32_t mode)
{
	/* libnuma's constructor gets the policy first. */
	if (unasked_policies(part) > 0)
		return false;
	if (mode == MPOL_PREFERRED_MANY)
		return times_set_mempolicy(part, MPOL_PREFERRED_MANY, false) <=
		       times_set_mempolicy(part, MPOL_DEFAULT, false);
	return mode == MPOL_DEFAULT && times_set_mempolicy(part, MPOL_DEFAULT, false) <=
					       times_set_mempolicy(part, MPOL_PREFERRED_MANY, true);
}

bool ct_kind__is_in_overlay_mount(const struct ct_kind *k, const char *function)
{
	return ct_kind__has_frame(k, function) && ct_kind__has_frame(k, "ovl_fill_super");
}

bool ct_whole__mounts_with_index(const struct ct_workload *part, uint32_t entry)
{
	for (size_t i = 0; i < part->nkinds; i++) {
		const struct ct_kind *k = &part->kinds[i];

		if (k->key.entry == entry && k->key.flags & CT_F_GRANTED &&
		    (ct_kind__is_in_overlay_mount(k, "ovl_verify_set_fh") ||
		     ct_kind__is_in_overlay_mount(k, "ovl_indexdir_cleanup")))
			return true;
	}
	return false;
}
