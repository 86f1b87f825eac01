/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CT_MODEL_TALLY_PRIV_H
#define CT_MODEL_TALLY_PRIV_H

#include "model/session.h"

/* tally_take.c: adds a take of the recording that `into` had last. */
void ct_tally__take(struct ct_session *into, struct ct_session *from);

/* Adds the names that are not among those of *to yet, ", " between two; a NULL list is empty. */
void ct_tally__add_names(char **to, const char *names);

#endif
