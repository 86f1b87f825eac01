/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of an OCI runtime's config.json with the five sets. One workload gives an object to
 * merge (jq -s '.[0] * .[1]' config.json advice.json), several give an array.
 */
#include "base/json.h"
#include "emit/common.h"
#include "emit/emit.h"

static void put_set(struct ct_json *j, const char *key, uint64_t set)
{
	ct_json__array(j, key);
	ct_caps__for_each(cap, set) {
		ct_autofree char *name = ct_emit__cap_prefixed(cap);

		ct_json__str(j, NULL, name);
	}
	ct_json__end_array(j);
}

/*
 * Root needs no inheritable or ambient capabilities (that engines set inheritable ones was
 * CVE-2022-24769). Another user keeps only ambient ones at execve, which must be inheritable, too.
 */
static void put_process(struct ct_json *j, const struct ct_advice *a, enum ct_nnp nnp)
{
	uint64_t kept = ct_workload__nonroot(a->workload) == CT_YES ? a->cap_add : 0;

	ct_json__object(j, "process");
	ct_json__object(j, "capabilities");
	put_set(j, "bounding", a->cap_add);
	put_set(j, "effective", a->cap_add);
	put_set(j, "inheritable", kept);
	put_set(j, "permitted", a->cap_add);
	put_set(j, "ambient", kept);
	ct_json__end_object(j);
	/* JSON has no comments: an uncertain value is not set, and an annotation explains it. */
	if (nnp != CT_NNP_LIKELY)
		ct_json__bool(j, "noNewPrivileges", nnp == CT_NNP_YES);
	ct_json__end_object(j);
}

static void put_annotations(struct ct_json *j, const struct ct_advice *a, enum ct_nnp nnp)
{
	ct_autofree char *gaps = ct_advice__gaps_text(a);

	ct_json__object(j, "annotations");
	if (gaps)
		ct_json__str(j, "captrim.incomplete", gaps);
	ct_json__str(j, "captrim.workload", ct_workload__label(a->workload));
	ct_json__str(j, "captrim.confidence", ct_confidence__name(a->confidence));
	if (nnp == CT_NNP_LIKELY)
		ct_json__str(j, "captrim.noNewPrivileges", ct_emit__nnp_text(nnp));
	ct_json__end_object(j);
}

/* An incomplete advice says so before the set. */
static void put_config(struct ct_json *j, const struct ct_report *r, const struct ct_advice *a)
{
	enum ct_nnp nnp = ct_advice__nnp(r, a);

	ct_json__object(j, NULL);
	if (a->gaps)
		put_annotations(j, a, nnp);
	put_process(j, a, nnp);
	if (!a->gaps)
		put_annotations(j, a, nnp);
	ct_json__end_object(j);
}

void ct_emit__oci(const struct ct_report *r, FILE *out)
{
	struct ct_json j = CT_JSON(out, 2);
	bool many = r->nadvices != 1;

	if (many)
		ct_json__array(&j, NULL);
	for (size_t i = 0; i < r->nadvices; i++)
		put_config(&j, r, &r->advices[i]);
	if (many)
		ct_json__end_array(&j);
	fputc('\n', out);
}
