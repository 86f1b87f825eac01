/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whatever workloads, hosts and people are called: metrics stay one series a line with quotes
 * closed, and pages stay well formed, with no element, attribute or control character of theirs.
 */
#include <string.h>

#include "metrics/metrics.h"
#include "model/caps.h"
#include "page/page.h"

#define PIECES 6

/* Of the page that everything is compared with: the same with harmless names. */
struct shape {
	size_t opened, quotes, lines;
};

static struct shape shape_of(const char *html)
{
	struct shape s = { 0 };
	bool in_tag = false;

	for (const char *p = html; *p; p++) {
		if ((unsigned char)*p < ' ' && *p != '\n' && *p != '\t')
			abort();
		if (*p == '<') {
			if (in_tag)
				abort();
			in_tag = true;
			s.opened++;
		}
		s.quotes += in_tag && *p == '"';
		if (*p == '>')
			in_tag = false;
		s.lines += *p == '\n';
	}
	if (in_tag)
		abort();
	return s;
}

static char *names[PIECES];

static int load(void *arg, const struct ct_page_want *want, struct ct_page_data *d,
		struct ct_err *err)
{
	struct ct_survey_row *row = ct_survey__add(&d->survey);
	struct ct_survey_cap *cap;

	(void)arg;
	(void)want;
	(void)err;
	d->now_ms = 1796000000000;
	row->key = ct_xstrdup("name:web");
	row->label = ct_xstrdup(names[0]);
	row->image = ct_xstrdup(names[1]);
	row->project = ct_xstrdup(names[2]);
	row->host = ct_xstrdup(names[3]);
	row->judged = row->holds_known = true;
	row->holds = row->needs = CT_CAP(KILL);
	cap = ct_survey_row__cap(row, CAP_KILL);
	cap->chosen = true;
	cap->verdict = CT_REQUIRED;
	cap->first_ms = cap->last_ms = d->now_ms - 1000;
	cap->text = ct_xstrdup(names[4]);
	cap->process = ct_xstrdup(names[5]);
	*CT_PUSH(d->events, d->nevents, d->events_cap) = (struct ct_page_event){
		.kind = ct_xstrdup("new-need"),
		.key = ct_xstrdup("name:web"),
		.label = ct_xstrdup(names[0]),
		.capability = ct_xstrdup("KILL"),
		.text = ct_xstrdup(names[4]),
		.acked_ms = 1,
		.acked_by = ct_xstrdup(names[1]),
		.note = ct_xstrdup(names[2]),
	};
	*CT_PUSH(d->hosts, d->nhosts,
		 d->hosts_cap) = (struct ct_page_host){ .name = ct_xstrdup(names[3]) };
	return 0;
}

static struct shape render(const char *path)
{
	struct ct_page *p =
		ct_page__new(&(struct ct_page_opts){ .token = "0123456789abcdef", .load = load });
	struct ct_http_pair pairs[] = { { "key", "name:web" }, { "all", "1" } };
	struct ct_http_request req = {
		.method = "GET", .path = path, .trusted = true, .query = { pairs, 2, 2 }
	};
	struct ct_http_response res = { .status = 200 };
	struct shape s;

	ct_page__respond(p, &req, &res);
	if (res.status != 200)
		abort();
	s = shape_of(res.body.s);
	ct_http_response__free(&res);
	ct_page__free(p);
	return s;
}

static void check_pages(void)
{
	static const char *const paths[] = { "/", "/w", "/events", "/hosts" };
	char *given[PIECES];

	memcpy(given, names, sizeof(names));
	for (size_t i = 0; i < CT_ARRAY_SIZE(paths); i++) {
		struct shape evil = render(paths[i]), plain;

		for (size_t k = 0; k < PIECES; k++)
			names[k] = (char *)(*given[k] ? "x" : "");
		plain = render(paths[i]);
		memcpy(names, given, sizeof(names));
		if (memcmp(&evil, &plain, sizeof(evil)))
			abort();
	}
}

static void check_metrics(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	struct ct_str out = { 0 };

	for (size_t i = 0; i < PIECES; i++) {
		ct_metrics__workload(m, &(struct ct_metrics_workload){ .key = names[i] });
		ct_metrics__set(m, CT_METRIC_SINK_SENT, names[i], 1);
	}
	ct_metrics__set_backend(m, names[0]);
	ct_metrics__write(m, CT_OPENMETRICS, 1, &out);
	for (const char *line = out.s, *end; *line; line = end + 1) {
		size_t quotes = 0;

		end = strchr(line, '\n');
		for (const char *p = line; p < end; p++) {
			if ((unsigned char)*p < ' ')
				abort();
			if (*p == '\\')
				p++;
			else
				quotes += *p == '"';
		}
		if (*line != '#' && (quotes % 2 || strncmp(line, "captrim_", 8)) &&
		    strncmp(line, "process_", 8))
			abort();
	}
	ct_str__free(&out);
	ct_metrics__free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < PIECES; i++) {
		size_t from = size * i / PIECES, to = size * (i + 1) / PIECES;

		/* Without a NUL, which no name has. */
		names[i] = ct_xstrndup((const char *)data + from, to - from);
	}
	check_pages();
	check_metrics();
	for (size_t i = 0; i < PIECES; i++)
		free(names[i]);
	return 0;
}
