/* SPDX-License-Identifier: GPL-2.0-only */
#include "edit/values.h"

#include <string.h>
#include <time.h>

#include "emit/common.h"

bool ct_patch__is_incomplete(const struct ct_patch_service *t)
{
	for (size_t i = 0; i < t->nadvices; i++)
		if (t->advices[i]->gaps)
			return true;
	return false;
}

void ct_values__cap_drop(struct ct_change_value *v, const struct ct_patch_service *t)
{
	v->key = "cap_drop";
	v->brief = true;
	v->items = ct_xzalloc(sizeof(*v->items));
	v->nitems = 1;
	v->items[0].text = ct_xstrdup("ALL");
	v->items[0].comment = ct_xstrdup(t->cap_add ? "captrim: all but what cap_add gives back" :
					 ct_patch__is_incomplete(t) ?
						      "captrim: INCOMPLETE, no need was seen" :
						      "captrim: it needs no capability");
	v->comment = ct_xstrdup(v->items[0].comment);
}

/* The reason for the capability, raw; the caller frees. */
static char *raw_reason(const struct ct_patch_service *t, int cap)
{
	for (size_t i = 0; i < t->nadvices; i++) {
		char *raw = t->advices[i]->cap_add & 1ull << cap ?
				    ct_emit__reason(t->advices[i], cap) :
				    NULL;

		if (raw)
			return raw;
	}
	return ct_xstrdup("no reason recorded");
}

static char *reason(const struct ct_patch_service *t, int cap)
{
	ct_autofree char *raw = raw_reason(t, cap);

	return ct_printable(raw);
}

void ct_values__cap_add(struct ct_change_value *v, const struct ct_patch_service *t)
{
	v->key = "cap_add";
	v->items = ct_xzalloc((ct_caps__count(t->cap_add) + 1) * sizeof(*v->items));
	ct_caps__for_each(cap, t->cap_add)
		v->items[v->nitems++] = (struct ct_change_item){
			.text = ct_xstrdup(ct_cap__name(cap)),
			.comment = reason(t, cap),
		};
	if (!t->cap_add)
		v->comment = ct_xstrdup(ct_patch__is_incomplete(t) ?
						"captrim: INCOMPLETE, no need was seen" :
						"captrim: it needs none");
}

void ct_values__not_privileged(struct ct_change_value *v)
{
	v->key = "privileged";
	v->word = ct_xstrdup("false");
	v->comment = ct_xstrdup("captrim: cap_add is enough");
}

/* Compose expands $ in every value, quoted or not, so it is doubled. */
static void add_pair(struct ct_str *s, const char *key, const char *value, bool json)
{
	ct_autofree char *safe = ct_printable(value);
	struct ct_str text = {};

	for (const char *p = safe; *p; p++) {
		if (strchr("\"\\", *p))
			ct_str__add(&text, "\\");
		ct_str__add(&text, *p == '$' ? "$" : "");
		ct_str__addn(&text, p, 1);
	}
	ct_str__addf(s, json ? "%s\"%s\": \"%s\"" : "%s%s: \"%s\"",
		     s->len && s->s[s->len - 1] != '{' ? ", " : "", key, text.s ? text.s : "");
	ct_str__free(&text);
}

/* The lowest confidence of the service's recommendations. */
static const char *confidence(const struct ct_patch_service *t)
{
	enum ct_confidence least = CT_CONF_PROVED;

	for (size_t i = 0; i < t->nadvices; i++)
		if (t->advices[i]->confidence < least)
			least = t->advices[i]->confidence;
	return ct_confidence__name(least);
}

static void add_reasons(struct ct_str *s, const struct ct_patch_service *t, bool json)
{
	ct_str__add(s, json ? ", \"reasons\": {" : ", reasons: {");
	ct_caps__for_each(cap, t->cap_add) {
		ct_autofree char *raw = raw_reason(t, cap);

		add_pair(s, ct_cap__name(cap), raw, json);
	}
	ct_str__add(s, "}");
}

void ct_values__provenance(struct ct_change_value *v, const struct ct_patch *p,
			   const struct ct_patch_service *t, bool json, bool reasons)
{
	const struct ct_host *host = &p->report->session->host;
	time_t when = host->start_ms / 1000;
	char day[sizeof("2026-11-24") + 64];
	const char *image = NULL;
	struct ct_str s = {};
	struct tm tm;

	ct_str__add(&s, "{");
	add_pair(&s, "version", CT_VERSION, json);
	if (host->start_ms > 0 && gmtime_r(&when, &tm) && strftime(day, sizeof(day), "%F", &tm))
		add_pair(&s, "recorded", day, json);
	if (host->kernel)
		add_pair(&s, "kernel", host->kernel, json);
	for (size_t i = 0; i < t->nadvices && !image; i++)
		image = t->advices[i]->workload->container.image;
	if (image)
		add_pair(&s, "image", image, json);
	if (ct_patch__is_incomplete(t))
		add_pair(&s, "incomplete", "yes", json);
	add_pair(&s, "confidence", confidence(t), json);
	if (reasons && t->cap_add)
		add_reasons(&s, t, json);
	ct_str__add(&s, "}");
	v->key = "x-captrim";
	v->word = s.s;
}
