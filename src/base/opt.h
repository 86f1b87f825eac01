/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command lines from tables: one table per command gives parsing and --help, and through
 * `captrim --dump-options` the man page's options (scripts/man-options) and shell completion
 * (completions/captrim.bash).
 */
#ifndef CT_BASE_OPT_H
#define CT_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum ct_opt_type {
	CT_OPT_FLAG,	 /* bool: set to true */
	CT_OPT_STR,	 /* const char *: points into argv */
	CT_OPT_LIST,	 /* struct ct_strlist: appended, points into argv */
	CT_OPT_UINT,	 /* uint64_t */
	CT_OPT_DURATION, /* uint64_t, nanoseconds: "500ms", "30s", "5m", "2h", "1d" */
	CT_OPT_CHOICE,	 /* int: index into the NULL-terminated choices */
};

struct ct_strlist {
	const char **items;
	size_t len, cap;
};

struct ct_opt {
	char letter;	  /* 0: none */
	const char *name; /* without -- */
	const char *arg;  /* "FILE", shown in help; NULL for flags */
	enum ct_opt_type type;
	void *dest;
	const char *const *choices; /* the values of a CT_OPT_CHOICE, or of a CT_OPT_STR; or NULL */
	const char *help;	    /* one line */
};

struct ct_command {
	const char *name;	   /* "run" */
	const char *args;	   /* "[OPTION]... -- COMMAND [ARG]..." */
	const char *summary;	   /* one line, for the list of commands */
	const char *details;	   /* paragraphs for --help, may be NULL */
	const struct ct_opt *opts; /* ends with .name = NULL */
	bool stop_early; /* the first word that is not an option ends the options (run, verify) */
};

/*
 * Parses argv[1..argc-1]. Words that are not options are gathered in *rest (points into
 * argv; a "--" ends the options and is dropped). "--name VALUE", "--name=VALUE",
 * "-n VALUE", "-nVALUE" and "-qv" are understood, names are never abbreviated.
 * Returns 0, 1 when --help was printed to standard output, or -EINVAL with a message
 * that names the wrong word, and for an unknown option the nearest known one.
 */
int ct_opts__parse(const struct ct_command *cmd, int argc, char **argv, struct ct_strlist *rest,
		   struct ct_err *err);
void ct_opts__help(const struct ct_command *cmd, FILE *out);
/*
 * Writes the table for programs: a line "command NAME SUMMARY" and a line "option COMMAND LETTER
 * NAME ARGUMENT CHOICES HELP" for each option, the fields separated by tabs, choices by commas; "-"
 * is none.
 */
void ct_opts__dump(const struct ct_command *cmd, FILE *out);
void ct_strlist__free(struct ct_strlist *l);

/* "90m" is understood, "1h30m" is not. Returns 0, or -EINVAL and leaves *ns alone. */
int ct_duration__parse(const char *s, uint64_t *ns);

#endif
