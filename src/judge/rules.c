/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/rules.h"

#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "model/frames.h"

#define OPTION(level, name)	((uint32_t)(level) << 16 | (name))
#define OPTION_IP_TRANSPARENT	OPTION(SOL_IP, IP_TRANSPARENT)
#define OPTION_IPV6_TRANSPARENT OPTION(SOL_IPV6, IPV6_TRANSPARENT)
#define OPTION_SO_MARK		OPTION(SOL_SOCKET, SO_MARK)
#define OPTION_SO_PRIORITY	OPTION(SOL_SOCKET, SO_PRIORITY)
#define OPTION_SO_RCVBUFFORCE	OPTION(SOL_SOCKET, SO_RCVBUFFORCE)
#define OPTION_SO_SNDBUFFORCE	OPTION(SOL_SOCKET, SO_SNDBUFFORCE)
#define OPTION_TCP_CONGESTION	OPTION(SOL_TCP, TCP_CONGESTION)

/* The vocabulary of sites.def. */
#define C(name) CT_CAP(name)
#define ALL	(~0ull)
/* Conditions on the kernel's version, the call and the stack. BOTH, ALL3: each must hold. */
#define WHEN(name, number)                               \
	{                                                \
		.when = CT_WHEN_##name, .arg = (number), \
	}
#define NAMED(name, it)                              \
	{                                            \
		.when = CT_WHEN_##name, .text = #it, \
	}
#define BOTH(a, b)	     a, b
#define ALL3(a, b, c)	     a, b, c
#define ALWAYS		     WHEN(ALWAYS, 0)
#define AFTER(name)	     WHEN(AFTER, CAP_##name)
#define AUDIT_PLAIN	     WHEN(AUDIT_PLAIN, 0)
#define BEFORE(major, minor) WHEN(BEFORE, CT_KERNEL(major, minor))
#define BPF(command)	     WHEN(BPF_CMD, BPF_##command)
#define ALL_FAILED	     WHEN(ALL_FAILED, 0)
#define CHMOD_SGID	     WHEN(CHMOD_SGID, 0)
#define CHMOD_NO_SGID	     WHEN(CHMOD_NO_SGID, 0)
#define CONT_SESSION	     WHEN(CONT_SESSION, 0)
#define CREAT_FOUND	     WHEN(CREAT_FOUND, 0)
#define EMPTY_LIST	     WHEN(EMPTY_LIST, 0)
#define EUID0		     WHEN(EUID0, 0)
#define GLOBAL_ROOT	     WHEN(GLOBAL_ROOT, 0)
#define HARDLINK	     WHEN(HARDLINK, 0)
#define IF_QUERY	     WHEN(IF_QUERY, 0)
#define INH_WITHIN	     WHEN(INH_WITHIN, 0)
#define IN_VAIN		     WHEN(IN_VAIN, 0)
#define LOCK_WITHIN	     WHEN(LOCK_WITHIN, 0)
#define NO_DATA		     WHEN(NO_DATA, 0)
#define NO_DEVICE	     WHEN(NO_DEVICE, 0)
#define NNP		     WHEN(NNP, 0)
#define NO_SGID		     WHEN(NO_SGID, 0)
#define OPT_NOAUDIT	     WHEN(NOAUDIT, 0)
#define ON_PROC		     WHEN(ON_PROC, 0)
#define ONLY_READS	     WHEN(ONLY_READS, 0)
#define OWN_FILE	     WHEN(OWN_FILE, 0)
#define OWN_SEGMENT	     WHEN(OWN_SEGMENT, 0)
#define PERF_SELF	     WHEN(PERF_SELF, 0)
#define POWER_OF_TWO	     WHEN(POWER_OF_TWO, 0)
#define READING		     WHEN(READING, 0)
#define SETID_NOOP	     WHEN(SETID_NOOP, 0)
#define SETID_SILENT	     WHEN(SETID_SILENT, 0)
#define SIG0		     WHEN(SIG0, 0)
#define SINCE(major, minor)  WHEN(SINCE, CT_KERNEL(major, minor))
#define SOCKOPT(name)	     WHEN(SOCKOPT, OPTION_##name)
#define TOUCH		     WHEN(TOUCH, 0)
#define UNDER(fn)	     NAMED(UNDER, fn)
#define UTIMES_SET	     WHEN(UTIMES_SET, 0)
/* Verdicts. DOUBTFUL: required, though asked before it is known whether it matters. */
#define REQUIRED CT_REQUIRED, false
#define DOUBTFUL CT_REQUIRED, true
#define OPTIONAL CT_OPTIONAL, false
#define UNNEEDED CT_UNNEEDED, false
#define HOST	 CT_SCOPE_HOST
#define NS	 CT_SCOPE_NAMESPACE
#define DIRECT	 CT_SCOPE_NONE

