/* SPDX-License-Identifier: GPL-2.0-only */
#include "survey/changes.h"

#include <string.h>

#include "base/index.h"
#include "base/util.h"
#include "model/identity.h"

#define GONE_AFTER_MS (24 * 3600 * INT64_C(1000)) /* what is idle is stored ever less often */
#define SHORT_DIGEST  12

static bool was_there(struct ct_survey_row *row, const void *arg)
{
	int64_t ms = *(const int64_t *)arg;
	uint64_t later = 0;

	for (size_t i = 0; i < row->ncaps; i++)
		if (row->caps[i].since_ms > ms)
			later |= 1ull << row->caps[i].cap;
	row->needs &= ~later;
	row->optional &= ~later;
	return row->first_ms <= ms;
}

void ct_survey__as_of(struct ct_survey *sv, int64_t ms)
{
	ct_survey__keep(sv, was_there, &ms);
}

/* "sha256:0123...": the same, or its first digits as a person copied them. */
static bool is_digest(const char *digest, const char *wanted)
{
	const char *colon = strchr(wanted, ':'), *own;
	const char *digits = colon ? colon + 1 : wanted;
	size_t len = strlen(digits);

	if (!digest)
		return false;
	/* Engines give "NAME@sha256:..." as well. */
	own = strrchr(digest, '@');
	own = own ? own + 1 : digest;
	if (!strcmp(own, wanted))
		return true;
	own = strchr(own, ':') ? strchr(own, ':') + 1 : own;
	return len >= SHORT_DIGEST && !strncmp(own, digits, len);
}

/* What follows the colon of a registry's port is not a tag. */
static const char *tag_of(const char *image)
{
	const char *slash = strrchr(image, '/');

	return strchr(slash ? slash : image, ':');
}

/* Without a tag any tag will do. ":latest" is one, though short names lack it. */
static bool is_image(const char *image, const char *wanted, size_t wanted_len)
{
	ct_autofree char *spec = ct_xstrndup(wanted, wanted_len);
	ct_autofree char *plain = image ? ct_xstrndup(image, strcspn(image, "@")) : NULL;
	size_t spec_len, len;
	const char *short_spec = ct_image__short(spec, &spec_len), *name, *tag;

	if (!wanted_len)
		return true;
	if (!image)
		return false;
	name = ct_image__short(plain, &len);
	if (len == spec_len && !strncmp(name, short_spec, len))
		return true;
	tag = tag_of(name);
	return !tag_of(spec) && tag && (size_t)(tag - name) == spec_len &&
	       !strncmp(name, short_spec, spec_len);
}

static bool ran_image(struct ct_survey_row *row, const void *arg)
{
	const char *spec = arg, *at = strchr(spec, '@');

	return is_image(row->image, spec, at ? (size_t)(at - spec) : strlen(spec)) &&
	       (!at || is_digest(row->digest, at + 1));
}

void ct_survey__of_image(struct ct_survey *sv, const char *spec)
{
	ct_survey__keep(sv, ran_image, spec);
}

void ct_survey__as_one(struct ct_survey *sv, const char *name)
{
	for (size_t i = 0; i < sv->len; i++) {
		free(sv->rows[i].key);
		free(sv->rows[i].label);
		sv->rows[i].key = ct_xstrdup("one");
		sv->rows[i].label = ct_xstrdup(name);
	}
	ct_survey__join(sv);
}

static bool has_key(const void *items, size_t i, const void *wanted)
{
	return ct_str_equal(((const struct ct_survey_row *)items)[i].key, wanted);
}

static uint32_t hash_of(const char *key)
{
	return key ? ct_hash32(key, strlen(key)) : 0;
}

static void make_index(struct ct_index *ix, const struct ct_survey *sv)
{
	ct_index__init(ix, sv->len);
	for (size_t i = 0; i < sv->len; i++)
		ct_index__put(ix, hash_of(sv->rows[i].key), i);
}

static const struct ct_survey_row *find(const struct ct_index *ix, const struct ct_survey *sv,
					const char *key)
{
	size_t i = ct_index__find(ix, hash_of(key), has_key, sv->rows, key);

	return i == CT_INDEX_NONE ? NULL : &sv->rows[i];
}

