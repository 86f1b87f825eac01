/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds a tree from the events of libfyaml's parser. */
#include "deploy/yaml_build.h"

#include <errno.h>
#include <libfyaml.h>
#include <string.h>

#include "base/index.h"
#include "base/siphash.h"
#include "deploy/yaml_scalar.h"

/* A CustomResourceDefinition's schema nests deeper than libfyaml's own limit of 64 levels. */
#define MAX_DEPTH 500

/* Mappings that one mapping merges: each may merge others, and every look-up searches them all. */
#define MAX_MERGED 4096

/* Finds nodes by their text in an array with one of them at every step. */
struct finder {
	struct ct_index index;
	size_t room;
};

struct yaml_builder {
	struct ct_yaml *y;
	struct fy_parser *parser;
	struct ct_err *err;
	struct ct_yaml_node *open[MAX_DEPTH];
	struct finder keys[MAX_DEPTH]; /* of the open mappings */
	size_t depth;
	struct ct_yaml_node **anchors; /* the last node with each name */
	size_t nanchors, anchors_cap;
	struct finder names; /* of the anchors */
	struct ct_sipkey sipkey;
	size_t documents;
	size_t last; /* where the last complete node ended */
	/* The place of a block scalar or comment that libfyaml misreads; SIZE_MAX: none. */
	size_t hidden;
};

static size_t mark_start(struct fy_token *t)
{
	return fy_token_start_mark(t)->input_pos;
}

static size_t mark_end(struct fy_token *t)
{
	return fy_token_end_mark(t)->input_pos;
}

static bool is_complete(const struct yaml_builder *b, const struct ct_yaml_node *n)
{
	for (size_t i = 0; i < b->depth; i++)
		if (b->open[i] == n)
			return false;
	return true;
}

static const char *key_text(const struct ct_yaml_node *n)
{
	return ct_yaml__resolve(n)->text;
}

static const char *anchor_text(const struct ct_yaml_node *n)
{
	return n->anchor;
}

static bool is_key(const void *items, size_t i, const void *wanted)
{
	return !strcmp(key_text(((struct ct_yaml_node *const *)items)[i]), wanted);
}

static bool is_anchor(const void *items, size_t i, const void *wanted)
{
	return !strcmp(anchor_text(((struct ct_yaml_node *const *)items)[i]), wanted);
}

static uint32_t hash_of(const struct yaml_builder *b, const char *text)
{
	return (uint32_t)ct_siphash(&b->sipkey, text, strlen(text));
}

static size_t find(const struct yaml_builder *b, const struct finder *f, ct_index_fn is,
		   struct ct_yaml_node *const *items, const char *text)
{
	return f->room ? ct_index__find(&f->index, hash_of(b, text), is, items, text) :
			 CT_INDEX_NONE;
}

/* Puts in items[last], which comes after all others that are in. */
static void put(const struct yaml_builder *b, struct finder *f,
		const char *(*text_of)(const struct ct_yaml_node *n), struct ct_yaml_node **items,
		size_t last, size_t step)
{
	size_t from = last;

	if (last / step >= f->room) {
		f->room = f->room ? 2 * f->room : 8;
		ct_index__free(&f->index);
		ct_index__init(&f->index, f->room);
		from = 0;
	}
	for (size_t i = from; i <= last; i += step)
		ct_index__put(&f->index, hash_of(b, text_of(items[i])), i);
}

static void forget(struct finder *f)
{
	ct_index__free(&f->index);
	f->room = 0;
}

/* Of the anchors with one name, an alias means the last before it. */
static void add_anchor(struct yaml_builder *b, struct ct_yaml_node *n)
{
	size_t i = find(b, &b->names, is_anchor, b->anchors, n->anchor);

	if (i != CT_INDEX_NONE) {
		b->anchors[i] = n;
		return;
	}
	*CT_PUSH(b->anchors, b->nanchors, b->anchors_cap) = n;
	put(b, &b->names, anchor_text, b->anchors, b->nanchors - 1, 1);
}

/* Sets the anchor and the tag; the node begins with whichever comes first. */
static void set_props(struct yaml_builder *b, struct ct_yaml_node *n, struct fy_token *anchor,
		      struct fy_token *tag)
{
	const char *text;
	size_t len, pos;

