/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recommendation and a report hold. */
#include "base/util.h"
#include "judge/judge_priv.h"

const char *ct_verdict__name(enum ct_verdict v)
{
	static const char *const names[] = { "unneeded", "optional", "required" };

	return names[v];
}

const char *ct_confidence__name(enum ct_confidence c)
{
	static const char *const names[] = { "low", "medium", "high", "proved" };

	return names[c];
}

static void free_verified(struct ct_verified *v)
{
	free(v->result);
	free(v->check);
	free(v->privileged);
	for (size_t i = 0; i < v->nlist; i++)
		free(v->list[i].why);
	free(v->list);
}

void ct_advice__free(struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		struct ct_cap_verdict *v = &a->caps[i];

		for (size_t k = 0; k < v->nreasons; k++) {
			free(v->reasons[k].site);
			free(v->reasons[k].syscall);
			free(v->reasons[k].process);
			free(v->reasons[k].text);
		}
		free(v->reasons);
	}
	for (size_t i = 0; i < a->nwarnings; i++)
		free(a->warnings[i].text);
	for (size_t i = 0; i < a->ntargets; i++)
		ct_target__free(&a->targets[i]);
	free(a->targets);
	free(a->caps);
	free(a->warnings);
	free(a->why);
	free_verified(&a->verified);
}

void ct_report__free(struct ct_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nadvices; i++)
		ct_advice__free(&r->advices[i]);
	for (size_t i = 0; i < r->ntexts; i++)
		free(r->texts[i]);
	free(r->texts);
	free(r->advices);
	free(r);
}
