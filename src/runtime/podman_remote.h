/* SPDX-License-Identifier: GPL-2.0-only */
/* Which service the podman client would ask: none, unless its words say so. */
#ifndef CT_RUNTIME_PODMAN_REMOTE_H
#define CT_RUNTIME_PODMAN_REMOTE_H

#include "runtime/endpoint.h"

/* See ct_runtime_type.named. */
int ct_podman_remote__named(const struct ct_engine_words *words, struct ct_endpoint *e,
			    struct ct_err *err);

#endif