	if (n->start == n->end && (anchor || tag)) {
		pos = anchor ? mark_end(anchor) : 0;
		len = tag ? mark_end(tag) : 0;
		n->start = n->end = b->last = pos > len ? pos : len;
	}
	n->props = n->start;
	if (tag) {
		pos = mark_start(tag);
		len = mark_end(tag);
		if (pos < len && len <= b->y->len)
			n->tag = ct_xstrndup(b->y->text + pos, len - pos);
		n->props = pos < n->props ? pos : n->props;
	}
	if (anchor) {
		text = fy_token_get_text(anchor, &len);
		n->anchor = text ? ct_xstrndup(text, len) : ct_xstrdup("");
		pos = mark_start(anchor);
		/* The mark may point behind the '&'. */
		if (pos && b->y->text[pos] != '&' && b->y->text[pos - 1] == '&')
			pos--;
		n->props = pos < n->props ? pos : n->props;
		add_anchor(b, n);
	}
}

/* Checks the last key of the innermost open collection, which is a mapping. */
static int check_key(struct yaml_builder *b)
{
	struct ct_yaml_node *map = b->open[b->depth - 1];
	const struct ct_yaml_node *key = map->items[map->nitems - 1], *k = ct_yaml__resolve(key);
	struct finder *f = &b->keys[b->depth - 1];

	if (k->kind != CT_YAML_SCALAR)
		return ct_yaml__error(b->y, key->start, b->err,
				      "a key that is a list or a mapping: write a plain word");
	if (!ct_yaml__is_merge(key) && find(b, f, is_key, map->items, k->text) != CT_INDEX_NONE) {
		ct_autofree char *shown = ct_printable(k->text);

		return ct_yaml__error(b->y, key->start, b->err, "'%s' occurs twice: remove one",
				      shown);
	}
	put(b, f, key_text, map->items, map->nitems - 1, 2);
	return 0;
}

/* Adds n to the innermost open collection. */
static int add(struct yaml_builder *b, struct ct_yaml_node *n)
{
	struct ct_yaml_node *in = b->depth ? b->open[b->depth - 1] : NULL;

	n->parent = in;
	if (!in) {
		b->y->root = n;
		return 0;
	}
	*CT_PUSH(in->items, in->nitems, in->items_cap) = n;
	return in->kind == CT_YAML_MAP && in->nitems % 2 && n->kind != CT_YAML_MAP &&
			       n->kind != CT_YAML_SEQ ?
		       check_key(b) :
		       0;
}

/* The key whose value comes next. */
static struct ct_yaml_key key_of(const struct yaml_builder *b)
{
	const struct ct_yaml_node *in = b->depth ? b->open[b->depth - 1] : NULL, *key;

	if (!in || in->kind != CT_YAML_MAP || !(in->nitems % 2))
		return (struct ct_yaml_key){ .is = false };
	key = in->items[in->nitems - 1];
	return (struct ct_yaml_key){ true, key->props, key->end };
}

/* Sets the text from the scalar's own bytes, or, if these do not suffice, to libfyaml's text. */
static int set_text(struct yaml_builder *b, struct ct_yaml_node *n, struct fy_token *t)
{
	const char *text = b->y->text + n->start, *wrong = NULL;
	size_t len = n->end - n->start;

	if (n->style != CT_YAML_LITERAL) {
		n->text = ct_yaml_scalar__text(text, len, &wrong);
		return n->text ? 0 : ct_yaml__error(b->y, n->start, b->err, "%s", wrong);
	}
	n->text = ct_yaml_scalar__block(b->y->text, n->start, key_of(b));
	if (n->text)
		return 0;
	text = fy_token_get_text(t, &len);
	n->text = ct_xstrndup(text ? text : "", len);
	return 0;
}

/* Did libfyaml take what follows an empty block scalar for its text? Sets b->hidden then. */
static bool swallows(struct yaml_builder *b, const struct ct_yaml_node *n)
{
	if (n->style == CT_YAML_LITERAL)
		b->hidden = ct_yaml_scalar__swallows(b->y->text, n->start, n->end, key_of(b));
	return b->hidden != SIZE_MAX;
}

static int add_scalar(struct yaml_builder *b, const struct fy_event *e)
{
	struct ct_yaml_node *n = ct_xzalloc(sizeof(*n));
	struct fy_token *t = e->scalar.value;
	enum fy_scalar_style style = t ? fy_token_scalar_style(t) : FYSS_PLAIN;

	n->style = style == FYSS_PLAIN				 ? CT_YAML_PLAIN :
		   style == FYSS_LITERAL || style == FYSS_FOLDED ? CT_YAML_LITERAL :
								   CT_YAML_QUOTED;
	n->start = t ? mark_start(t) : b->last;
	n->end = t ? mark_end(t) : b->last;
	if (n->end < n->start || n->end > b->y->len)
		n->end = n->start;
	if (n->style == CT_YAML_QUOTED && n->start && n->end < b->y->len) {
		n->start--; /* the marks exclude the quotes */
		n->end++;
	}
	/* Only an empty block scalar that was hidden from libfyaml looks like this. */
	if (n->style == CT_YAML_PLAIN && n->end > n->start && strchr("|>", b->y->text[n->start]))
		n->style = CT_YAML_LITERAL;
	b->last = n->end;
	if (swallows(b, n) || set_text(b, n, t)) {
		ct_yaml_node__free(n);
		return -EINVAL;
	}
	set_props(b, n, e->scalar.anchor, e->scalar.tag);
	return add(b, n);
}

