/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of call sites: what refusal would do at each place that asks. */
#ifndef CT_JUDGE_RULES_H
#define CT_JUDGE_RULES_H

#include "judge/judge.h"

/* Under which condition a rule speaks; one whose facts were not recorded does not hold. */
enum ct_when {
	CT_WHEN_ALWAYS,
	CT_WHEN_AFTER,	    /* arg was refused to the task just before */
	CT_WHEN_CHMOD_SGID, /* the mode to be set has S_ISGID */
	CT_WHEN_CHMOD_NO_SGID,
	CT_WHEN_CONT_SESSION, /* SIGCONT, every time within the session */
	CT_WHEN_CREAT_FOUND,  /* every file that O_CREAT names was there */
	CT_WHEN_EUID0,	      /* effective uid 0 */
	CT_WHEN_HARDLINK,     /* may the file that a new name is for be read and written? */
	CT_WHEN_IF_QUERY,     /* an ioctl that only asks about an interface */
	CT_WHEN_INH_WITHIN,   /* capset: nothing new becomes inheritable */
	CT_WHEN_NLMSG,	      /* netlink message type arg */
	CT_WHEN_NNP,	      /* no_new_privs is set */
	CT_WHEN_NOAUDIT,
	CT_WHEN_ON_PROC, /* a directory of /proc/PID */
	CT_WHEN_READING, /* open without writing, read */
	CT_WHEN_SETID_NOOP,
	CT_WHEN_SETID_SILENT,
	CT_WHEN_SIG0,
	CT_WHEN_SOCKOPT, /* arg: level << 16 | option */
	CT_WHEN_TOUCH,	 /* may the file whose times become now be written? */
	CT_WHEN_UTIMES_SET,
};

enum ct_rule_kind {
	CT_RULE_SITE, /* speaks for itself */
	CT_RULE_WRAP, /* speaks when no outer frame has a SITE */
	CT_RULE_ASK,  /* merely passes the question on; tells the scope */
};

struct ct_rule {
	const char *site; /* kernel function, without compiler suffixes */
	enum ct_rule_kind kind;
	uint64_t caps;
	enum ct_when when;
	uint32_t arg;
	enum ct_verdict verdict;
	uint64_t alternatives;
	enum ct_scope scope; /* CT_SCOPE_NONE: as the asking function says */
	const char *text;
	const char *source;
};

/* Sorted by site; rules of one site in order of precedence. */
const struct ct_rule *ct_rules__all(size_t *n);

/* The first rule of a site, *n of them in a row; NULL: none. */
const struct ct_rule *ct_rules__at(const char *site, size_t *n);

/*
 * For people who study rules: as if there were no such rule from now on. A name in rules.c of
 * the judge's other reasons, or else "SITE", all lines of a function, or "SITE/2", the
 * second. -EINVAL: there is none of that name.
 */
int ct_rules__switch_off(const char *name);
bool ct_rules__is_off(const char *name); /* one of the judge's other reasons */

/*
 * The rule that speaks for a kind of check: innermost frame first. *site becomes the frame's
 * name (points into the kind or the table). *scope is that of the use. NULL: unknown site.
 */
const struct ct_rule *ct_rules__match(const struct ct_kind *k, const char **site,
				      enum ct_scope *scope);

/* Index of the frame that asks: the first that does not merely pass the question on. */
size_t ct_rules__place(const struct ct_kind *k);

#endif
