/* SPDX-License-Identifier: GPL-2.0-only */
/* Which argument of which system call tells its checks apart. */
#ifndef CT_KERN_SELECTORS_H
#define CT_KERN_SELECTORS_H

#include <stdint.h>

#include "ct/selector.h"

/* Fills both for the native architecture's system call numbers. */
void ct_selectors__fill(uint8_t table[CT_SYSCALLS], uint32_t masks[CT_SYSCALLS]);

/*
 * Takes out the selector that tells nothing with this host's settings: with
 * kernel.perf_event_paranoid above 2 even a task that measures itself needs a capability (a patch
 * of Debian's and Ubuntu's, not Linux's own).
 */
void ct_selectors__forget_restricted(uint8_t table[CT_SYSCALLS]);

/*
 * Fills in, for the number of each 32-bit system call (i386, ARM EABI), 1 + the number of the
 * native one that takes the same arguments; 0: none does. Calls that pass ids of 16 bits, or all
 * arguments in one structure, have none.
 */
void ct_selectors__fill_native(uint16_t table[CT_SYSCALLS]);

/* The same for the calls that i386 makes through socketcall (first) and ipc, by their numbers. */
void ct_selectors__fill_inner(uint16_t table[2][CT_INNER_CALLS]);

/* Number of a system call on this architecture, -1 if it has none. */
int ct_syscall__number(const char *name);

/* Name of a number, NULL if unknown; the caller frees. */
char *ct_syscall__name(int nr);
/* The same of a 32-bit call's. */
char *ct_syscall__compat_name(int nr);

#endif
