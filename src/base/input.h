/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads whole files that users name. */
#ifndef CT_BASE_INPUT_H
#define CT_BASE_INPUT_H

#include <stddef.h>

#include "base/err.h"

/*
 * Reads the file, or standard input if path is "-"; at most max bytes. *text ends with a NUL that
 * *len does not count; the caller frees. A file that might block or never end is refused: a named
 * FIFO, a socket, a device other than /dev/null. A pipe that a shell opened ("<(COMMAND)") is read.
 * cure, such as "split the file", ends the message about a file that is too large; it may be NULL.
 * Returns 0, or a negative errno with a message that names the file.
 */
int ct_input__read(const char *path, size_t max, const char *cure, char **text, size_t *len,
		   struct ct_err *err);

#endif
