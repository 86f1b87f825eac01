/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of functions on a kernel stack. */
#ifndef CT_MODEL_FRAMES_H
#define CT_MODEL_FRAMES_H

#include "model/session.h"

/* Writes the plain name of a frame: foo for "foo.isra.0", sys_foo for "__x64_sys_foo". */
void ct_frame__plain(const char *frame, char *name, size_t size);

/* Is the function with this plain name on the check's call path? */
bool ct_kind__has_frame(const struct ct_kind *k, const char *frame);

#endif
