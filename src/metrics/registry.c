/* SPDX-License-Identifier: GPL-2.0-only */
/* The definitions of all metrics, and the values of those that do not belong to a workload. */
#include <string.h>

#include "metrics/metrics_priv.h"

#define MOST_LABELS 64	/* for a metric that takes any labels */
#define LONGEST	    200 /* bytes of a label's value */

const struct ct_metric_def ct_metric_defs[CT_METRIC_MAX] = {
#define CT_METRIC(id, type, name, unit, label, values, help) \
	{ CT_##type, name, unit, label, values, help },
#include "metrics/names.def"
#undef CT_METRIC
};
_Static_assert(CT_METRIC_WORKLOAD_DENIED == CT_METRICS_EACH - 1, "the workload's come first");

/* Escapes the backslash in "\xNN" of ct_printable() once more, so that nothing is ambiguous. */
char *ct_metrics__escape(const char *value)
{
	ct_autofree char *safe = ct_printable(value), *bounded = NULL;
	struct ct_str out = { 0 };
	size_t n = strlen(safe);

	if (n > LONGEST) {
		for (n = LONGEST - 9; (safe[n] & 0xc0) == 0x80;)
			n--;
		bounded = ct_xasprintf("%.*s~%08x", (int)n, safe, ct_hash32(value, strlen(value)));
	}
	ct_str__add(&out, "");
	for (const char *p = bounded ? bounded : safe; *p; p++) {
		if (*p == '\\' || *p == '"')
			ct_str__addn(&out, "\\", 1);
		ct_str__addn(&out, p, 1);
	}
	return out.s;
}

static struct ct_metric_sample *add_sample(struct ct_family *f, const char *label)
{
	struct ct_metric_sample *s = CT_PUSH(f->samples, f->len, f->cap);

	*s = (struct ct_metric_sample){ .label = label ? ct_metrics__escape(label) : NULL };
	return s;
}

static void add_words(struct ct_family *f, const char *words)
{
	for (size_t n; *words; words += n, words += strspn(words, " ")) {
		ct_autofree char *word = NULL;

		n = strcspn(words, " ");
		word = ct_xstrndup(words, n);
		add_sample(f, word);
	}
}

static void add_first_samples(struct ct_family *f, const struct ct_metric_def *def)
{
	if (!*def->label)
		add_sample(f, NULL);
	else if (!strcmp(def->values, "@capability"))
		ct_caps__for_each(cap, CT_CAPS_ALL)
			add_sample(f, ct_cap__name(cap));
	else if (*def->values != '@' && *def->values != '*')
		add_words(f, def->values);
}

struct ct_metrics *ct_metrics__new(size_t max_series)
{
	struct ct_metrics *m = ct_xzalloc(sizeof(*m));

	m->max_series = max_series ? max_series : CT_METRICS_SERIES;
	for (int i = 0; i < CT_METRIC_MAX; i++)
		add_first_samples(&m->families[i], &ct_metric_defs[i]);
	ct_metrics__set(m, CT_METRIC_PUSH_UP, NULL, 1);
	ct_metrics__set(m, CT_METRIC_RELOAD_OK, NULL, 1);
	return m;
}

void ct_metrics__free(struct ct_metrics *m)
{
	if (!m)
		return;
	for (int i = 0; i < CT_METRIC_MAX; i++) {
		for (size_t j = 0; j < m->families[i].len; j++)
			free(m->families[i].samples[j].label);
		free(m->families[i].samples);
	}
	for (size_t i = 0; i < m->nworkloads; i++) {
		free(m->workloads[i].key);
		free(m->workloads[i].label);
	}
	free(m->workloads);
	ct_index__free(&m->index);
	free(m->backend);
	free(m);
}

/* Finds or adds the sample; NULL if this label is to be dropped. */
static struct ct_metric_sample *sample_of(struct ct_metrics *m, enum ct_metric metric,
					  const char *label)
{
	struct ct_family *f = &m->families[metric];
	ct_autofree char *escaped = label ? ct_metrics__escape(label) : NULL;

	for (size_t i = 0; i < f->len; i++)
		if (ct_str_equal(f->samples[i].label, escaped))
			return &f->samples[i];
	if (!label || *ct_metric_defs[metric].values != '*' || f->len >= MOST_LABELS)
		return NULL;
	return add_sample(f, label);
}

void ct_metrics__set(struct ct_metrics *m, enum ct_metric metric, const char *label, double value)
{
	struct ct_metric_sample *s = sample_of(m, metric, label);

	if (s)
		s->value = value;
}

void ct_metrics__add(struct ct_metrics *m, enum ct_metric metric, const char *label, double value)
{
	struct ct_metric_sample *s = sample_of(m, metric, label);

	if (s)
		s->value += value;
}

void ct_metrics__set_backend(struct ct_metrics *m, const char *backend)
{
	free(m->backend);
	m->backend = ct_metrics__escape(backend);
}

size_t ct_metrics__own_series(const struct ct_metrics *m)
{
	size_t n = CT_METRICS_EACH; /* the series of _other */

	for (int i = CT_METRICS_EACH; i < CT_METRIC_MAX; i++)
		n += m->families[i].len;
	return n;
}
