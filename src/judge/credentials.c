/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose credentials were judged? A check is none of the workload's if it was asked of credentials
 * that cannot be the workload's own. Other credentials alone prove nothing: those of a
 * descriptor's opener, of a tracer, of a parent, of an io_uring personality or of an overlay that
 * the workload mounted itself are needs of the workload.
 */
#include <string.h>

#include "ct/selector.h"
#include "judge/judge_priv.h"

/*
 * Bounding sets only ever shrink, except in a new user namespace, which shows in the level. So
 * a process that holds a capability that the workload was never given does not descend from it.
 */
static bool holds_more_than_given(const struct ct_case *c, const struct ct_kind *k)
{
	return k->key.flags & CT_F_CREDS && c->base_known && k->key.from == c->base_level &&
	       c->w->configured_known && k->key.effective & ~c->w->configured;
}

/* A function of overlayfs, which works on its layers with the mounter's credentials. */
static bool is_in_overlay(const struct ct_kind *k)
{
	for (size_t i = 0; i < k->stack_len; i++)
		if (!strncmp(k->stack[i], "ovl_", strlen("ovl_")))
			return true;
	return false;
}

/* Mounting always asks for SYS_ADMIN, and the selector of these calls tells the file system. */
static bool mounts_overlay(const struct ct_kind *k)
{
	return k->syscall && (!strcmp(k->syscall, "mount") || !strcmp(k->syscall, "fsopen")) &&
	       k->key.cap == CAP_SYS_ADMIN && k->key.flags & CT_F_GRANTED &&
	       k->key.entry != CT_ENTRY_SETUP &&
	       (!(k->key.flags & CT_F_CREDS) || k->key.flags & CT_F_COMPAT ||
		k->key.sel == CT_WORD_OVERLAY || k->key.sel == CT_WORD_UNKNOWN);
}

/* Was the workload seen from its start, with nothing lost, and mounted no overlay? */
static bool never_mounted_overlay(const struct ct_case *c)
{
	const struct ct_workload *w = c->w;

	if (w->start_seen != CT_YES || c->lossy)
		return false;
	for (size_t i = 0; i < w->nkinds; i++)
		if (mounts_overlay(&w->kinds[i]))
			return false;
	return true;
}

bool ct_kind__is_foreign(const struct ct_case *c, const struct ct_kind *k)
{
	if (!(k->key.flags & CT_CRED_OTHERS) && k->key.entry != CT_ENTRY_ENTERED)
		return false;
	return holds_more_than_given(c, k) || (is_in_overlay(k) && c->mounts_no_overlay);
}

bool ct_kind__is_borrowed(const struct ct_kind *k)
{
	return k->key.flags & CT_F_CRED_ALIEN || (k->key.flags & CT_F_CRED_KIN && is_in_overlay(k));
}

bool ct_act__is_outsiders(const struct ct_case *c, const struct ct_act *a)
{
	return a->key.entry == CT_ENTRY_ENTERED && c->w->configured_known &&
	       a->held & ~c->w->configured;
}

static bool changes_sets(const struct ct_case *c, const struct ct_act *a)
{
	switch (a->key.type) {
	case CT_ACT_CAPSET:
	case CT_ACT_AMBIENT:
	case CT_ACT_BSET_DROP:
	case CT_ACT_SECUREBITS:
		return a->key.entry != CT_ENTRY_SETUP && !ct_act__is_outsiders(c, a);
	default: return false;
	}
}

/* Did no process of the workload change its own sets? */
static bool leaves_its_sets_alone(const struct ct_case *c)
{
	if (c->lossy || !c->acts_watched)
		return false;
	for (size_t i = 0; i < c->w->nacts; i++)
		if (changes_sets(c, &c->w->acts[i]))
			return false;
	return true;
}

/* Was the process seen from its start that the kind's processes descend from? */
static bool is_seen_from_start(const struct ct_workload *w, uint32_t entry)
{
	if (entry == CT_ENTRY_MAIN)
		return w->start_seen == CT_YES;
	for (size_t i = 0; i < w->nexecs; i++)
		if (w->execs[i].entry == entry && w->execs[i].was == CT_ENTRY_SETUP)
			return true;
	return false;
}

/*
 * Root that executes a program holds all of its bounding set (handle_privileged_root). Where it
 * holds all that the workload was given, and no process changed its sets, it would hold what was
 * given besides.
 */
static bool would_hold_more(const struct ct_case *c, const struct ct_kind *k)
{
	return c->leaves_sets_alone && k->key.flags & CT_F_EUID0 &&
	       !(k->key.flags & CT_CRED_OTHERS) && k->key.from == 0 && c->w->configured_known &&
	       k->key.effective == c->w->configured && is_seen_from_start(c->w, k->key.entry);
}

uint64_t ct_kind__held(const struct ct_case *c, const struct ct_kind *k)
{
	if (!(k->key.flags & CT_F_GRANTED))
		return ~0ull;
	if (k->key.flags & CT_F_CREDS)
		return would_hold_more(c, k) ? ~0ull : k->key.effective;
	return k->sampled ? ~(k->creds.permitted & ~k->creds.effective) : ~0ull;
}

void ct_case__know_credentials(struct ct_case *c)
{
	c->mounts_no_overlay = never_mounted_overlay(c);
	c->leaves_sets_alone = leaves_its_sets_alone(c);
}
