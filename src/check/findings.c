/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules that can be broken, and what was found. */
#include "check/check.h"

const struct ct_check_rule ct_check_rules[CT_CHECK_RULES] = {
	[CT_CHECK_INCOMPLETE] = { "incomplete", CT_LEVEL_WARNING,
				  "What was recorded may not be all that the workload needs." },
	[CT_CHECK_MISSING] = { "missing-capability", CT_LEVEL_ERROR,
			       "The workload needs a capability that it is not given: it breaks." },
	[CT_CHECK_MISSING_AMBIENT] = { "missing-ambient", CT_LEVEL_ERROR,
				       "A unit with a User= needs the capability in "
				       "AmbientCapabilities=, too." },
	[CT_CHECK_PRIVILEGED] = { "privileged", CT_LEVEL_ERROR,
				  "A privileged container holds every capability and every "
				  "device." },
	[CT_CHECK_UNKNOWN_NAME] = { "unknown-capability", CT_LEVEL_ERROR,
				    "A name of a capability that its reader does not know." },
	[CT_CHECK_NO_DROP_ALL] = { "no-drop-all", CT_LEVEL_WARNING,
				   "The set starts from a default instead of from nothing." },
	[CT_CHECK_SUPERFLUOUS] = { "superfluous-capability", CT_LEVEL_WARNING,
				   "A capability is given that nothing was seen to need." },
	[CT_CHECK_WIDER] = { "wider-capability", CT_LEVEL_WARNING,
			     "A capability is given where a lesser one would do." },
	[CT_CHECK_OTHER_USER] = { "other-user", CT_LEVEL_WARNING,
				  "It was recorded as root, and the file names another user." },
	[CT_CHECK_OTHER_SETTING] = { "other-setting", CT_LEVEL_WARNING,
				     "The file gives it a host namespace or no seccomp, and the "
				     "recording was made without." },
	[CT_CHECK_POLICY] = { "policy", CT_LEVEL_ERROR, "The policy does not allow it." },
	[CT_CHECK_HOST_SCOPE] = { "host-scope", CT_LEVEL_NOTE,
				  "A capability that is needed reaches the whole host." },
	[CT_CHECK_OPTIONAL] = { "optional-capability", CT_LEVEL_NOTE,
				"A capability is given that programs usually manage without." },
	[CT_CHECK_NO_EFFECT] = { "no-effect", CT_LEVEL_NOTE,
				 "An added capability does nothing for a user other than root." },
	[CT_CHECK_UNDECIDED] = { "undecided", CT_LEVEL_NOTE,
				 "What is given depends on something that is not in the file." },
	[CT_CHECK_MATCHED] = { "matched", CT_LEVEL_NOTE,
			       "Recording and file were matched without a common name." },
	[CT_CHECK_NO_RECORDING] = { "no-recording", CT_LEVEL_NOTE,
				    "There is no recording of what the file describes." },
	[CT_CHECK_NOT_IN_FILE] = { "not-in-file", CT_LEVEL_NOTE,
				   "What was recorded is not in the file." },
};

void ct_check__add(struct ct_check *c, enum ct_rule_code rule, const struct ct_deployed *t,
		   const struct ct_advice *a, uint64_t caps, struct ct_place at, char *text)
{
	*CT_PUSH(c->findings, c->len, c->cap) = (struct ct_finding){ rule, t, a, caps, text, at };
}

size_t ct_check__count(const struct ct_check *c, enum ct_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < c->len; i++)
		n += ct_check_rules[c->findings[i].rule].level == level;
	return n;
}

char *ct_finding__subject(const struct ct_finding *f)
{
	const struct ct_deployed *t = f->target;

	if (t && t->where)
		return ct_xasprintf("%s, %s", t->where, t->name);
	if (t)
		return ct_xstrdup(t->name);
	return ct_xstrdup(f->advice ? ct_workload__label(f->advice->workload) : "policy");
}

void ct_check__free(struct ct_check *c)
{
	for (size_t i = 0; i < c->len; i++)
		free(c->findings[i].text);
	free(c->findings);
	ct_deployment__free(&c->targets);
	ct_policy__free(&c->policy);
	*c = (struct ct_check){ 0 };
}
