/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands: each parses its words, does its work, prints, and returns an exit status. */
#ifndef CT_CMD_CMD_H
#define CT_CMD_CMD_H

#include "base/opt.h"
#include "emit/emit.h"
#include "judge/judge.h"

#define CT_EXIT_FAILURE	  1
#define CT_EXIT_USAGE	  2
#define CT_EXIT_CAPTRIM	  125 /* run: captrim itself failed */
#define CT_EXIT_CANNOT	  126 /* run: the command cannot be executed */
#define CT_EXIT_NOT_FOUND 127

#define CT_COMMAND(name)                           \
	int ct_cmd__##name(int argc, char **argv); \
	extern const struct ct_command ct_##name##_command;
#include "cmd/commands.def"
#undef CT_COMMAND

/* --strict and --generous exclude each other: -EINVAL with a message. */
int ct_cmd__mode(bool strict, bool generous, enum ct_mode *mode, struct ct_err *err);

/*
 * Writes the report, also if its recording could not be saved: hours of watching must not be lost
 * with a file. unsaved says what kept the recording from being saved (code 0: nothing did), and is
 * then the error, with that of the report as a warning.
 */
int ct_cmd__write(const struct ct_report *r, const struct ct_emit_opts *opts, const char *path,
		  const struct ct_err *unsaved, struct ct_err *err);

/* A process id, as a user gives it. -EINVAL with a message, *pid untouched: it is none. */
int ct_cmd__pid(const char *text, int *pid, struct ct_err *err);

/*
 * The command of --check, NULL without one: -EINVAL with a message if it is blank, as that of an
 * unset variable is. A shell would let it succeed, and nothing would be checked.
 */
int ct_cmd__check_command(const char *command, struct ct_err *err);

/*
 * The report of FILE...: recordings and recommendations in JSON, distinguished by their schema line
 * and taken together: what any of them needs is in it. *r borrows from *s: free the report first.
 * Both are untouched on failure; err names the file. There is at least one file.
 */
int ct_cmd__load(const struct ct_strlist *files, const struct ct_judge_opts *how,
		 struct ct_session **s, struct ct_report **r, struct ct_err *err);

/* For a command that takes no words: -EINVAL with a message if there are any. cure may be NULL. */
int ct_cmd__no_words(const struct ct_command *cmd, const struct ct_strlist *words, const char *cure,
		     struct ct_err *err);

/* Prints a usage error the same way everywhere. Returns CT_EXIT_USAGE. */
int ct_cmd__usage(const struct ct_command *cmd, struct ct_err *err);

#endif
