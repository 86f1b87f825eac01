/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's symbols, from /proc/kallsyms. */
#ifndef CT_KERN_KSYMS_H
#define CT_KERN_KSYMS_H

#include "base/err.h"

struct ct_ksyms;

/*
 * Reads functions only. -EACCES when addresses are hidden (kptr_restrict, or no
 * CAP_SYSLOG). The caller frees.
 */
int ct_ksyms__load(struct ct_ksyms **k, struct ct_err *err);
/* Are their addresses shown to this process? A look at the first of them. */
bool ct_ksyms__are_visible(void);
void ct_ksyms__free(struct ct_ksyms *k);

/* Name of the function around addr, NULL if none; owned by k. */
const char *ct_ksyms__name(const struct ct_ksyms *k, uint64_t addr);

/* Address and size of a function (up to the next symbol). -ENOENT if absent. */
int ct_ksyms__find(const struct ct_ksyms *k, const char *name, uint64_t *addr, uint64_t *size);

/* Range of the kernel's own text, and of the modules' (size 0: no modules). */
void ct_ksyms__text(const struct ct_ksyms *k, uint64_t *lo, uint64_t *size);
void ct_ksyms__modules(const struct ct_ksyms *k, uint64_t *lo, uint64_t *size);
/*
 * Does the range have all modules? BPF programs and trampolines, which the kernel lists as if they
 * were modules, come and go.
 */
bool ct_ksyms__modules_are_within(const struct ct_ksyms *k, uint64_t lo, uint64_t size);

#endif
