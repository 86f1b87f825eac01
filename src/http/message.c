/* SPDX-License-Identifier: GPL-2.0-only */
#include "http/message.h"

#include <string.h>
#include <strings.h>

static const char *value_of(const struct ct_http_pairs *pairs, const char *name,
			    int (*compare)(const char *, const char *))
{
	for (size_t i = 0; i < pairs->len; i++)
		if (!compare(pairs->items[i].name, name))
			return pairs->items[i].value ? pairs->items[i].value : "";
	return NULL;
}

const char *ct_http__query(const struct ct_http_request *req, const char *name)
{
	return value_of(&req->query, name, strcmp);
}

const char *ct_http__header(const struct ct_http_request *req, const char *name)
{
	return value_of(&req->headers, name, strcasecmp);
}

const char *ct_http__cookie(const struct ct_http_request *req, const char *name)
{
	return value_of(&req->cookies, name, strcmp);
}

bool ct_http__is(const struct ct_http_request *req, const char *method)
{
	return !strcmp(req->method, method);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that two hexadecimal digits name; -1 if they are not digits. */
static int hex_byte(const char *s)
{
	int high = hex_digit(s[0]), low = hex_digit(s[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* A "%" without two digits stays as it is. Returns NULL if the result contains a NUL. */
static char *decode(const char *s, size_t len)
{
	ct_autofree char *text = ct_xzalloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int byte = s[i] == '%' && i + 2 < len ? hex_byte(s + i + 1) : -1;
		char c = s[i] == '+' ? ' ' : s[i];

		if (byte >= 0) {
			c = (char)byte;
			i += 2;
		}
		if (!c)
			return NULL;
		text[n++] = c;
	}
	return ct_steal(text);
}

char *ct_http__form(const struct ct_http_request *req, const char *name)
{
	size_t name_len = strlen(name);
	const char *end = req->body ? req->body + req->body_len : NULL;

	for (const char *p = req->body; p && p < end;) {
		const char *next = memchr(p, '&', (size_t)(end - p));
		size_t len = (size_t)((next ? next : end) - p);

		if (len > name_len && p[name_len] == '=' && !memcmp(p, name, name_len))
			return decode(p + name_len + 1, len - name_len - 1);
		p = next ? next + 1 : end;
	}
	return NULL;
}

/* Does this element of a list, which ends at a comma, have "q=0" among its parameters? */
static bool is_refused(const char *element)
{
	const char *end = element + strcspn(element, ",");
	const char *p = element;

	while ((p = memchr(p, ';', (size_t)(end - p)))) {
		p += 1 + strspn(p + 1, " \t");
		if (!strncasecmp(p, "q=", 2)) {
			p += 2 + strspn(p + 2, "0.");
			return *p < '1' || *p > '9';
		}
	}
	return false;
}

bool ct_http__accepts(const struct ct_http_request *req, const char *type)
{
	const char *list = ct_http__header(req, "Accept");
	size_t len = strlen(type);

	for (const char *p = list; p && *p; p += strcspn(p, ",")) {
		p += strspn(p, ", \t");
		if (!strncasecmp(p, type, len) && (!p[len] || strchr(",; \t", p[len])))
			return !is_refused(p);
	}
	return false;
}

void ct_http__add_header(struct ct_http_response *res, const char *name, const char *value)
{
	ct_strings__add(&res->headers, name);
	ct_strings__add(&res->headers, value);
}

void ct_http__say(struct ct_http_response *res, unsigned int status, const char *text)
{
	ct_str__free(&res->body);
	res->status = status;
	ct_http__add_header(res, "Content-Type", "text/plain; charset=utf-8");
	ct_str__addf(&res->body, "%s\n", text);
}

void ct_http_response__free(struct ct_http_response *res)
{
	ct_str__free(&res->body);
	ct_strings__free(&res->headers);
}

void ct_http__add_url(struct ct_str *out, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || strchr("-._~", *p);

		ct_str__addf(out, plain ? "%c" : "%%%02X", *p);
	}
}
