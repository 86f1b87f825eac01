/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/evidence.h"

#include <string.h>

#include "base/util.h"

void ct_wants__free(struct ct_wants *w)
{
	free(w->items);
	*w = (struct ct_wants){};
}

bool ct_wants__has(const struct ct_wants *w, uint64_t any_of)
{
	for (size_t i = 0; i < w->len; i++)
		if (w->items[i].any_of == any_of && w->items[i].verdict != CT_UNNEEDED)
			return true;
	return false;
}

/* One need is as certain as its most certain reason. */
static void add(struct ct_wants *out, const struct ct_reason *r, bool fresh)
{
	for (size_t i = 0; i < out->len; i++) {
		struct ct_want *w = &out->items[i];

		if (w->any_of != r->any_of || w->verdict != r->verdict)
			continue;
		w->doubtful &= r->doubtful;
		w->fresh |= fresh;
		return;
	}
	*CT_PUSH(out->items, out->len, out->cap) = (struct ct_want){
		.any_of = r->any_of, .verdict = r->verdict, .doubtful = r->doubtful, .fresh = fresh
	};
}

static const struct ct_advice *find(const struct ct_report *r, const struct ct_workload *w)
{
	for (size_t i = 0; i < r->nadvices; i++)
		if (r->advices[i].workload == w)
			return &r->advices[i];
	return NULL;
}

static void free_use(struct ct_use *u)
{
	free(u->site);
	free(u->syscall);
	free(u->process);
}

void ct_uses__free(struct ct_uses *u)
{
	for (size_t i = 0; i < u->len; i++)
		free_use(&u->items[i]);
	free(u->items);
	*u = (struct ct_uses){};
}

static bool is_use(const struct ct_use *u, const struct ct_reason *r)
{
	return (u->any_of & r->any_of) && ct_str_equal(u->site, r->site) &&
	       ct_str_equal(u->syscall, r->syscall) && ct_str_equal(u->process, r->process);
}

typedef bool (*wanted_fn)(const struct ct_reason *r);

static bool is_among(const struct ct_uses *u, const struct ct_reason *r)
{
	for (size_t i = 0; i < u->len; i++)
		if (is_use(&u->items[i], r))
			return true;
	return false;
}

/*
 * Adds the wanted reasons that no member of the set satisfies. Those that are not among `before`
 * are fresh.
 */
static void collect(const struct ct_advice *a, wanted_fn wanted, uint64_t set,
		    const struct ct_uses *before, struct ct_wants *out)
{
	for (size_t i = 0; a && i < a->ncaps; i++)
		for (size_t k = 0; k < a->caps[i].nreasons; k++)
			if (wanted(&a->caps[i].reasons[k]) && !(a->caps[i].reasons[k].any_of & set))
				add(out, &a->caps[i].reasons[k],
				    before && !is_among(before, &a->caps[i].reasons[k]));
}

static bool is_need(const struct ct_reason *r)
{
	return r->verdict == CT_REQUIRED || (r->verdict == CT_OPTIONAL && r->granted);
}

void ct_evidence__needs(struct ct_session *s, const struct ct_workload *w, struct ct_wants *out,
			uint64_t *asked)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	const struct ct_advice *a = find(r, w);

	collect(a, is_need, 0, NULL, out);
	*asked = a ? a->required | a->optional : 0;
	for (size_t i = 0; a && i < a->ncaps; i++)
		if (a->caps[i].granted)
			*asked |= 1ull << a->caps[i].cap;
}

static bool is_refused(const struct ct_reason *r)
{
	return r->denied;
}

void ct_evidence__refused(struct ct_session *s, struct ct_workload *w, uint64_t set,
			  const struct ct_uses *before, struct ct_wants *out)
{
	enum ct_tristate end_seen = w->end_seen;
	int end_code = w->end_code;

	/* Judged as if it had failed: the judge plays down what a workload survived. */
	w->end_seen = CT_YES;
	w->end_code = 1 << 8;
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	collect(find(r, w), is_refused, set, before, out);
	w->end_seen = end_seen;
	w->end_code = end_code;
}

static void collect_uses(struct ct_session *s, const struct ct_workload *w, wanted_fn wanted,
			 struct ct_uses *out)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	const struct ct_advice *a = find(r, w);

	for (size_t i = 0; a && i < a->ncaps; i++)
		for (size_t k = 0; k < a->caps[i].nreasons; k++) {
			const struct ct_reason *why = &a->caps[i].reasons[k];

			if (!wanted(why))
				continue;
			*CT_PUSH(out->items, out->len, out->cap) =
				(struct ct_use){ why->any_of, ct_xstrdup(why->site),
						 why->syscall ? ct_xstrdup(why->syscall) : NULL,
						 why->process ? ct_xstrdup(why->process) : NULL };
		}
}

