/* SPDX-License-Identifier: GPL-2.0-only */
/* What all pages share: head, menu, foot, and the small elements that they are made of. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "http/message.h"
#include "page/page_priv.h"
#include "view/html.h"

static const struct {
	const char *path, *name;
} menu[] = {
	{ "/", "Workloads" },
	{ "/events", "Events" },
	{ "/hosts", "Hosts" },
};

static void put_menu(FILE *out, const char *current)
{
	fputs("<nav aria-label=\"Pages\"><a class=\"brand\" href=\"/\">captrim</a>", out);
	for (size_t i = 0; i < CT_ARRAY_SIZE(menu); i++)
		fprintf(out, "<a href=\"%s\"%s>%s</a>", menu[i].path,
			current && !strcmp(current, menu[i].path) ? " aria-current=\"page\"" : "",
			menu[i].name);
	fputs("<form method=\"post\" action=\"/logout\"><button>Sign out</button></form></nav>\n",
	      out);
}

void ct_page__begin(FILE *out, const char *title, const char *current, bool who)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	      out);
	ct_html__text(out, title);
	fputs(" \u00b7 captrim</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n"
	      "<link rel=\"stylesheet\" href=\"/style.css\">\n"
	      "<script src=\"/script.js\" defer></script>\n</head>\n<body class=\"page\">\n"
	      "<a class=\"skip\" href=\"#main\">To the content</a>\n",
	      out);
	if (who)
		put_menu(out, current);
	fputs("<main id=\"main\">\n", out);
}

void ct_page__end(FILE *out, const struct ct_page_data *d)
{
	fputs("</main>\n<footer class=\"dim\">captrim " CT_VERSION, out);
	if (d) {
		fputs(", as of ", out);
		ct_page__time(out, d->now_ms);
		fputs(". This page only reads.", out);
	}
	fputs("</footer>\n</body>\n</html>\n", out);
}

void ct_page__login(FILE *out, const char *problem, const char *back)
{
	fputs("<h1>Sign in</h1>\n<form method=\"post\" action=\"/login\" class=\"login\">\n", out);
	if (problem) {
		fputs("<p class=\"warn\" role=\"alert\">", out);
		ct_html__text(out, problem);
		fputs("</p>\n", out);
	}
	/* Password managers want a user name. */
	fputs("<input name=\"username\" autocomplete=\"username\" value=\"captrim\" hidden>\n"
	      "<p><label for=\"token\">Token</label> <input id=\"token\" name=\"token\" "
	      "type=\"password\" autocomplete=\"current-password\" required autofocus></p>\n",
	      out);
	ct_page__hidden(out, "back", back);
	fputs("<p><button>Sign in</button></p>\n<p class=\"dim\">It is the line in the file that "
	      "<code>ui: token_file</code> in <code>captrim.yaml</code> names, else in "
	      "<code>/var/lib/captrim/ui.token</code>.</p>\n</form>\n",
	      out);
}

char *ct_page__workload_url(const char *key, const char *host)
{
	struct ct_str s = { 0 };

	ct_str__add(&s, "/w?key=");
	ct_http__add_url(&s, key ? key : "");
	if (host) {
		ct_str__add(&s, "&host=");
		ct_http__add_url(&s, host);
	}
	return s.s;
}

void ct_page__time(FILE *out, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	char exact[40] = "", shown[40] = "";
	struct tm tm;

	if (!ms || !gmtime_r(&t, &tm)) {
		fputs("<span class=\"dim\">not known</span>", out);
		return;
	}
	strftime(exact, sizeof(exact), "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M UTC", &tm);
	fprintf(out, "<time datetime=\"%s\">%s</time>", exact, shown);
}

void ct_page__hidden(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	ct_html__text(out, value);
	fputs("\">", out);
}
