/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/err.h"

#include <errno.h>
#include <string.h>

int ct_err__set(struct ct_err *err, int code, const char *fmt, ...)
{
	va_list ap;
	char *msg;

	if (!err)
		return -code;
	/* The arguments may point into the old message. */
	va_start(ap, fmt);
	msg = ct_xvasprintf(fmt, ap);
	va_end(ap);
	free(err->msg);
	err->msg = msg;
	err->code = code;
	return -code;
}

int ct_err__prefix(struct ct_err *err, const char *fmt, ...)
{
	ct_autofree char *prefix = NULL;
	va_list ap;
	char *msg;

	if (!err)
		return -EINVAL;
	va_start(ap, fmt);
	prefix = ct_xvasprintf(fmt, ap);
	va_end(ap);
	msg = ct_xasprintf("%s: %s", prefix, err->msg ? err->msg : strerror(err->code));
	free(err->msg);
	err->msg = msg;
	return -err->code;
}

void ct_err__free(struct ct_err *err)
{
	free(err->msg);
	*err = (struct ct_err){ 0 };
}

void ct_warn(const char *fmt, ...)
{
	ct_autofree char *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	msg = ct_xvasprintf(fmt, ap);
	va_end(ap);
	fprintf(stderr, "captrim: %s\n", msg);
}
