/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares recommendations with what is deployed, and with what a policy allows. */
#ifndef CT_CHECK_CHECK_H
#define CT_CHECK_CHECK_H

#include "base/term.h"
#include "check/policy.h"
#include "deploy/deployed.h"
#include "judge/judge.h"

enum ct_level { CT_LEVEL_NOTE, CT_LEVEL_WARNING, CT_LEVEL_ERROR }; /* a note is not a finding */

/* Every rule; its code identifies it in SARIF and in the JSON. */
enum ct_rule_code {
	CT_CHECK_INCOMPLETE,
	CT_CHECK_MISSING,
	CT_CHECK_MISSING_AMBIENT,
	CT_CHECK_PRIVILEGED,
	CT_CHECK_UNKNOWN_NAME,
	CT_CHECK_NO_DROP_ALL,
	CT_CHECK_SUPERFLUOUS,
	CT_CHECK_WIDER,
	CT_CHECK_OTHER_USER,
	CT_CHECK_OTHER_SETTING,
	CT_CHECK_POLICY,
	CT_CHECK_HOST_SCOPE,
	CT_CHECK_OPTIONAL,
	CT_CHECK_NO_EFFECT,
	CT_CHECK_UNDECIDED,
	CT_CHECK_MATCHED,
	CT_CHECK_NO_RECORDING,
	CT_CHECK_NOT_IN_FILE,
	CT_CHECK_RULES,
};
struct ct_check_rule {
	const char *code; /* "missing-capability" */
	enum ct_level level;
	const char *text; /* one sentence */
};
extern const struct ct_check_rule ct_check_rules[CT_CHECK_RULES];

struct ct_finding {
	enum ct_rule_code rule;
	const struct ct_deployed *target; /* NULL: none, or it is about the policy */
	const struct ct_advice *advice;	  /* NULL: there is no recording of it */
	uint64_t caps;			  /* that it is about */
	char *text;			  /* raw; without a full stop */
	struct ct_place at;
};

/* One comparison: its inputs and findings. All is owned but the report, which is borrowed. */
struct ct_check {
	const struct ct_report *report;
	struct ct_deployment targets;
	struct ct_policy policy;
	bool has_policy;
	const char *policy_file;
	struct ct_finding *findings; /* in the order of their places */
	size_t len, cap;
};

/*
 * Reads FILE... of --against; the name and the content tell what each is. A later Compose file
 * overrides earlier ones. Returns 0, or a negative errno with a message that names the file.
 */
int ct_check__load(struct ct_check *c, const struct ct_strlist *against, struct ct_err *err);

/*
 * Collects all findings. pairs: "WORKLOAD=TARGET", for names that differ. -EINVAL if one of these
 * names matches nothing.
 */
int ct_check__run(struct ct_check *c, const struct ct_strlist *pairs, struct ct_err *err);
void ct_check__free(struct ct_check *c); /* what it holds */

size_t ct_check__count(const struct ct_check *c, enum ct_level level);

/* The workload that it is about ("Deployment/web, nginx", "web"), raw; the caller frees. */
char *ct_finding__subject(const struct ct_finding *f);

/* match.c: the advice for a target, or NULL. *guessed: it was not found by a name. */
const struct ct_advice *ct_check__match(const struct ct_check *c, const struct ct_deployed *t,
					const struct ct_strlist *pairs, bool *guessed);
/* Does the advice belong to the target? That of each replica does, if they were recorded apart. */
bool ct_check__belongs(const struct ct_deployed *t, const struct ct_advice *a,
		       const struct ct_strlist *pairs);
/* Another target than t that the names allow the recording to belong to, or NULL. */
const struct ct_deployed *ct_check__rival(const struct ct_check *c, const struct ct_deployed *t,
					  const struct ct_advice *a,
					  const struct ct_strlist *pairs);
int ct_check__check_pairs(const struct ct_check *c, const struct ct_strlist *pairs,
			  struct ct_err *err);

/*
 * pods.c: is it a container of one of the target's pods? UNKNOWN: it was recorded outside of
 * Kubernetes, or under another name.
 */
enum ct_tristate ct_check__is_pod_of(const struct ct_workload *w, const struct ct_deployed *t);

/*
 * policy_check.c: adds what the policy objects to, of what is held and in the advice. Returns the
 * capabilities that it objects to. t or a may be NULL.
 */
uint64_t ct_check__apply_policy(struct ct_check *c, const struct ct_deployed *t,
				const struct ct_advice *a, uint64_t held);
void ct_check__add(struct ct_check *c, enum ct_rule_code rule, const struct ct_deployed *t,
		   const struct ct_advice *a, uint64_t caps, struct ct_place at, char *text);

/* The formats of the findings; each function writes a whole document. */
void ct_check__text(const struct ct_check *c, FILE *out, const struct ct_term *term);
void ct_check__json(const struct ct_check *c, FILE *out);
void ct_check__sarif(const struct ct_check *c, FILE *out);
void ct_check__junit(const struct ct_check *c, FILE *out);

#endif
