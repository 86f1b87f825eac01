/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls that the default seccomp profiles of Docker and Podman allow only
 * to containers with a capability. The kernel never asks for it there; without
 * it the call fails with EPERM all the same.
 */
#ifndef CT_JUDGE_GATES_H
#define CT_JUDGE_GATES_H

#include "model/session.h"

/* Names to watch, NULL-terminated: the gated calls, and capget, capset, prctl. */
extern const char *const ct_gates_watched[];

/* Any one of the returned set opens the gate for this call; 0: not gated by that runtime. */
uint64_t ct_gates__caps(const char *syscall, uint32_t sel, enum ct_runtime runtime);

#endif
