// SPDX-License-Identifier: GPL-2.0-only
#include "check/yaml_docs.h"

#include <errno.h>
#include <string.h>

#define MAX_DOCS 4096

/* "---" or "..." at the start of a line ends a document wherever it stands (YAML 1.2, 9.1.2). */
static bool is_marker(const char *line)
{
	return (!strncmp(line, "---", 3) || !strncmp(line, "...", 3)) &&
	       strchr(" \t\r\n", line[3]) != NULL; /* the NUL of the end, too */
}

static const char *next_line(const char *p)
{
	const char *end = strchr(p, '\n');

	return end ? end + 1 : NULL;
}

/* Is there more than comments and blank lines? */
static bool has_content(const char *p, const char *end)
{
	while (p && p < end) {
		p += strspn(p, " \t\r");
		if (p < end && *p != '#' && *p != '\n')
			return true;
		p = next_line(p);
	}
	return false;
}

/* Empty lines in front give every node the line that it has in the file. */
static int parse_one(const char *path, const char *start, const char *end, size_t lines,
		     struct ct_yaml_docs *docs, struct ct_err *err)
{
	struct ct_str text = { 0 };
	struct ct_yaml *y = NULL;
	int ret;

	if (!has_content(start, end))
		return 0;
	if (docs->len == MAX_DOCS)
		return ct_err__set(err, EFBIG, "%s: more than %d documents", path, MAX_DOCS);
	while (text.len < lines)
		ct_str__add(&text, "\n");
	ct_str__addn(&text, start, (size_t)(end - start));
	ret = ct_yaml__parse(path, text.s, text.len, &y, err);
	ct_str__free(&text);
	if (!ret && y->root)
		*CT_PUSH(docs->items, docs->len, docs->cap) = y;
	else
		ct_yaml__free(y);
	return ret;
}

int ct_yaml_docs__parse(const char *path, const char *text, size_t len, struct ct_yaml_docs *docs,
			struct ct_err *err)
{
	const char *start = text, *line = text, *next;
	size_t lines = 0, start_lines = 0;
	int ret = 0;

	for (; line && !ret; line = next) {
		next = next_line(line);
		lines++;
		if (!is_marker(line))
			continue;
		ret = parse_one(path, start, line, start_lines, docs, err);
		/* What follows "--- " on its line belongs to the document. */
		start = *line == '-' ? line : next;
		start_lines = *line == '-' ? lines - 1 : lines;
		if (!start)
			return ret;
		if (*line == '-' && strspn(line + 3, " \t\r") == strcspn(line + 3, "\n")) {
			start = next ? next : text + len;
			start_lines = lines;
		}
	}
	if (!ret)
		ret = parse_one(path, start, text + len, start_lines, docs, err);
	if (ret && strstr(text, "{{"))
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
