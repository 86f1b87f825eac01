/* SPDX-License-Identifier: GPL-2.0-only */
/* A client of the Docker API, which Podman speaks as well, over a unix socket or TCP. */
#ifndef CT_RUNTIME_DOCKER_API_H
#define CT_RUNTIME_DOCKER_API_H

#include "runtime/engine.h"

/*
 * The API version is negotiated through /_ping, whose answer also tells Docker from Podman. Without
 * another limit in the endpoint a call takes at most five seconds, except a restart, which has no
 * limit.
 */
extern const struct ct_engine_ops ct_docker_api;

#endif
