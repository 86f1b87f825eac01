/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of functions on a kernel stack. */
#ifndef CT_MODEL_FRAMES_H
#define CT_MODEL_FRAMES_H

#include "model/session.h"

/* "foo.isra.0" is foo, "__x64_sys_foo" is sys_foo. */
void ct_frame__plain(const char *frame, char *name, size_t size);

/* Is this function on the way to the check? By its plain name. */
bool ct_kind__has_frame(const struct ct_kind *k, const char *frame);

#endif
