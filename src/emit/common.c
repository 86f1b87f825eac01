/* SPDX-License-Identifier: GPL-2.0-only */
#include "emit/common.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

static bool is_word(const char *s, const char *extra)
{
	for (; *s; s++)
		if (!(isascii(*s) && isalnum((unsigned char)*s)) && !strchr(extra, *s))
			return false;
	return true;
}

char *ct_emit__shell(const char *s)
{
	struct ct_str str = { 0 };
	bool raw = false;

	if (*s && is_word(s, "_./:@%+=,-"))
		return ct_xstrdup(s);
	for (const char *p = s; *p; p++)
		raw |= !isascii(*p) || iscntrl((unsigned char)*p);
	ct_str__add(&str, raw ? "$'" : "'");
	for (; *s; s++) {
		if (raw && (*s == '\'' || *s == '\\'))
			ct_str__addf(&str, "\\%c", *s);
		else if (*s == '\'')
			ct_str__add(&str, "'\\''");
		else if (raw && (!isascii(*s) || iscntrl((unsigned char)*s)))
			ct_str__addf(&str, "\\%03o", (unsigned char)*s);
		else
			ct_str__addn(&str, s, 1);
	}
	ct_str__add(&str, "'");
	return str.s;
}

/* Words that some reader of YAML takes for a boolean or for null. */
static bool yaml_reserved(const char *s)
{
	static const char *const words[] = { "y",   "n",    "yes",   "no",  "on",
					     "off", "true", "false", "null" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(words); i++)
		if (!strcasecmp(s, words[i]))
			return true;
	return false;
}

char *ct_emit__yaml(const char *s)
{
	ct_autofree char *safe = NULL;
	struct ct_str str = { 0 };

	if (isascii(*s) && isalpha((unsigned char)*s) && is_word(s, "_./-") && !yaml_reserved(s))
		return ct_xstrdup(s);
	/* In valid UTF-8 without control characters, only two characters need an escape. */
	safe = ct_printable(s);
	ct_str__add(&str, "\"");
	for (const char *p = safe; *p; p++) {
		if (*p == '"' || *p == '\\')
			ct_str__add(&str, "\\");
		ct_str__addn(&str, p, 1);
	}
	ct_str__add(&str, "\"");
	return str.s;
}

char *ct_emit__key(const char *s, const char *extra, bool dns)
{
	struct ct_str str = { 0 };

	for (; s && *s && !(dns && str.len == 63); s++) {
		char c = *s;

		if (!(isascii(c) && isalnum((unsigned char)c)) && !strchr(extra, c))
			c = '-';
		if (!str.len && !isalnum((unsigned char)c))
			continue; /* not every reader accepts it first */
		if (dns)
			c = (char)tolower((unsigned char)c);
		ct_str__addn(&str, &c, 1);
	}
	while (str.len && str.s[str.len - 1] == '-')
		str.s[--str.len] = '\0';
	if (!str.len)
		ct_str__add(&str, "workload");
	return str.s;
}

void ct_emit__json_caps(struct ct_json *j, const char *key, uint64_t set)
{
	ct_json__array(j, key);
	ct_caps__for_each(cap, set)
		ct_json__str(j, NULL, ct_cap__name(cap));
	ct_json__end_array(j);
}

int ct_emit__names_width(uint64_t set)
{
	int width = 0;

	ct_caps__for_each(cap, set) {
		int len = (int)strlen(ct_cap__name(cap));

		width = len > width ? len : width;
	}
	return width;
}

char *ct_emit__cap_prefixed(int cap)
{
	return ct_xasprintf("%s%s", ct_cap__info(cap) ? "CAP_" : "", ct_cap__name(cap));
}

char *ct_emit__cap_lower(int cap)
{
	char *name = ct_xstrdup(ct_cap__name(cap));

	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}

/* Columns of the first n bytes of valid UTF-8; a wide character counts as one. */
static int columns(const char *s, size_t n)
{
	int cols = 0;

	for (size_t i = 0; i < n; i++)
		cols += ((unsigned char)s[i] & 0xc0) != 0x80;
	return cols;
}

