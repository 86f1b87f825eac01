/* SPDX-License-Identifier: GPL-2.0-only */
#include "page/visitors.h"

#include "base/clock.h"
#include "base/util.h"
#include "http/token.h"

#define LASTS  (CT_VISITORS_HOURS * 3600 * CT_NS_PER_SEC)
#define MINUTE (60 * CT_NS_PER_SEC)

const char *ct_visitors__add(struct ct_visitors *v, uint64_t now_ns)
{
	struct ct_visitor *place = &v->places[0];

	for (int i = 0; i < CT_VISITORS_MOST; i++)
		if (v->places[i].until_ns < place->until_ns)
			place = &v->places[i];
	free(place->name);
	place->name = ct_token__random();
	place->until_ns = now_ns + LASTS;
	return place->name;
}

static struct ct_visitor *find(struct ct_visitors *v, const char *name)
{
	struct ct_visitor *found = NULL;

	/* All are compared, so that the time taken does not tell which names exist. */
	for (int i = 0; i < CT_VISITORS_MOST; i++)
		if (ct_token__equal(v->places[i].name, name))
			found = &v->places[i];
	return found;
}

bool ct_visitors__know(struct ct_visitors *v, const char *name, uint64_t now_ns)
{
	struct ct_visitor *found = find(v, name);

	if (!found || found->until_ns <= now_ns)
		return false;
	found->until_ns = now_ns + LASTS;
	return true;
}

void ct_visitors__forget(struct ct_visitors *v, const char *name)
{
	struct ct_visitor *found = find(v, name);

	if (!found)
		return;
	free(found->name);
	*found = (struct ct_visitor){ 0 };
}

bool ct_visitors__may_try(const struct ct_visitors *v, uint64_t now_ns)
{
	return v->wrong < CT_VISITORS_GUESSES || now_ns - v->minute_ns >= MINUTE;
}

void ct_visitors__count_wrong(struct ct_visitors *v, uint64_t now_ns)
{
	if (!v->wrong || now_ns - v->minute_ns >= MINUTE) {
		v->minute_ns = now_ns;
		v->wrong = 0;
	}
	v->wrong++;
}

void ct_visitors__free(struct ct_visitors *v)
{
	for (int i = 0; i < CT_VISITORS_MOST; i++)
		free(v->places[i].name);
	*v = (struct ct_visitors){ 0 };
}