static int add_alias(struct yaml_builder *b, const struct fy_event *e)
{
	struct ct_yaml_node *n = ct_xzalloc(sizeof(*n));
	struct fy_token *t = e->alias.anchor;
	size_t len = 0, i;
	const char *text = fy_token_get_text(t, &len);

	n->kind = CT_YAML_ALIAS;
	n->text = ct_xstrndup(text ? text : "", len);
	n->start = mark_start(t);
	n->end = mark_end(t);
	if (n->start && b->y->text[n->start] != '*' && b->y->text[n->start - 1] == '*')
		n->start--;
	n->props = n->start;
	b->last = n->end;
	i = find(b, &b->names, is_anchor, b->anchors, n->text);
	n->target = i != CT_INDEX_NONE ? b->anchors[i] : NULL;
	if (!n->target || !is_complete(b, n->target)) {
		ct_autofree char *shown = ct_printable(n->text);
		bool within = n->target;

		len = n->start;
		ct_yaml_node__free(n);
		return ct_yaml__error(
			b->y, len, b->err,
			within ? "*%s stands for something that contains it: write it out" :
				 "*%s: there is no anchor &%s before it",
			shown, shown);
	}
	return add(b, n);
}

static int open_node(struct yaml_builder *b, enum ct_yaml_kind kind, struct fy_token *start,
		     struct fy_token *anchor, struct fy_token *tag)
{
	struct ct_yaml_node *n = ct_xzalloc(sizeof(*n));
	int ret;

	n->kind = kind;
	n->start = n->end = start ? mark_start(start) : b->last;
	n->flow = start && (fy_token_get_type(start) == FYTT_FLOW_MAPPING_START ||
			    fy_token_get_type(start) == FYTT_FLOW_SEQUENCE_START);
	/* If a tag comes before it, the mark may point to the white space between them. */
	while (n->flow && n->start < b->y->len && strchr(" \t\r\n", b->y->text[n->start]))
		n->start++;
	set_props(b, n, anchor, tag);
	if (b->depth == MAX_DEPTH) {
		size_t pos = n->start;

		ct_yaml_node__free(n);
		return ct_yaml__error(b->y, pos, b->err,
				      "nested deeper than %d levels: take some out", MAX_DEPTH);
	}
	ret = add(b, n);
	b->open[b->depth++] = n;
	return ret;
}

/* How many mappings does a merge key with this value bring in? */
static size_t count_merged(const struct ct_yaml_node *value)
{
	size_t n;

	value = ct_yaml__resolve(value);
	n = value->merged;
	for (size_t i = 0; value->kind == CT_YAML_SEQ && i < value->nitems; i++)
		n += ct_yaml__resolve(value->items[i])->merged;
	return n;
}

static int check_merged(struct yaml_builder *b, struct ct_yaml_node *map)
{
	map->merged = 1;
	for (size_t i = 0; i + 1 < map->nitems; i += 2)
		if (ct_yaml__is_merge(map->items[i]))
			map->merged += count_merged(map->items[i + 1]);
	return map->merged > MAX_MERGED ?
		       ct_yaml__error(b->y, map->start, b->err,
				      "merge keys (<<) bring in more than %d mappings: write the "
				      "keys out",
				      MAX_MERGED) :
		       0;
}

static int close_node(struct yaml_builder *b, struct fy_token *end)
{
	struct ct_yaml_node *n = b->open[--b->depth], *in = n->parent;

	forget(&b->keys[b->depth]);
	n->end = n->flow && end ? mark_end(end) : b->last;
	b->last = n->end;
	if (n->kind == CT_YAML_MAP && check_merged(b, n))
		return -EINVAL;
	return in && in->kind == CT_YAML_MAP && in->nitems % 2 ? check_key(b) : 0;
}

