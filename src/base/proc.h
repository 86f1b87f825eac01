/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that captrim runs for itself: container clients, checks. */
#ifndef CT_BASE_PROC_H
#define CT_BASE_PROC_H

#include "base/err.h"

/*
 * Starts argv in a process group of its own (a Ctrl-C is for us), without signals blocked,
 * input from /dev/null, output to the descriptor out. Returns its pid or a negative errno.
 */
int ct_proc__start(char *const *argv, int out);

/* True when it has ended; *status as wait(2) reports it. Never blocks. */
bool ct_proc__ended(int pid, int *status);

/* Ends it, with its process group, and reaps it. */
void ct_proc__end(int pid);

/*
 * Runs argv to its end, a minute at most. *output, unless NULL, becomes what it wrote, its
 * complaints included when it failed; the caller frees. Returns its exit status or a negative
 * errno.
 */
int ct_proc__run(char *const *argv, char **output);

#endif
