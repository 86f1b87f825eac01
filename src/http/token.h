/* SPDX-License-Identifier: GPL-2.0-only */
/* The secret that clients must know. It is kept in a file, never in an argument, URL or log. */
#ifndef CT_HTTP_TOKEN_H
#define CT_HTTP_TOKEN_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Reads a token, which is the file's only line: 16 to 256 visible ASCII characters. A file to which
 * anybody but its owner and its group has access is refused. The caller frees. Returns 0 or a
 * negative errno with a message that names the file and the cure.
 */
int ct_token__read(const char *path, char **token, struct ct_err *err);

/* The same, but if there is no such file it is made, with mode 0640 and a random token. */
int ct_token__ensure(const char *path, char **token, struct ct_err *err);

/* 32 random bytes in hexadecimal; the caller frees. Aborts if the kernel gives no random bytes. */
char *ct_token__random(void);

/* The time taken does not tell where they differ. NULL and "" are equal to nothing. */
bool ct_token__equal(const char *token, const char *given);

#endif
