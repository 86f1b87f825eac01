/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/rules.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "ct/selector.h"

#define NLMSG_AUDIT_USER_LOGIN 1112
#define OPTION(level, name)    ((uint32_t)(level) << 16 | (name))
#define OPTION_SO_MARK	       OPTION(SOL_SOCKET, SO_MARK)
#define OPTION_SO_PRIORITY     OPTION(SOL_SOCKET, SO_PRIORITY)
#define OPTION_SO_RCVBUFFORCE  OPTION(SOL_SOCKET, SO_RCVBUFFORCE)
#define OPTION_SO_SNDBUFFORCE  OPTION(SOL_SOCKET, SO_SNDBUFFORCE)
#define OPTION_TCP_CONGESTION  OPTION(SOL_TCP, TCP_CONGESTION)

/* The vocabulary of sites.def. */
#define C(name)	      CT_CAP(name)
#define ALL	      (~0ull)
#define ALWAYS	      CT_WHEN_ALWAYS, 0
#define AFTER(name)   CT_WHEN_AFTER, CAP_##name
#define CHMOD_SGID    CT_WHEN_CHMOD_SGID, 0
#define CHMOD_NO_SGID CT_WHEN_CHMOD_NO_SGID, 0
#define CONT_SESSION  CT_WHEN_CONT_SESSION, 0
#define CREAT_FOUND   CT_WHEN_CREAT_FOUND, 0
#define EUID0	      CT_WHEN_EUID0, 0
#define GLOBAL_ROOT   CT_WHEN_EUID0, 0 /* uids are recorded as the host numbers them */
#define HARDLINK      CT_WHEN_HARDLINK, 0
#define IF_QUERY      CT_WHEN_IF_QUERY, 0
#define INH_WITHIN    CT_WHEN_INH_WITHIN, 0
#define NLMSG(type)   CT_WHEN_NLMSG, NLMSG_##type
#define NNP	      CT_WHEN_NNP, 0
#define OPT_NOAUDIT   CT_WHEN_NOAUDIT, 0
#define ON_PROC	      CT_WHEN_ON_PROC, 0
#define READING	      CT_WHEN_READING, 0
#define SETID_NOOP    CT_WHEN_SETID_NOOP, 0
#define SETID_SILENT  CT_WHEN_SETID_SILENT, 0
#define SIG0	      CT_WHEN_SIG0, 0
#define SOCKOPT(name) CT_WHEN_SOCKOPT, OPTION_##name
#define TOUCH	      CT_WHEN_TOUCH, 0
#define UTIMES_SET    CT_WHEN_UTIMES_SET, 0
#define REQUIRED      CT_REQUIRED
#define OPTIONAL      CT_OPTIONAL
#define UNNEEDED      CT_UNNEEDED
#define HOST	      CT_SCOPE_HOST
#define NS	      CT_SCOPE_NAMESPACE
#define DIRECT	      CT_SCOPE_NONE

#define CT_SITE(fn, caps, when, verdict, alt, text, source) \
	{ #fn, CT_RULE_SITE, caps, when, verdict, alt, CT_SCOPE_NONE, text, source },
#define CT_SITE_HOST(fn, caps, when, verdict, alt, text, source) \
	{ #fn, CT_RULE_SITE, caps, when, verdict, alt, CT_SCOPE_HOST, text, source },
#define CT_WRAP(fn, caps, verdict, alt, text, source) \
	{ #fn, CT_RULE_WRAP, caps, ALWAYS, verdict, alt, CT_SCOPE_NONE, text, source },
#define CT_ASK(fn, scope) { #fn, CT_RULE_ASK, ALL, ALWAYS, CT_UNNEEDED, 0, scope, NULL, NULL },

static const struct ct_rule rules[] = {
#include "judge/sites.def"
};

static bool off[CT_ARRAY_SIZE(rules)];

/* Reasons that are no lines of the table. */
static struct {
	const char *name;
	bool off;
} others[] = {
	{ "bprm_caps_from_vfs_caps", false },
	{ "cap_capset", false },
	{ "cap_task_prctl", false }, /* the ambient set */
	{ "mounter", false },	     /* overridden credentials */
	{ "owner", false },	     /* of a child user namespace */
	{ "refused-and-lived", false },
	{ "seccomp", false },
	{ "set-up", false },
	{ "set_cred_user_ns", false }, /* checks within a namespace of its own making */
	{ "verify_root_map", false },
};

static int switch_off_rules(const char *name)
{
	size_t site = strcspn(name, "/"), n;
	ct_autofree char *word = ct_xstrndup(name, site);
	const struct ct_rule *first = ct_rules__at(word, &n);
	unsigned long which = name[site] ? strtoul(name + site + 1, NULL, 10) : 0;

	if (!first || (name[site] && (which < 1 || which > n)))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		off[first - rules + i] |= !which || i + 1 == which;
	return 0;
}

int ct_rules__switch_off(const char *name)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(others); i++) {
		if (strcmp(others[i].name, name) != 0)
			continue;
		others[i].off = true;
		return 0;
	}
	return switch_off_rules(name);
}

bool ct_rules__is_off(const char *name)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(others); i++)
		if (!strcmp(others[i].name, name))
			return others[i].off;
	return false;
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