/* How many bytes of s fit into max columns. */
static size_t fit(const char *s, size_t len, int max)
{
	size_t i = 0;

	for (int cols = 0; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && cols++ == max)
			break;
	return i;
}

void ct_emit__flow(FILE *out, const char *text, int width, int at, const char *next)
{
	int start = columns(next, strlen(next));
	bool fresh = true;

	while (*(text += strspn(text, " "))) {
		size_t len = strcspn(text, " ");
		int room = width - at - !fresh;

		if (columns(text, len) > room && !fresh) {
			fprintf(out, "\n%s", next);
			at = start;
			fresh = true;
			continue;
		}
		if (columns(text, len) > room) /* alone on its line and still too long */
			len = fit(text, len, room > 8 ? room : 8);
		fprintf(out, "%s%.*s", fresh ? "" : " ", (int)len, text);
		at += columns(text, len) + !fresh;
		fresh = false;
		text += len;
	}
}

void ct_emit__fold(FILE *out, const char *text, int width, int at, const char *next)
{
	ct_emit__flow(out, text, width, at, next);
	fputc('\n', out);
}

static void put_comment(FILE *out, const char *indent, const char *mark, const char *fmt,
			va_list ap)
{
	ct_autofree char *next = ct_xasprintf("%s# %*s", indent, (int)strlen(mark), "");
	ct_autofree char *raw = ct_xvasprintf(fmt, ap), *safe = ct_printable(raw);

	fprintf(out, "%s# %s", indent, mark);
	ct_emit__fold(out, safe, CT_EMIT_WIDTH, (int)strlen(next), next);
}

void ct_emit__comment(FILE *out, const char *indent, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_comment(out, indent, "", fmt, ap);
	va_end(ap);
}

void ct_emit__note(FILE *out, const char *indent, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_comment(out, indent, "- ", fmt, ap);
	va_end(ap);
}

const char *ct_emit__phase(const char *phase)
{
	if (phase && !strcmp(phase, "exec"))
		return ", run by exec";
	if (phase && !strcmp(phase, "health"))
		return ", health check";
	return "";
}

char *ct_emit__reason_text(const struct ct_reason *r)
{
	if (!r->known)
		return ct_xasprintf("checked in %s, for which captrim has no rule", r->site);
	return ct_xstrdup(r->text ? r->text : r->site);
}

char *ct_emit__reason(const struct ct_advice *a, int cap)
{
	const struct ct_cap_verdict *cv = ct_advice__cap(a, cap);
	ct_autofree char *text = NULL;
	const struct ct_reason *reason;
	struct ct_str str = { 0 };
	char *safe;

	ct_str__add(&str, cv && cv->scope == CT_SCOPE_HOST ? "HOST: " : "");
	if (cv && cv->nreasons) {
		reason = &cv->reasons[0];
		text = ct_emit__reason_text(reason);
		ct_str__add(&str, text);
		if (reason->process)
			ct_str__addf(&str, " (%s%s)", reason->process,
				     ct_emit__phase(reason->phase));
		if (reason->doubtful)
			ct_str__add(&str, "; doubtful");
	} else {
		ct_str__add(&str, "no reason recorded");
	}
	safe = ct_printable(str.s);
	ct_str__free(&str);
	return safe;
}

char *ct_emit__title(const struct ct_workload *w)
{
	ct_autofree char *raw = NULL;
	const char *image = w->container.image;

	raw = ct_xasprintf(
		"%s (%s%s%s)", ct_workload__label(w), image ? image : "", image ? ", " : "",
		w->runtime ? ct_runtime__name(w->runtime) : ct_workload_kind__name(w->kind));
	return ct_printable(raw);
}

void ct_emit__reasons(const struct ct_advice *a, FILE *out, const char *indent)
{
	int width = ct_emit__names_width(a->cap_add);
	ct_autofree char *next = ct_xasprintf("%s# %*s", indent, width + 2, "");

	ct_caps__for_each(cap, a->cap_add) {
		ct_autofree char *why = ct_emit__reason(a, cap);
		int at = fprintf(out, "%s# %-*s  ", indent, width, ct_cap__name(cap));

		ct_emit__fold(out, why, CT_EMIT_WIDTH, at, next);
	}
}
