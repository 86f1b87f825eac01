/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim.check/1, and SARIF 2.1.0 (OASIS). */
#include <string.h>

#include "base/json.h"
#include "check/check.h"
#include "emit/common.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const char *const levels[] = { "note", "warning", "error" };

static const char *workload_of(const struct ct_finding *f)
{
	return f->advice ? ct_workload__label(f->advice->workload) : NULL;
}

static void put_finding(struct ct_json *j, const struct ct_finding *f)
{
	ct_json__object(j, NULL);
	ct_json__str(j, "code", ct_check_rules[f->rule].code);
	ct_json__str(j, "level", levels[ct_check_rules[f->rule].level]);
	ct_json__str(j, "file", f->at.file);
	ct_json__uint(j, "line", f->at.line);
	ct_json__uint(j, "column", f->at.column);
	ct_json__str(j, "in", f->target ? f->target->where : NULL);
	ct_json__str(j, "target", f->target ? f->target->name : NULL);
	ct_json__str(j, "workload", workload_of(f));
	ct_emit__json_caps(j, "capabilities", f->caps);
	ct_json__str(j, "text", f->text);
	ct_json__end_object(j);
}

void ct_check__json(const struct ct_check *c, FILE *out)
{
	struct ct_json j = CT_JSON(out, 2);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "schema", "captrim.check/1");
	ct_json__str(&j, "captrim", CT_VERSION);
	ct_json__object(&j, "counts");
	ct_json__uint(&j, "targets", c->targets.len);
	ct_json__uint(&j, "errors", ct_check__count(c, CT_LEVEL_ERROR));
	ct_json__uint(&j, "warnings", ct_check__count(c, CT_LEVEL_WARNING));
	ct_json__uint(&j, "notes", ct_check__count(c, CT_LEVEL_NOTE));
	ct_json__end_object(&j);
	ct_json__array(&j, "not_followed");
	for (size_t i = 0; i < c->targets.notes.len; i++)
		ct_json__str(&j, NULL, c->targets.notes.items[i]);
	ct_json__end_array(&j);
	ct_json__array(&j, "findings");
	for (size_t i = 0; i < c->len; i++)
		put_finding(&j, &c->findings[i]);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	fputc('\n', out);
}

static void put_text(struct ct_json *j, const char *key, const char *text)
{
	ct_json__object(j, key);
	ct_json__str(j, "text", text);
	ct_json__end_object(j);
}

static void put_rules(struct ct_json *j)
{
	ct_json__array(j, "rules");
	for (int i = 0; i < CT_CHECK_RULES; i++) {
		ct_json__object(j, NULL);
		ct_json__str(j, "id", ct_check_rules[i].code);
		put_text(j, "shortDescription", ct_check_rules[i].text);
		ct_json__object(j, "defaultConfiguration");
		ct_json__str(j, "level", levels[ct_check_rules[i].level]);
		ct_json__end_object(j);
		ct_json__end_object(j);
	}
	ct_json__end_array(j);
}

/* A path as a URI reference of RFC 3986, with all but unreserved characters escaped. */
static char *uri_of(const char *path)
{
	struct ct_str s = { 0 };

	if (*path == '/')
		ct_str__add(&s, "file://");
	while (!strncmp(path, "./", 2))
		path += 2;
	for (; *path; path++) {
		if (strchr("-._~/", *path) || (*path >= '0' && *path <= '9') ||
		    (*path >= 'A' && *path <= 'Z') || (*path >= 'a' && *path <= 'z'))
			ct_str__addn(&s, path, 1);
		else
			ct_str__addf(&s, "%%%02X", (unsigned char)*path);
	}
	return s.s ? s.s : ct_xstrdup("");
}

static void put_location(struct ct_json *j, const struct ct_place *at)
{
	ct_autofree char *uri = uri_of(at->file);

	ct_json__array(j, "locations");
	ct_json__object(j, NULL);
	ct_json__object(j, "physicalLocation");
	ct_json__object(j, "artifactLocation");
	ct_json__str(j, "uri", uri);
	ct_json__end_object(j);
	ct_json__object(j, "region");
	ct_json__uint(j, "startLine", at->line);
	ct_json__uint(j, "startColumn", at->column);
	ct_json__end_object(j);
	ct_json__end_object(j);
	ct_json__end_object(j);
	ct_json__end_array(j);
}

/* A finding keeps its fingerprint when lines move: it covers who and what, but not which line. */
static void put_fingerprint(struct ct_json *j, const struct ct_finding *f)
{
	ct_autofree char *subject = ct_finding__subject(f);
	ct_autofree char *names = ct_caps__join(f->caps, ",", "");
	ct_autofree char *whole = ct_xasprintf("%s|%s|%s|%s", ct_check_rules[f->rule].code,
					       f->at.file, subject, names);
	ct_autofree char *hash = ct_xasprintf("%08x", ct_hash32(whole, strlen(whole)));

	ct_json__object(j, "partialFingerprints");
	ct_json__str(j, "captrim/v1", hash);
	ct_json__end_object(j);
}

static void put_result(struct ct_json *j, const struct ct_finding *f)
{
	ct_autofree char *subject = ct_finding__subject(f);
	ct_autofree char *raw = ct_xasprintf("%s: %s", subject, f->text);
	ct_autofree char *safe = ct_printable(raw);

	ct_json__object(j, NULL);
	ct_json__str(j, "ruleId", ct_check_rules[f->rule].code);
	ct_json__uint(j, "ruleIndex", f->rule);
	ct_json__str(j, "level", levels[ct_check_rules[f->rule].level]);
	put_text(j, "message", safe);
	put_location(j, &f->at);
	put_fingerprint(j, f);
	ct_json__end_object(j);
}

void ct_check__sarif(const struct ct_check *c, FILE *out)
{
	struct ct_json j = CT_JSON(out, 2);

	ct_json__object(&j, NULL);
	ct_json__str(&j, "$schema", SARIF_SCHEMA);
	ct_json__str(&j, "version", "2.1.0");
	ct_json__array(&j, "runs");
	ct_json__object(&j, NULL);
	ct_json__object(&j, "tool");
	ct_json__object(&j, "driver");
	ct_json__str(&j, "name", "captrim");
	ct_json__str(&j, "version", CT_VERSION);
	put_rules(&j);
	ct_json__end_object(&j);
	ct_json__end_object(&j);
	ct_json__str(&j, "columnKind", "unicodeCodePoints");
	ct_json__array(&j, "results");
	for (size_t i = 0; i < c->len; i++)
		put_result(&j, &c->findings[i]);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	ct_json__end_array(&j);
	ct_json__end_object(&j);
	fputc('\n', out);
}
