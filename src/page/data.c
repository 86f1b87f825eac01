/* SPDX-License-Identifier: GPL-2.0-only */
#include "page/data.h"

void ct_page_data__free(struct ct_page_data *d)
{
	for (size_t i = 0; i < d->nevents; i++) {
		struct ct_page_event *e = &d->events[i];
		char *all[] = { e->id,	    e->kind,  e->host, e->key,	    e->label, e->capability,
				e->verdict, e->scope, e->text, e->acked_by, e->note };

		for (size_t j = 0; j < CT_ARRAY_SIZE(all); j++)
			free(all[j]);
	}
	for (size_t i = 0; i < d->ngaps; i++) {
		free(d->gaps[i].host);
		free(d->gaps[i].key);
		free(d->gaps[i].why);
		free(d->gaps[i].text);
	}
	for (size_t i = 0; i < d->nhosts; i++) {
		free(d->hosts[i].name);
		free(d->hosts[i].kernel);
		free(d->hosts[i].arch);
		free(d->hosts[i].backend);
		free(d->hosts[i].captrim);
	}
	free(d->events);
	free(d->gaps);
	free(d->hosts);
	ct_survey__free(&d->survey);
	ct_report__free(d->report);
	ct_session__free(d->session);
	*d = (struct ct_page_data){ 0 };
}

bool ct_page_event__is_open(const struct ct_page_event *e, int64_t now_ms)
{
	return !e->acked_ms && (!e->expires_ms || e->expires_ms > now_ms);
}