static int on_event(struct yaml_builder *b, struct fy_event *e)
{
	switch (e->type) {
	case FYET_DOCUMENT_START:
		if (b->documents++)
			return ct_yaml__error(b->y,
					      e->document_start.document_start ?
						      mark_start(e->document_start.document_start) :
						      b->last,
					      b->err,
					      "a second document, or an empty one: split the file "
					      "at ---, or remove that line");
		return 0;
	case FYET_SCALAR: return add_scalar(b, e);
	case FYET_ALIAS: return add_alias(b, e);
	case FYET_MAPPING_START:
		return open_node(b, CT_YAML_MAP, e->mapping_start.mapping_start,
				 e->mapping_start.anchor, e->mapping_start.tag);
	case FYET_SEQUENCE_START:
		return open_node(b, CT_YAML_SEQ, e->sequence_start.sequence_start,
				 e->sequence_start.anchor, e->sequence_start.tag);
	case FYET_MAPPING_END: return close_node(b, e->mapping_end.mapping_end);
	case FYET_SEQUENCE_END: return close_node(b, e->sequence_end.sequence_end);
	default: return 0;
	}
}

/* The byte at a line and column that libfyaml reports; SIZE_MAX: there is none. */
static size_t position(const struct ct_yaml *y, int line, int column)
{
	size_t pos;

	if (line < 1 || (size_t)line > y->nlines)
		return SIZE_MAX;
	pos = y->lines[line - 1];
	if (!pos && !strncmp(y->text, "\xef\xbb\xbf", 3))
		pos = 3;
	for (; column > 1 && pos < y->len; column--) {
		uint32_t c;
		size_t n = ct_utf8__decode(y->text + pos, &c);

		pos += n ? n : 1;
	}
	return pos;
}

/*
 * To YAML 1.2 and libfyaml, a '#' right behind a quote or a bracket begins no comment. go-yaml and
 * PyYAML accept it as one, and so do Compose and Kubernetes.
 */
static bool is_close_comment(const struct ct_yaml *y, size_t pos)
{
	return pos && pos < y->len && y->text[pos] == '#' && strchr("[]{},\"'", y->text[pos - 1]);
}

static int syntax_error(struct yaml_builder *b, struct fy_diag *diag)
{
	ct_autofree char *name = ct_printable(b->y->name);
	const struct fy_diag_error *e;
	void *prev = NULL;

	e = fy_diag_errors_iterate(diag, &prev);
	if (!e)
		return ct_err__set(b->err, EINVAL, "%s: this is not YAML", name);
	ct_autofree char *msg = ct_printable(e->msg ? e->msg : "this is not YAML");
	size_t pos = position(b->y, e->line, e->column);

	if (is_close_comment(b->y, pos))
		b->hidden = pos;
	return ct_err__set(b->err, EINVAL, "%s:%zu:%d: not YAML: %s", name,
			   b->y->before + (size_t)e->line, e->column, msg);
}

static int build(struct yaml_builder *b, struct fy_diag *diag)
{
	struct fy_event *e;
	int ret = 0;

	while (!ret && (e = fy_parser_parse(b->parser))) {
		ret = on_event(b, e);
		fy_parser_event_free(b->parser, e);
	}
	if (!ret && (fy_parser_get_stream_error(b->parser) || fy_diag_got_error(diag) || b->depth))
		ret = syntax_error(b, diag);
	return ret;
}

int ct_yaml_build__run(struct ct_yaml *y, const char *shown, size_t *hidden, struct ct_err *err)
{
	const struct fy_diag_cfg dcfg = { .level = FYET_ERROR, .module_mask = ~0u };
	struct yaml_builder b = {
		.y = y, .err = err, .sipkey = ct_sipkey__random(), .hidden = SIZE_MAX
	};
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG |
					     FYPCF_SLOPPY_FLOW_INDENTATION |
					     FYPCF_DISABLE_DEPTH_LIMIT };
	int ret;

	*hidden = SIZE_MAX;
	cfg.diag = fy_diag_create(&dcfg);
	if (!cfg.diag)
		return ct_err__set(err, ENOMEM, "out of memory");
	fy_diag_set_collect_errors(cfg.diag, true);
	b.parser = fy_parser_create(&cfg);
	if (!b.parser || fy_parser_set_string(b.parser, shown, y->len))
		ret = ct_err__set(err, ENOMEM, "out of memory");
	else
		ret = build(&b, cfg.diag);
	if (b.parser)
		fy_parser_destroy(b.parser);
	fy_diag_destroy(cfg.diag);
	for (size_t i = 0; i < b.depth; i++)
		forget(&b.keys[i]);
	forget(&b.names);
	free(b.anchors);
	*hidden = b.hidden;
	return ret;
}
