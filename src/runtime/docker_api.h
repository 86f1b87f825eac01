/* SPDX-License-Identifier: GPL-2.0-only */
/* A client of the Docker API, which Podman speaks as well, over a unix socket. */
#ifndef CT_RUNTIME_DOCKER_API_H
#define CT_RUNTIME_DOCKER_API_H

#include "runtime/engine.h"

/*
 * The API version is negotiated through /_ping, which tells Docker from Podman, too. A call may
 * take five seconds, but for restarting.
 */
extern const struct ct_engine_ops ct_docker_api;

#endif