static bool is_required(const struct ct_reason *r)
{
	return r->verdict == CT_REQUIRED;
}

void ct_evidence__uses(struct ct_session *s, const struct ct_workload *w, struct ct_uses *out)
{
	collect_uses(s, w, is_required, out);
}

void ct_evidence__denials(struct ct_session *s, const struct ct_workload *w, struct ct_uses *out)
{
	collect_uses(s, w, is_refused, out);
}

static void strike(struct ct_uses *u, const struct ct_reason *r)
{
	size_t n = 0;

	for (size_t i = 0; i < u->len; i++)
		if (is_use(&u->items[i], r))
			free_use(&u->items[i]);
		else
			u->items[n++] = u->items[i];
	u->len = n;
}

/*
 * In this run the same program's capset() asked for less: it asks for whatever it finds that it
 * has, which is not a need.
 */
static bool asks_for_less(const struct ct_use *use, const struct ct_act *a)
{
	return a->key.type == CT_ACT_CAPSET && a->key.ok && !strcmp(use->site, "cap_capset") &&
	       use->process && !strncmp(use->process, a->proc.comm, sizeof(a->proc.comm)) &&
	       !(use->any_of & (a->key.a | a->key.c));
}

static void strike_derived(struct ct_uses *u, const struct ct_workload *w)
{
	size_t n = 0;

	for (size_t i = 0; i < u->len; i++) {
		bool derived = false;

		for (size_t k = 0; k < w->nacts && !derived; k++)
			derived = asks_for_less(&u->items[i], &w->acts[k]);
		if (derived)
			free_use(&u->items[i]);
		else
			u->items[n++] = u->items[i];
	}
	u->len = n;
}

/*
 * Does the call set something that stays and can be set again, like a file's owner? A run that is
 * refused it may live on what an earlier one set. Calls that make something new are not among
 * these: nothing is there when they ask.
 */
static bool sets_what_stays(const struct ct_reason *r)
{
	/* clang-format off */
	static const char *const calls[] = {
		"chown", "lchown", "fchown", "fchownat", "chmod", "fchmod", "fchmodat",
		"fchmodat2", "utime", "utimes", "utimensat", "futimesat", "setxattr",
		"lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr",
		"fremovexattr", "removexattrat", "truncate", "ftruncate", "file_setattr",
		"mount", "umount2", "move_mount", "fsmount", "mount_setattr", "open_tree_attr",
		"sethostname", "setdomainname", "ioctl", "sendto", "sendmsg", "sendmmsg",
		"write", "pwrite64", "writev", "bpf", "keyctl", "quotactl", "quotactl_fd",
		"swapon", "swapoff", "init_module", "finit_module", "clock_settime",
		"settimeofday", "adjtimex", "clock_adjtime", "syslog", "semctl", "shmctl",
		"msgctl", NULL
	};
	/* clang-format on */
	/* Of a socket's options only whole tables of the packet filter stay. */
	static const char *const tables[] = { "do_ipt_set_ctl", "do_ip6t_set_ctl",
					      "do_arpt_set_ctl", "do_ebt_set_ctl", NULL };
	static const char *const opens[] = { "open", "openat", "openat2", NULL };

	if (ct_str_among(r->syscall, opens))
		return r->any_of == CT_CAP(DAC_OVERRIDE); /* to write */
	return ct_str_among(r->syscall, calls) || ct_str_among(r->site, tables);
}

void ct_evidence__strike(struct ct_session *s, const struct ct_workload *w, struct ct_uses *u)
{
	strike_derived(u, w);
	if (!u->len)
		return;
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	const struct ct_advice *a = find(r, w);

	for (size_t i = 0; a && i < a->ncaps; i++)
		for (size_t k = 0; k < a->caps[i].nreasons; k++)
			if (!sets_what_stays(&a->caps[i].reasons[k]))
				strike(u, &a->caps[i].reasons[k]);
}

void ct_uses__mark(const struct ct_uses *u, struct ct_wants *wants)
{
	for (size_t i = 0; i < wants->len; i++) {
		wants->items[i].unshown = false;
		for (size_t k = 0; k < u->len; k++)
			wants->items[i].unshown |= u->items[k].any_of == wants->items[i].any_of;
	}
}