#define CT_SITE(fn, caps, when, verdict, alt, text, source) \
	{ #fn, CT_RULE_SITE, caps, { when }, verdict, alt, CT_SCOPE_NONE, text, source },
#define CT_SITE_HOST(fn, caps, when, verdict, alt, text, source) \
	{ #fn, CT_RULE_SITE, caps, { when }, verdict, alt, CT_SCOPE_HOST, text, source },
#define CT_WRAP(fn, caps, verdict, alt, text, source) \
	{ #fn, CT_RULE_WRAP, caps, { ALWAYS }, verdict, alt, CT_SCOPE_NONE, text, source },
#define CT_ASK(fn, scope) { #fn, CT_RULE_ASK, ALL, { ALWAYS }, UNNEEDED, 0, scope, NULL, NULL },

static const struct ct_rule rules[] = {
#include "judge/sites.def"
};

/* Reasons that are not lines of the table. */
static const char *const others[] = {
	"bprm_caps_from_vfs_caps",
	"cap_capset",
	"cap_ptrace_access_check",
	"cap_safe_nice",
	"cap_task_prctl", /* the ambient set */
	"mounter",	  /* overridden credentials */
	"owner",	  /* of a child user namespace */
	"refused-and-lived",
	"seccomp",
	"set-up",
	"set_cred_user_ns", /* checks within a namespace of its own making */
	"verify_root_map",
};

struct ct_rules {
	bool disabled[CT_ARRAY_SIZE(rules)];
	bool others_disabled[CT_ARRAY_SIZE(others)];
};

struct ct_rules *ct_rules__new(void)
{
	return ct_xzalloc(sizeof(struct ct_rules));
}

void ct_rules__free(struct ct_rules *r)
{
	free(r);
}

/* Index among the other reasons; -ENOENT: the name is a line of the table, or nothing. */
static int find_other(const char *name)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(others); i++)
		if (!strcmp(others[i], name))
			return (int)i;
	return -ENOENT;
}

static int disable_lines(struct ct_rules *r, const char *name)
{
	size_t site = strcspn(name, "/"), n;
	ct_autofree char *word = ct_xstrndup(name, site);
	const struct ct_rule *first = ct_rules__at(word, &n);
	unsigned long which = name[site] ? strtoul(name + site + 1, NULL, 10) : 0;

	if (!first || (name[site] && (which < 1 || which > n)))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		r->disabled[first - rules + i] |= !which || i + 1 == which;
	return 0;
}

int ct_rules__disable(struct ct_rules *r, const char *name)
{
	int other = find_other(name);

	if (other < 0)
		return disable_lines(r, name);
	r->others_disabled[other] = true;
	return 0;
}

bool ct_rules__has(const struct ct_rules *r, const char *name)
{
	int other = r ? find_other(name) : -ENOENT;

	return other < 0 || !r->others_disabled[other];
}

const struct ct_rule *ct_rules__all(size_t *n)
{
	*n = CT_ARRAY_SIZE(rules);
	return rules;
}

const struct ct_rule *ct_rules__at(const char *site, size_t *n)
{
	size_t lo = 0, hi = CT_ARRAY_SIZE(rules);

	while (lo < hi) { /* the first that is not less */
		size_t mid = (lo + hi) / 2;

		if (strcmp(rules[mid].site, site) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < CT_ARRAY_SIZE(rules) && !strcmp(rules[lo + *n].site, site);)
		++*n;
	return *n ? &rules[lo] : NULL;
}

/*
 * Does the rule apply? CT_UNKNOWN: its other conditions hold, and the kernel's unknown version
 * decides.
 */
static enum ct_tristate speaks(const struct ct_rules *set, const struct ct_rule *r,
			       const struct ct_kind *k, uint32_t kernel)
{
	enum ct_tristate all = CT_YES;

	if (!(r->caps & 1ull << (k->key.cap & 63)) || (set && set->disabled[r - rules]))
		return CT_NO;
	for (size_t i = 0; i < CT_CONDITIONS && r->when[i].when != CT_WHEN_ALWAYS; i++) {
		enum ct_tristate one = ct_when__holds(&r->when[i], k, kernel);

		if (one == CT_NO)
			return CT_NO;
		if (one == CT_UNKNOWN)
			all = CT_UNKNOWN;
	}
	return all;
}

static bool asks_for_more(const struct ct_rule *a, const struct ct_rule *b)
{
	if (a->verdict != b->verdict)
		return a->verdict > b->verdict;
	return __builtin_popcountll(a->alternatives) < __builtin_popcountll(b->alternatives);
}

/*
 * Of n rules of one site (NULL: none), the first that speaks for this kind, or the strictest of
 * those up to there that may speak; NULL: none.
 */
static const struct ct_rule *first_that_speaks(const struct ct_rules *set, const struct ct_rule *r,
					       size_t n, const struct ct_kind *k, uint32_t kernel)
{
	const struct ct_rule *strictest = NULL;

	for (size_t i = 0; r && i < n; i++) {
		enum ct_tristate does = speaks(set, &r[i], k, kernel);

		if (does != CT_NO && (!strictest || asks_for_more(&r[i], strictest)))
			strictest = &r[i];
		if (does == CT_YES)
			break;
	}
	return strictest;
}

static bool passes_on(const char *frame)
{
	char name[128];
	const struct ct_rule *at;
	size_t n;

	ct_frame__plain(frame, name, sizeof(name));
	at = ct_rules__at(name, &n);
	return at && at->kind == CT_RULE_ASK;
}

size_t ct_rules__place(const struct ct_kind *k)
{
	size_t i = 0;

	while (i < k->stack_len && passes_on(k->stack[i]))
		i++;
	return i;
}

const struct ct_rule *ct_rules__match(const struct ct_rules *set, const struct ct_kind *k,
				      uint32_t kernel, const char **site, enum ct_scope *scope)
{
	const struct ct_rule *fallback = NULL;
	/*
	 * An unknown place is shown by the name of the first function that does more than pass the
	 * question on.
	 */
	const char *place = NULL;

	*scope = CT_SCOPE_NONE;
	for (size_t i = 0; i < k->stack_len; i++) {
		const struct ct_rule *at, *r;
		char name[128];
		size_t n;

		ct_frame__plain(k->stack[i], name, sizeof(name));
		at = ct_rules__at(name, &n);
		if (!place && !(at && at->kind == CT_RULE_ASK))
			place = k->stack[i];
		r = first_that_speaks(set, at, n, k, kernel);
		if (!r)
			continue;
		if (r->kind == CT_RULE_SITE) {
			*site = r->site;
			if (r->scope != CT_SCOPE_NONE)
				*scope = r->scope;
			return r;
		}
		if (r->kind == CT_RULE_WRAP && !fallback)
			fallback = r;
		if (r->kind == CT_RULE_ASK && *scope == CT_SCOPE_NONE)
			*scope = r->scope;
	}
	if (fallback)
		*site = fallback->site;
	else if (place)
		*site = place;
	else
		*site = k->stack_len ? k->stack[k->stack_len - 1] : CT_SITE_UNKNOWN;
	return fallback;
}
