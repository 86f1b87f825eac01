/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What workloads were declared to need, read from recommendations in JSON and from deployment
 * files. A deployment file declares what it gives to a container, a service or a unit.
 */
#ifndef CT_SPEAK_DECLARED_H
#define CT_SPEAK_DECLARED_H

#include "base/err.h"
#include "base/strings.h"
#include "judge/judge.h"

struct ct_declared;

/*
 * Loads the files, each independently of the others. Returns 0, or a negative errno with a message
 * that names file, line and cure; *d is then untouched.
 */
int ct_declared__load(const struct ct_strings *files, struct ct_declared **d, struct ct_err *err);
void ct_declared__free(struct ct_declared *d); /* d may be NULL */

/*
 * Gives the set that was declared for the workload of this advice, and in *by the path, raw, of the
 * file that declares it, which lives as long as d. The first file that knows the workload decides.
 * Returns false if none does.
 */
bool ct_declared__of(const struct ct_declared *d, const struct ct_advice *a, uint64_t *set,
		     const char **by);

static inline void ct_declared__cleanup(struct ct_declared **d)
{
	ct_declared__free(*d);
}
#define ct_autodeclared __attribute__((cleanup(ct_declared__cleanup)))

#endif