/* Compares what a file gives with what is needed. */
static void compare_file(struct ct_survey_change *c, const struct ct_survey_row *file,
			 const struct ct_survey_row *seen)
{
	if (!file->holds_known || !seen->judged)
		return;
	c->lacks = seen->needs & ~file->holds & ~file->met;
	/*
	 * What stands in for a need has its use, and an incomplete advice never says that something
	 * has none.
	 */
	if (!seen->gaps && !file->met)
		c->spare = file->holds & ~(seen->needs | seen->optional);
}

static void compare(const struct ct_changes *all, struct ct_survey_change *c)
{
	bool file_a = all->a->kind == CT_SIDE_FILE, file_b = all->b->kind == CT_SIDE_FILE;
	const struct ct_survey_row *a = c->a, *b = c->b;

	if (!a || !b) {
		c->kind = a ? CT_CHANGE_ONLY_A : CT_CHANGE_ONLY_B;
		return;
	}
	if (file_a != file_b)
		compare_file(c, file_a ? a : b, file_a ? b : a);
	if (a->judged && b->judged) {
		c->needs_added = b->needs & ~a->needs;
		c->needs_gone = a->needs & ~b->needs;
	}
	if (a->holds_known && b->holds_known && file_a == file_b && all->a->kind != CT_SIDE_TIME) {
		c->holds_added = b->holds & ~a->holds;
		c->holds_gone = a->holds & ~b->holds;
	}
	if (c->needs_added | c->needs_gone | c->holds_added | c->holds_gone | c->lacks | c->spare)
		c->kind = CT_CHANGE_OTHER;
}

static bool are_times(const struct ct_changes *c)
{
	return c->a->kind == CT_SIDE_TIME && c->b->kind == CT_SIDE_TIME;
}

/* Between two times: what had gone before the first is not a difference. */
static bool is_old(const struct ct_changes *c, const struct ct_survey_row *row)
{
	return are_times(c) && row->last_ms && row->last_ms < c->a->ms;
}

static bool has_gone(const struct ct_changes *c, const struct ct_survey_row *row)
{
	return are_times(c) && row->last_ms && row->last_ms < c->b->ms - GONE_AFTER_MS;
}

static int by_weight(const void *x, const void *y)
{
	const struct ct_survey_change *a = x, *b = y;
	const struct ct_survey_row *p = a->b ? a->b : a->a, *q = b->b ? b->b : b->a;
	bool same_a = a->kind == CT_CHANGE_SAME, same_b = b->kind == CT_CHANGE_SAME;
	int order;

	if (same_a != same_b)
		return same_a ? 1 : -1;
	order = strcmp(p->label ? p->label : "", q->label ? q->label : "");
	return order ? order : strcmp(p->key ? p->key : "", q->key ? q->key : "");
}

void ct_changes__find(const struct ct_side *a, const struct ct_side *b, struct ct_changes *out)
{
	ct_autoindex struct ct_index in_a = {}, in_b = {};

	*out = (struct ct_changes){ .a = a, .b = b };
	make_index(&in_a, &a->sv);
	make_index(&in_b, &b->sv);
	for (size_t i = 0; i < b->sv.len; i++) {
		const struct ct_survey_row *row = &b->sv.rows[i];
		struct ct_survey_change c = { .a = find(&in_a, &a->sv, row->key), .b = row };

		if (is_old(out, row))
			continue;
		compare(out, &c);
		if (has_gone(out, row) && c.a && !c.needs_added)
			c.kind = CT_CHANGE_ONLY_A;
		out->same += c.kind == CT_CHANGE_SAME;
		*CT_PUSH(out->items, out->len, out->cap) = c;
	}
	for (size_t i = 0; i < a->sv.len; i++) {
		const struct ct_survey_row *row = &a->sv.rows[i];
		struct ct_survey_change c = { .a = row };

		if (find(&in_b, &b->sv, row->key) || is_old(out, row))
			continue;
		compare(out, &c);
		*CT_PUSH(out->items, out->len, out->cap) = c;
	}
	if (out->len)
		qsort(out->items, out->len, sizeof(*out->items), by_weight);
}

void ct_changes__free(struct ct_changes *c)
{
	free(c->items);
	*c = (struct ct_changes){};
}
