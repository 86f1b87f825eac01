/* SPDX-License-Identifier: GPL-2.0-only */
/* The secret that a client has to know. It is in a file, never in an argument, a URL or a log. */
#ifndef CT_HTTP_TOKEN_H
#define CT_HTTP_TOKEN_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Reads a token, which is the file's only line: 16 to 256 visible ASCII characters. A file that
 * others than its owner and its group may read is refused. The caller frees. Returns 0 or a
 * negative errno with a message that names the file and the cure.
 */
int ct_token__read(const char *path, char **token, struct ct_err *err);

/* The same, but where there is no such file one is made (0640), with a random token. */
int ct_token__ensure(const char *path, char **token, struct ct_err *err);

/* 32 random bytes in hexadecimal; the caller frees. Never fails, for such a machine has none. */
char *ct_token__random(void);

/* Takes the same time wherever they differ. NULL is equal to nothing. */
bool ct_token__equal(const char *token, const char *given);

#endif
