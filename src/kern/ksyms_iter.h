/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbols by a BPF iterator, for hosts whose /proc/kallsyms hides the addresses. */
#ifndef CT_KERN_KSYMS_ITER_H
#define CT_KERN_KSYMS_ITER_H

/* In lines as in /proc/kallsyms, which the caller frees. A negative errno before 6.0. */
int ct_ksyms_iter__read(char **text);

#endif
