/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors travel as a negative errno and, for people, a message beside it.
 * A struct ct_err starts as { 0 }; its owner frees it.
 */
#ifndef CT_BASE_ERR_H
#define CT_BASE_ERR_H

#include <stdarg.h>

#include "base/util.h"

struct ct_err {
	int code;  /* positive errno, 0 when unset */
	char *msg; /* what failed, on what, and the cure; no newline at the end */
};

/* Sets the message (replacing an earlier one) and returns -code. err may be NULL. */
int ct_err__set(struct ct_err *err, int code, const char *fmt, ...) CT_PRINTF(3, 4);

/* Puts "prefix: " before the message. Returns -err->code, or -EINVAL if err is NULL. */
int ct_err__prefix(struct ct_err *err, const char *fmt, ...) CT_PRINTF(2, 3);

void ct_err__free(struct ct_err *err);
#define ct_autoerr __attribute__((cleanup(ct_err__free)))

/* To standard error: "captrim: message". Names in it must have gone through ct_printable(). */
void ct_warn(const char *fmt, ...) CT_PRINTF(1, 2);

#endif
