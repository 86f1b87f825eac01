/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them. The caller frees what is returned. */
#ifndef CT_BASE_HUMAN_H
#define CT_BASE_HUMAN_H

#include <stdint.h>

/* "1 check", "15,203 checks". */
char *ct_human__count(uint64_t n, const char *one, const char *many);

/* "420 ms", "42 s", "3 min 5 s", "2 h 10 min". */
char *ct_human__duration(uint64_t ns);

#endif
