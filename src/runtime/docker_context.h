/* SPDX-License-Identifier: GPL-2.0-only */
/* Which engine the docker client would ask, by its words, its variables and its contexts. */
#ifndef CT_RUNTIME_DOCKER_CONTEXT_H
#define CT_RUNTIME_DOCKER_CONTEXT_H

#include "runtime/endpoint.h"

/* See ct_runtime_type.named. */
int ct_docker_context__named(const struct ct_engine_words *words, struct ct_endpoint *e,
			     struct ct_err *err);

#endif
