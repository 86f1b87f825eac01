/* SPDX-License-Identifier: GPL-2.0-only */
/* Escaped text and elements, which all parts of the page use. */
#include "base/util.h"
#include "view/html.h"

bool ct_html__many(const struct ct_report *r)
{
	return r->nadvices > 20;
}

void ct_html__text(FILE *out, const char *s)
{
	ct_autofree char *safe = ct_printable(s ? s : "");

	for (const char *p = safe; *p; p++) {
		switch (*p) {
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '"': fputs("&quot;", out); break;
		case '\'': fputs("&#39;", out); break;
		default: fputc(*p, out);
		}
	}
}

void ct_html__element(FILE *out, const char *tag, const char *class, const char *text)
{
	fprintf(out, "<%s%s%s%s>", tag, class ? " class=\"" : "", class ? class : "",
		class ? "\"" : "");
	ct_html__text(out, text);
	fprintf(out, "</%s>\n", tag);
}
