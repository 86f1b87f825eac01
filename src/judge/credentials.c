/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose credentials were judged? A check is none of the workload's if it was asked of credentials
 * that cannot be the workload's own. Other credentials alone prove nothing: those of a
 * descriptor's opener, of a tracer, of a parent, of an io_uring personality or of an overlay that
 * the workload mounted itself are needs of the workload.
 */
#include <string.h>

#include "judge/judge_priv.h"
#include "model/frames.h"

/*
 * Bounding sets only ever shrink, except in a new user namespace, which shows in the level. So
 * a process that holds a capability that the workload was never given does not descend from it.
 */
static bool holds_more_than_given(const struct ct_case *c, const struct ct_kind *k)
{
	return k->key.flags & CT_F_CREDS && c->is.base_known && k->key.from == c->is.base_level &&
	       c->w->configured_known && k->key.effective & ~c->is.given;
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/*
 * Not backing_file_write_iter and the like, which lie between overlayfs and a layer: FUSE calls
 * them, too, with its server's credentials (fs/fuse/passthrough.c, 6.9).
 */
static bool is_overlays(const char *frame)
{
	return starts_with(frame, "ovl_");
}

static bool is_in_overlay(const struct ct_kind *k)
{
	for (size_t i = 0; i < k->stack_len; i++)
		if (is_overlays(k->stack[i]))
			return true;
	return false;
}

/* What overlayfs calls for a file of one of its layers, under the mounter's credentials. */
static bool works_on_layer(const char *frame)
{
	static const char *const names[] = { "do_splice_direct", "inode_permission",
					     "kernel_tmpfile_open", "notify_change" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (!strcmp(frame, names[i]))
			return true;
	/* vfs_listxattr ends by jumping to the layer's own function, so that its frame is gone. */
	if (ct_str_ends(frame, "_listxattr"))
		return true;
	/* vfs_ioc_setflags_prepare asks about the overlay's own file (5.10). */
	return starts_with(frame, "lookup_one") || starts_with(frame, "__vfs_") ||
	       (starts_with(frame, "vfs_") && !starts_with(frame, "vfs_ioc_"));
}

/*
 * Functions of overlayfs that ask under the mounter's credentials themselves, except while
 * mounting.
 */
static bool asks_as_mounter(const char *frame)
{
	static const char *const names[] = { "ovl_can_decode_fh", "ovl_decode_real_fh",
					     "ovl_open_realfile", "ovl_path_open" };
	char name[64];

	ct_frame__plain(frame, name, sizeof(name));
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/*
 * Are the mounter's credentials in force? A frame of overlayfs does not show it: what is asked
 * about the overlay's own file is asked of the caller (ovl_permission, ovl_setattr), whose
 * credentials may also differ from the task's, as those of an io_uring personality or a core dump
 * do. What overlayfs asks of a layer comes through the VFS again.
 */
static bool is_asked_of_mounter(const struct ct_kind *k)
{
	bool on_layer = false;

	for (size_t i = 0; i < k->stack_len; i++) {
		if (is_overlays(k->stack[i]))
			return on_layer || asks_as_mounter(k->stack[i]);
		on_layer |= works_on_layer(k->stack[i]);
	}
	return false;
}

/*
 * A process that was in a container before the recording was not seen to enter it: a runtime's
 * set-up, or that of a health check, looks like the workload itself.
 */
static bool may_have_entered(const struct ct_case *c, const struct ct_kind *k)
{
	return k->key.entry == CT_ENTRY_ENTERED ||
	       (k->key.entry == CT_ENTRY_MAIN && c->w->kind == CT_WL_CONTAINER &&
		c->w->start_seen != CT_YES);
}

bool ct_case__kind_is_outsiders(const struct ct_case *c, const struct ct_kind *k)
{
	if (!(k->key.flags & CT_CRED_OTHERS) && !may_have_entered(c, k))
		return false;
	return holds_more_than_given(c, k) || (is_asked_of_mounter(k) && c->is.mounts_no_overlay);
}

bool ct_case__kind_is_uncertain(const struct ct_kind *k)
{
	return k->key.flags & CT_F_CRED_FOREIGN ||
	       (k->key.flags & CT_F_CRED_DERIVED && is_in_overlay(k));
}

/*
 * When root executes a program, it gets all of its bounding set (handle_privileged_root). So where
 * it holds all that the workload was given, and no process changed its sets, it would also hold
 * whatever else was given.
 */
static bool would_hold_more(const struct ct_case *c, const struct ct_kind *k)
{
	return c->is.leaves_sets_alone && k->key.flags & CT_F_EUID0 &&
	       !(k->key.flags & CT_CRED_OTHERS) && k->key.from == 0 && c->w->configured_known &&
	       k->key.effective == c->w->configured && ct_whole__sees_start(c->w, k->key.entry);
}

uint64_t ct_case__held(const struct ct_case *c, const struct ct_kind *k)
{
	if (!(k->key.flags & CT_F_GRANTED))
		return ~0ull;
	if (k->key.flags & CT_F_CREDS)
		return would_hold_more(c, k) ? ~0ull : k->key.effective;
	return k->sampled ? ~(k->creds.permitted & ~k->creds.effective) : ~0ull;
}
