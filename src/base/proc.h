/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that captrim runs: for itself container clients and checks, and what it watches. */
#ifndef CT_BASE_PROC_H
#define CT_BASE_PROC_H

#include "base/err.h"

/*
 * Starts argv in a process group of its own (Ctrl-C is for captrim alone), with no signals blocked,
 * its input from /dev/null, its output and its errors to the descriptor out. Returns its pid or a
 * negative errno.
 */
int ct_proc__start(char *const *argv, int out);

/* True when it has ended; it is reaped, and *status is as wait(2) reports it. Never blocks. */
bool ct_proc__ended(int pid, int *status);

/* Kills it and its process group, and reaps it. */
void ct_proc__end(int pid);

/* In a child that is to become another program: what captrim ignores is as usual there. */
void ct_proc__default_signals(void);

/*
 * Runs argv to its end, for a minute at most. *output, unless output is NULL, becomes what it
 * wrote, including standard error if it failed; the caller frees. Returns its exit status or a
 * negative errno: -EFBIG, and no output, if it wrote more than 16 MiB.
 */
int ct_proc__run(char *const *argv, char **output);

#endif