static bool syscall_in(const struct ct_kind *k, const char *const *names)
{
	for (; k->syscall && *names; names++)
		if (!strcmp(k->syscall, *names))
			return true;
	return false;
}

#define SYSCALL_IN(k, ...) syscall_in(k, (const char *const[]){ __VA_ARGS__, NULL })

static bool is_setid(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
			  "setfsuid", "setfsgid");
}

static bool is_chmod(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "chmod", "fchmod", "fchmodat", "fchmodat2");
}

/* "foo.isra.0" is foo, "__x64_sys_foo" is sys_foo. */
static void plain_name(const char *frame, char *name, size_t size)
{
	static const char *const prefixes[] = { "__x64_", "__arm64_", "__ia32_", "__se_", "__do_" };
	size_t len;

	for (size_t i = 0; i < CT_ARRAY_SIZE(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (!strncmp(frame, prefixes[i], n) &&
		    (!strncmp(frame + n, "sys_", 4) || !strncmp(frame + n, "compat_sys_", 11)))
			frame += n;
	}
	len = strcspn(frame, ".");
	if (len > size - 1)
		len = size - 1;
	memcpy(name, frame, len); /* for every frame: snprintf takes half of the judge's time */
	name[len] = '\0';
}

/*
 * Which function asked inode_permission()? Inlined functions of fs/namei.c are named by what they
 * are part of.
 */
static bool permission_for(const struct ct_kind *k, const char *const *askers)
{
	for (size_t i = 0; i + 1 < k->stack_len; i++) {
		char name[128];

		if (strcmp(k->stack[i], "inode_permission") != 0)
			continue;
		plain_name(k->stack[i + 1], name, sizeof(name));
		for (; *askers; askers++)
			if (!strcmp(name, *askers))
				return true;
		return false;
	}
	return false;
}

#define PERMISSION_FOR(k, ...) permission_for(k, (const char *const[]){ __VA_ARGS__, NULL })

/*
 * The directory was asked for, and nothing was to be made in it. The file's own permission is
 * may_open()'s question.
 */
static bool creates_nothing(const struct ct_kind *k)
{
	return SYSCALL_IN(k, "open", "openat", "openat2", "creat") &&
	       PERMISSION_FOR(k, "path_openat", "open_last_lookups", "lookup_open",
			      "may_o_create") &&
	       !k->outcome.made && k->outcome.found && k->outcome.found >= k->count;
}

static bool is_signal(const struct ct_kind *k, uint32_t signal)
{
	return SYSCALL_IN(k, "kill", "tkill", "tgkill", "pidfd_send_signal", "rt_sigqueueinfo",
			  "rt_tgsigqueueinfo") &&
	       k->key.sel == signal;
}

static bool stays_in_session(const struct ct_kind *k)
{
	const struct ct_outcome *o = &k->outcome;

	return is_signal(k, SIGCONT) && !o->other_session && o->same_session &&
	       o->same_session >= k->count;
}

/* One sample speaks for all calls of a kind, the selector for each. */
static bool is_without_privs(const struct ct_kind *k)
{
	if (SYSCALL_IN(k, "execve", "execveat") && k->key.sel)
		return k->key.sel == CT_EXEC_NNP;
	return k->sampled && k->creds.no_new_privs;
}

/* Names like proc_pid_permission right above the question: the inode is procfs's. */
static bool on_proc(const struct ct_kind *k)
{
	for (size_t i = 0; i < k->stack_len && i < 6; i++)
		if (!strncmp(k->stack[i], "proc_", 5) && strstr(k->stack[i], "permission"))
			return true;
	return false;
}

/* net/core/dev_ioctl.c:dev_ioctl: those for which it asks nothing but dev_load */
static bool is_interface_query(uint32_t command)
{
	switch (command) {
	case SIOCGIFFLAGS:
	case SIOCGIFMETRIC:
	case SIOCGIFMTU:
	case SIOCGIFHWADDR:
	case SIOCGIFSLAVE:
	case SIOCGIFMAP:
	case SIOCGIFINDEX:
	case SIOCGIFTXQLEN:
	case SIOCETHTOOL: return true;
	default: return false;
	}
}

static bool holds(const struct ct_rule *r, const struct ct_kind *k)
{
	const uint32_t sel = k->key.sel;

	switch (r->when) {
	case CT_WHEN_ALWAYS: return true;
	case CT_WHEN_AFTER: return k->key.after == r->arg + 1;
	case CT_WHEN_CHMOD_SGID: return is_chmod(k) && (sel & 02000);
	case CT_WHEN_CHMOD_NO_SGID: return is_chmod(k) && !(sel & 02000);
	case CT_WHEN_CONT_SESSION: return stays_in_session(k);
	case CT_WHEN_CREAT_FOUND: return creates_nothing(k);
	case CT_WHEN_EUID0: return k->key.flags & CT_F_EUID0;
	case CT_WHEN_HARDLINK: return PERMISSION_FOR(k, "may_linkat", "safe_hardlink_source");
	case CT_WHEN_IF_QUERY: return SYSCALL_IN(k, "ioctl") && is_interface_query(sel);
	case CT_WHEN_INH_WITHIN: return SYSCALL_IN(k, "capset") && sel == CT_CAPSET_WITHIN;
	case CT_WHEN_NLMSG: return SYSCALL_IN(k, "sendto") && sel == r->arg;
	case CT_WHEN_NNP: return is_without_privs(k);
	case CT_WHEN_NOAUDIT: return (k->key.flags & CT_F_OPTS) && (k->key.flags & CT_F_NOAUDIT);
	case CT_WHEN_ON_PROC: return on_proc(k);
	case CT_WHEN_READING:
		return SYSCALL_IN(k, "read", "readv", "pread64", "preadv", "preadv2") ||
		       (SYSCALL_IN(k, "open", "openat", "openat2") &&
			!(sel & (CT_OPEN_WRITE | CT_OPEN_CREAT | CT_OPEN_TRUNC)));
	case CT_WHEN_SETID_NOOP: return is_setid(k) && sel == CT_SETID_NOOP;
	case CT_WHEN_SETID_SILENT: return is_setid(k) && sel == CT_SETID_SILENT;
	case CT_WHEN_SIG0: return is_signal(k, 0);
	case CT_WHEN_SOCKOPT: return SYSCALL_IN(k, "setsockopt", "getsockopt") && sel == r->arg;
	case CT_WHEN_TOUCH: return PERMISSION_FOR(k, "may_setattr", "notify_change");
	case CT_WHEN_UTIMES_SET:
		return SYSCALL_IN(k, "utimensat", "utimes", "utime", "futimesat") &&
		       sel == CT_TIMES_SET;
	}
	return false;
}

/* Of n rules of one site (NULL: none), the first that speaks for this kind; NULL: none. */
static const struct ct_rule *first_that_holds(const struct ct_rule *r, size_t n,
					      const struct ct_kind *k)
{
	const uint64_t cap = 1ull << (k->key.cap & 63);

	for (size_t i = 0; r && i < n; i++)
		if ((r[i].caps & cap) && !off[r + i - rules] && holds(&r[i], k))
			return &r[i];
	return NULL;
}

static bool passes_on(const char *frame)
{
	char name[128];
	const struct ct_rule *at;
	size_t n;

	plain_name(frame, name, sizeof(name));
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

const struct ct_rule *ct_rules__match(const struct ct_kind *k, const char **site,
				      enum ct_scope *scope)
{
	const struct ct_rule *fallback = NULL;
	/* For people, the first function that is no mere passer-on names an unknown place. */
	const char *place = NULL;

	*scope = CT_SCOPE_NONE;
	for (size_t i = 0; i < k->stack_len; i++) {
		const struct ct_rule *at, *r;
		char name[128];
		size_t n;

		plain_name(k->stack[i], name, sizeof(name));
		at = ct_rules__at(name, &n);
		if (!place && !(at && at->kind == CT_RULE_ASK))
			place = k->stack[i];
		r = first_that_holds(at, n, k);
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
		*site = k->stack_len ? k->stack[k->stack_len - 1] : "unknown";
	return fallback;
}
