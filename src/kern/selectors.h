/* SPDX-License-Identifier: GPL-2.0-only */
/* Which argument of which system call tells its checks apart. */
#ifndef CT_KERN_SELECTORS_H
#define CT_KERN_SELECTORS_H

#include <stdint.h>

#include "ct/selector.h"

/* Fills both for the native architecture's system call numbers. */
void ct_selectors__fill(uint8_t table[CT_SYSCALLS], uint32_t masks[CT_SYSCALLS]);

/* Number of a system call on this architecture, -1 if it has none. */
int ct_syscall__number(const char *name);

/* Name of a number, NULL if unknown; the caller frees. */
char *ct_syscall__name(int nr);

#endif
