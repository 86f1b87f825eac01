/* SPDX-License-Identifier: GPL-2.0-only */
/* What several formats share: quoting, comments, the reason to show, the notes. */
#ifndef CT_EMIT_COMMON_H
#define CT_EMIT_COMMON_H

#include <stdbool.h>
#include <stdio.h>

#include "base/util.h"
#include "judge/questions.h"

#ifndef CT_VERSION /* the Makefile's, for every object */
#define CT_VERSION "0.1.0"
#endif

#define CT_EMIT_WIDTH 80 /* comments are folded here */

/* A word for a shell: as it is, 'quoted', or $'\033' when it holds control characters. */
char *ct_emit__shell(const char *s);

/* A scalar for YAML 1.1 and 1.2: plain where no reader could take it for anything but a string. */
char *ct_emit__yaml(const char *s);

/*
 * A name of letters, digits and the characters in extra; anything else becomes '-'. Lower case
 * and at most 63 bytes if dns. Never empty.
 */
char *ct_emit__key(const char *s, const char *extra, bool dns);

/*
 * What a person would call it: its Compose service, container or unit, or the program that a plain
 * command runs. Raw; the caller frees.
 */
char *ct_emit__name(const struct ct_workload *w);

/* Advice n's name as ct_emit__key() spells it, unlike those of all others in the report. */
char *ct_emit__unique_key(const struct ct_report *r, size_t n, const char *extra, bool dns);

/* An array of their names: ["CHOWN", "KILL"]. */
struct ct_json;
void ct_emit__json_caps(struct ct_json *j, const char *key, uint64_t set);

/* Columns of the longest name. */
int ct_emit__names_width(uint64_t set);

/* "CAP_CHOWN" or "chown", also right for a capability newer than the table. The caller frees. */
char *ct_emit__cap_prefixed(int cap);
char *ct_emit__cap_lower(int cap);

/*
 * Folds text at width columns: at of them are on the line already, next starts every other
 * line. flow leaves the last line open.
 */
void ct_emit__flow(FILE *out, const char *text, int width, int at, const char *next);
void ct_emit__fold(FILE *out, const char *text, int width, int at, const char *next);

/* A folded comment ("# ..."), the text made printable, so that it cannot end its line. */
void ct_emit__comment(FILE *out, const char *indent, const char *fmt, ...) CT_PRINTF(3, 4);

/* The same as an item of a list ("# - ..."). */
void ct_emit__note(FILE *out, const char *indent, const char *fmt, ...) CT_PRINTF(3, 4);

/* What a reason says, also where no rule knows its call site. Raw; the caller frees. */
char *ct_emit__reason_text(const struct ct_reason *r);

/* ", run by exec", ", health check", or "" for the entry point's tree. */
const char *ct_emit__phase(const char *phase);

/* Why a capability has its verdict, printable, on one line: "HOST: text (process)". */
char *ct_emit__reason(const struct ct_advice *a, int cap);

/* "web (nginx:1.27, docker)", printable. */
char *ct_emit__title(const struct ct_workload *w);

/* Whether it would run with no_new_privs: "likely possible, but ...". NULL: it would not. */
const char *ct_emit__nnp_text(enum ct_nnp nnp);

/* How a target spells what the notes speak of; NULL: it knows no such thing. */
struct ct_idiom {
	const char *privileged; /* "privileged: true" */
	const char *net_host;	/* "network_mode: host" */
	const char *user;	/* "user:" */
	const char *unconfined; /* "seccomp:unconfined" */
	bool low_ports;		/* ports below 1024 and ping are open to all, as Docker does it */
	bool ambient;		/* gives a non-root user the set by itself */
	bool engine;		/* a Docker engine reads it, maybe an old one */
};

/* "INCOMPLETE: ..." as a comment, if it is. */
void ct_emit__incomplete(const struct ct_advice *a, FILE *out, const char *indent);

/* The same for a document with words of its own before the first workload. */
void ct_emit__incomplete_first(const struct ct_report *r, FILE *out);

/* The heading: whose advice this is, and how sure. */
void ct_emit__heading(const struct ct_advice *a, FILE *out, const char *indent);

/* The same without saying that it is incomplete: for what stands behind the set. */
void ct_emit__summary(const struct ct_advice *a, FILE *out, const char *indent);

/*
 * Everything else to know before pasting: the judge's warnings and what the recording shows,
 * unless a warning with the code "privileged", "host-network", "no-seccomp" or "non-root"
 * says that already.
 */
void ct_emit__notes(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
		    const char *indent);

/* Options of `TOOL run`, on one line and as a command. */
void ct_emit__run_options(const struct ct_report *r, const char *tool, const struct ct_idiom *idiom,
			  FILE *out);

/* One line a capability of the set, as comments: name and reason. */
void ct_emit__reasons(const struct ct_advice *a, FILE *out, const char *indent);

#endif
