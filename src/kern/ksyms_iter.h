/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbols by a BPF iterator, for hosts whose /proc/kallsyms hides the addresses. */
#ifndef CT_KERN_KSYMS_ITER_H
#define CT_KERN_KSYMS_ITER_H

/*
 * Reads lines like those of /proc/kallsyms into *text, which the caller frees. Returns 0 or a
 * negative errno, as always before 6.0.
 */
int ct_ksyms_iter__read(char **text);

#endif
