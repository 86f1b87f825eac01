/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several engines as one: whichever knows a container answers for it. Root's are asked first. What
 * a user's engine says counts only for that user's containers: those whose main process is in a
 * user namespace that this user made.
 */
#ifndef CT_RUNTIME_SEVERAL_H
#define CT_RUNTIME_SEVERAL_H

#include "runtime/engine.h"

/* Takes over n engines, at least one, in the order in which they are asked. */
struct ct_engine *ct_several__new(struct ct_engine *const *engines, size_t n);

#endif
