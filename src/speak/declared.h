/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What workloads were declared to need: advices in JSON, and deployment files, in which what a
 * container, a service or a unit is given is its declaration.
 */
#ifndef CT_SPEAK_DECLARED_H
#define CT_SPEAK_DECLARED_H

#include "base/err.h"
#include "base/strings.h"
#include "judge/judge.h"

struct ct_declared;

/*
 * Each file by itself. On failure *d is untouched: a negative errno with a message that names file,
 * line and cure.
 */
int ct_declared__load(const struct ct_strings *files, struct ct_declared **d, struct ct_err *err);
void ct_declared__free(struct ct_declared *d); /* d may be NULL */

/*
 * The set that was declared for this workload; false: none was. by: the file, raw, as long as d.
 * The first file that knows it decides.
 */
bool ct_declared__of(const struct ct_declared *d, const struct ct_advice *a, uint64_t *set,
		     const char **by);

static inline void ct_declared__cleanup(struct ct_declared **d)
{
	ct_declared__free(*d);
}
#define ct_autodeclared __attribute__((cleanup(ct_declared__cleanup)))

#endif
