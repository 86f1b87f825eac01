/* SPDX-License-Identifier: GPL-2.0-only */
#include "deploy/yaml_docs.h"

#include <errno.h>
#include <string.h>

#define MAX_DOCS 4096

/* "---" or "..." at the start of any line ends a document (YAML 1.2, 9.1.2). */
static bool is_marker(const char *line)
{
	return (!strncmp(line, "---", 3) || !strncmp(line, "...", 3)) &&
	       strchr(" \t\r\n", line[3]) != NULL; /* or the NUL at the end */
}

static const char *next_line(const char *p)
{
	const char *end = strchr(p, '\n');

	return end ? end + 1 : NULL;
}

/* Is there more than comments, directives and blank lines? */
static bool has_content(const char *p, const char *end)
{
	if (!strncmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	while (p && p < end) {
		bool directive = *p == '%';

		p += strspn(p, " \t\r");
		if (p < end && *p != '#' && *p != '\n' && !directive)
			return true;
		p = next_line(p);
	}
	return false;
}

static void add_range(struct ct_yaml_ranges *ranges, const char *text, const char *start,
		      const char *end, size_t lines)
{
	if (has_content(start, end))
		*CT_PUSH(ranges->items, ranges->len,
			 ranges->cap) = (struct ct_yaml_range){ (size_t)(start - text),
								(size_t)(end - text), lines };
}

void ct_yaml_docs__split(const char *text, size_t len, struct ct_yaml_ranges *ranges)
{
	const char *start = text, *line = text, *next;
	size_t lines = 0, start_lines = 0;

	/* A byte order mark may precede a marker. */
	for (line += !strncmp(text, "\xef\xbb\xbf", 3) ? 3 : 0; line; line = next) {
		next = next_line(line);
		lines++;
		if (!is_marker(line))
			continue;
		add_range(ranges, text, start, line, start_lines);
		/* What follows "--- " on its line belongs to the document. */
		start = *line == '-' ? line : next;
		start_lines = *line == '-' ? lines - 1 : lines;
		if (!start)
			return;
		if (*line == '-' && strspn(line + 3, " \t\r") == strcspn(line + 3, "\n")) {
			start = next ? next : text + len;
			start_lines = lines;
		}
	}
	add_range(ranges, text, start, text + len, start_lines);
}

static int parse_one(const char *path, const char *text, const struct ct_yaml_range *range,
		     struct ct_yaml_docs *docs, struct ct_err *err)
{
	struct ct_yaml *y = NULL;
	int ret = ct_yaml__parse_part(path, text + range->start, range->end - range->start,
				      range->lines, &y, err);

	if (!ret && y->root)
		*CT_PUSH(docs->items, docs->len, docs->cap) = y;
	else
		ct_yaml__free(y);
	return ret;
}

int ct_yaml_docs__parse(const char *path, const char *text, size_t len, struct ct_yaml_docs *docs,
			struct ct_err *err)
{
	struct ct_yaml_ranges ranges = { 0 };
	int ret = 0;

	ct_yaml_docs__split(text, len, &ranges);
	if (ranges.len > MAX_DOCS) {
		ct_autofree char *shown = ct_printable(path);

		ret = ct_err__set(err, EFBIG, "%s: more than %d documents: split the file at ---",
				  shown, MAX_DOCS);
	}
	for (size_t i = 0; i < ranges.len && !ret; i++)
		ret = parse_one(path, text, &ranges.items[i], docs, err);
	free(ranges.items);
	if (ret && err && strstr(text, "{{"))
		ct_err__set(err, EINVAL, "%s; a template must be rendered first ('helm template')",
			    err->msg);
	return ret;
}

void ct_yaml_docs__free(struct ct_yaml_docs *docs)
{
	for (size_t i = 0; i < docs->len; i++)
		ct_yaml__free(docs->items[i]);
	free(docs->items);
	*docs = (struct ct_yaml_docs){ 0 };
}
