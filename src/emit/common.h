/* SPDX-License-Identifier: GPL-2.0-only */
/* What several formats share: quoting, comments, reasons and notes. */
#ifndef CT_EMIT_COMMON_H
#define CT_EMIT_COMMON_H

#include <stdbool.h>
#include <stdio.h>

#include "base/util.h"
#include "judge/questions.h"

#ifndef CT_VERSION /* the Makefile sets it for every object */
#define CT_VERSION "0.1.0"
#endif

#define CT_EMIT_WIDTH 80 /* comments are folded here */

/* A word for a shell: as it is, 'quoted', or $'\033' if it has control or non-ASCII characters. */
char *ct_emit__shell(const char *s);

/* s as a scalar for YAML 1.1 and 1.2: plain only if every reader takes it for a string. */
char *ct_emit__yaml(const char *s);

/*
 * s as a name of letters, digits and the characters in extra; all others become '-'. If dns, in
 * lower case and at most 63 bytes long. Never empty.
 */
char *ct_emit__key(const char *s, const char *extra, bool dns);

/*
 * What a person would call the workload: its Compose service, container or unit, or the program
 * that a plain command runs. Raw; the caller frees.
 */
char *ct_emit__name(const struct ct_workload *w);

/* The name of advice n as ct_emit__key() spells it, unique in the report. */
char *ct_emit__unique_key(const struct ct_report *r, size_t n, const char *extra, bool dns);

/* Writes an array of the set's names: ["CHOWN", "KILL"]. */
struct ct_json;
void ct_emit__json_caps(struct ct_json *j, const char *key, uint64_t set);

/* Columns of the longest name. */
int ct_emit__names_width(uint64_t set);

/* "CAP_CHOWN" or "chown"; works for capabilities newer than the table. The caller frees. */
char *ct_emit__cap_prefixed(int cap);
char *ct_emit__cap_lower(int cap);

/*
 * Folds text at width columns, of which at are used on the first line; next begins every further
 * line. flow leaves the last line open.
 */
void ct_emit__flow(FILE *out, const char *text, int width, int at, const char *next);
void ct_emit__fold(FILE *out, const char *text, int width, int at, const char *next);

/* Writes a folded comment ("# ...") of printable text, so that it cannot end its line. */
void ct_emit__comment(FILE *out, const char *indent, const char *fmt, ...) CT_PRINTF(3, 4);

/* The same as an item of a list ("# - ..."). */
void ct_emit__note(FILE *out, const char *indent, const char *fmt, ...) CT_PRINTF(3, 4);

/* What a reason says, even if no rule knows its call site. Raw; the caller frees. */
char *ct_emit__reason_text(const struct ct_reason *r);

/* ", run by exec", ", health check", or "" for the entry point's tree. */
const char *ct_emit__phase(const char *phase);

/* Why a capability has its verdict, printable, on one line: "HOST: text (process)". */
char *ct_emit__reason(const struct ct_advice *a, int cap);

/* "web (nginx:1.27, docker)", printable. */
char *ct_emit__title(const struct ct_workload *w);

/* Would the workload run with no_new_privs: "likely possible, but ...". NULL: it would not. */
const char *ct_emit__nnp_text(enum ct_nnp nnp);

/* How a target spells the settings that notes mention; NULL: it has no such setting. */
struct ct_idiom {
	const char *privileged; /* "privileged: true" */
	const char *net_host;	/* "network_mode: host" */
	const char *user;	/* "user:" */
	const char *unconfined; /* "seccomp:unconfined" */
	bool low_ports;		/* ports below 1024 and ping are open to all, as in Docker */
	bool ambient;		/* gives the set to a non-root user, too */
	bool engine;		/* read by a Docker engine, which may be old */
};

/* "INCOMPLETE: ..." as a comment, if the advice is. */
void ct_emit__incomplete(const struct ct_advice *a, FILE *out, const char *indent);

/* The same for a whole report, in formats that write something before the first workload. */
void ct_emit__incomplete_first(const struct ct_report *r, FILE *out);

/* The heading: whose advice this is, and how sure it is. */
void ct_emit__heading(const struct ct_advice *a, FILE *out, const char *indent);

/* The same without "INCOMPLETE", for formats in which it comes after the set. */
void ct_emit__summary(const struct ct_advice *a, FILE *out, const char *indent);

/*
 * Everything else to know before pasting: the judge's warnings, and what the recording shows
 * unless a warning with the code "privileged", "host-network", "no-seccomp" or "non-root"
 * says it already.
 */
void ct_emit__notes(const struct ct_advice *a, const struct ct_idiom *idiom, FILE *out,
		    const char *indent);

/* The options for `TOOL run`, on one line and in a command. */
void ct_emit__run_options(const struct ct_report *r, const char *tool, const struct ct_idiom *idiom,
			  FILE *out);

/* Comments with the name and reason of each capability in the set. */
void ct_emit__reasons(const struct ct_advice *a, FILE *out, const char *indent);

#endif
