/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages: who may see them, what they say, and that whatever is shown stays text. */
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "page/page.h"
#include "page/visitors.h"
#include "page_data.h"
#include "unit.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static uint64_t now = CT_NS_PER_SEC;

static uint64_t clock_of_test(void)
{
	return now;
}

static struct ct_page *new_page(struct page_store *store)
{
	return ct_page__new(&(struct ct_page_opts){
		.token = TOKEN, .load = page_load, .arg = store, .now_ns = clock_of_test });
}

/* What is asked, in one line: "POST /login body" or "GET /w?key=..."; the pairs come decoded. */
struct asked {
	const char *method, *path, *body, *cookie;
	bool trusted;
	struct ct_http_pair query[4];
	size_t nquery;
	struct ct_http_pair header;
};

static struct ct_http_response ask(struct ct_page *p, struct asked a)
{
	struct ct_http_pair cookie = { "captrim", a.cookie };
	struct ct_http_request req = {
		.method = a.method,
		.path = a.path,
		.body = a.body,
		.body_len = a.body ? strlen(a.body) : 0,
		.trusted = a.trusted,
		.query = { a.query, a.nquery, 4 },
		.cookies = { &cookie, a.cookie ? 1 : 0, 1 },
		.headers = { &a.header, a.header.name ? 1 : 0, 1 },
	};
	struct ct_http_response res = { .status = 200 };

	ct_page__respond(p, &req, &res);
	return res;
}

static struct ct_http_response get(struct ct_page *p, const char *path)
{
	return ask(p, (struct asked){ .method = "GET", .path = path, .trusted = true });
}

static struct ct_http_response get_with(struct ct_page *p, const char *path, const char *name,
					const char *value)
{
	return ask(p, (struct asked){ .method = "GET",
				      .path = path,
				      .trusted = true,
				      .query = { { name, value } },
				      .nquery = 1 });
}

static const char *header(const struct ct_http_response *res, const char *name)
{
	for (size_t i = 0; i + 1 < res->headers.len; i += 2)
		if (!strcmp(res->headers.items[i], name))
			return res->headers.items[i + 1];
	return NULL;
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

/* PAGE_OUT=DIR keeps what was shown, to be looked at. */
static void keep(const char *name, const struct ct_http_response *res)
{
	const char *dir = getenv("PAGE_OUT");
	ct_autofree char *path = dir ? ct_xasprintf("%s/%s", dir, name) : NULL;
	ct_autofclose FILE *f = path ? fopen(path, "w") : NULL;

	if (f)
		fwrite(res->body.s, 1, res->body.len, f);
}

static void test_who_may_see_it(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	static const char *const paths[] = { "/", "/w", "/events", "/hosts", "/raw", "/nothing" };
	struct ct_http_response res;

	for (size_t i = 0; i < CT_ARRAY_SIZE(paths); i++) {
		res = ask(p, (struct asked){ .method = "GET",
					     .path = paths[i],
					     .query = { { "key", "name:web" } },
					     .nquery = 1 });
		CU_ASSERT_EQUAL(res.status, 401);
		CU_ASSERT(strstr(res.body.s, "type=\"password\"") != NULL);
		CU_ASSERT_PTR_NULL(strstr(res.body.s, "Workloads"));
		CU_ASSERT(header(&res, "WWW-Authenticate") != NULL);
		CU_ASSERT(strstr(header(&res, "Content-Security-Policy"), "default-src 'none'") !=
			  NULL);
		ct_http_response__free(&res);
	}
	CU_ASSERT(!store.asked.survey);
	res = ask(p, (struct asked){ .method = "GET", .path = "/style.css" });
	CU_ASSERT_EQUAL(res.status, 200);
	UNIT_STR(header(&res, "Content-Type"), "text/css; charset=utf-8");
	keep("style.css", &res);
	ct_http_response__free(&res);
	res = ask(p, (struct asked){ .method = "GET", .path = "/script.js" });
	CU_ASSERT_EQUAL(res.status, 200);
	keep("script.js", &res);
	ct_http_response__free(&res);
	res = ask(p, (struct asked){ .method = "GET", .path = "/", .cookie = "" });
	CU_ASSERT_EQUAL(res.status, 401);
	keep("login.html", &res);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_signing_in(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	ct_autofree char *cookie = NULL;
	struct ct_http_response res;
	const char *set;

	res = ask(p, (struct asked){ .method = "POST", .path = "/login", .body = "token=wrong" });
	CU_ASSERT_EQUAL(res.status, 401);
	CU_ASSERT(strstr(res.body.s, "not the token") != NULL);
	CU_ASSERT_PTR_NULL(header(&res, "Set-Cookie"));
	ct_http_response__free(&res);
	res = ask(p, (struct asked){ .method = "POST",
				     .path = "/login",
				     .body = "token=" TOKEN "&back=%2Fevents%3Fall%3D1" });
	CU_ASSERT_EQUAL(res.status, 303);
	UNIT_STR(header(&res, "Location"), "/events?all=1");
	set = header(&res, "Set-Cookie");
	CU_ASSERT_PTR_NOT_NULL_FATAL(set);
	CU_ASSERT(strstr(set, "; HttpOnly") && strstr(set, "; SameSite=Strict"));
	CU_ASSERT_PTR_NULL(strstr(set, TOKEN));
	CU_ASSERT_PTR_NULL(strstr(set, "Secure"));
	CU_ASSERT(!strncmp(set, "captrim=", 8));
	cookie = ct_xstrndup(set + 8, strcspn(set + 8, ";"));
	CU_ASSERT_EQUAL(strlen(cookie), 64);
	ct_http_response__free(&res);
	res = ask(p, (struct asked){ .method = "GET", .path = "/", .cookie = cookie });
	CU_ASSERT_EQUAL(res.status, 200);
	ct_http_response__free(&res);
	/* Elsewhere nobody can send the form, or be sent to. */
	res = ask(p, (struct asked){ .method = "POST",
				     .path = "/logout",
				     .cookie = cookie,
				     .header = { "Sec-Fetch-Site", "cross-site" } });
	CU_ASSERT_EQUAL(res.status, 403);
	ct_http_response__free(&res);
	now += 13ull * 3600 * CT_NS_PER_SEC;
	res = ask(p, (struct asked){ .method = "GET", .path = "/", .cookie = cookie });
	CU_ASSERT_EQUAL(res.status, 401);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void check_back(const char *back, const char *location)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	ct_autofree char *body = ct_xasprintf("back=%s&token=" TOKEN, back);
	struct ct_http_response res =
		ask(p, (struct asked){ .method = "POST",
				       .path = "/login",
				       .body = body,
				       .header = { "X-Forwarded-Proto", "https" } });

	CU_ASSERT_EQUAL(res.status, 303);
	UNIT_STR(header(&res, "Location"), location);
	CU_ASSERT(strstr(header(&res, "Set-Cookie"), "; Secure") != NULL);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_going_back(void)
{
	check_back("/w?key=name%253Aweb", "/w?key=name%3Aweb");
	check_back("//evil.example/", "/");
	check_back("https://evil.example/", "/");
	check_back("/%5Cevil.example", "/");
	check_back("/%0d%0aX-Evil:1", "/");
	check_back("/%09/evil.example", "/");
	check_back("", "/");
}

static void test_guessing(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	struct ct_http_response res;

	for (int i = 0; i < 12; i++) {
		res = ask(p,
			  (struct asked){ .method = "POST", .path = "/login", .body = "token=x" });
		CU_ASSERT_EQUAL(res.status, i < CT_VISITORS_GUESSES ? 401 : 429);
		ct_http_response__free(&res);
	}
	/* Not even the right one: it might be the guesser's. Who is signed in is not disturbed. */
	res = ask(p, (struct asked){ .method = "POST", .path = "/login", .body = "token=" TOKEN });
	CU_ASSERT_EQUAL(res.status, 429);
	ct_http_response__free(&res);
	now += 61 * CT_NS_PER_SEC;
	res = ask(p, (struct asked){ .method = "POST", .path = "/login", .body = "token=" TOKEN });
	CU_ASSERT_EQUAL(res.status, 303);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_visitors(void)
{
	struct ct_visitors v = { 0 };
	ct_autofree char *first = ct_xstrdup(ct_visitors__add(&v, 1));

	CU_ASSERT(ct_visitors__know(&v, first, 2));
	CU_ASSERT(!ct_visitors__know(&v, NULL, 2));
	CU_ASSERT(!ct_visitors__know(&v, "", 2));
	ct_visitors__forget(&v, first);
	CU_ASSERT(!ct_visitors__know(&v, first, 2));
	free(ct_steal(first));
	first = ct_xstrdup(ct_visitors__add(&v, 3));
	for (int i = 0; i < CT_VISITORS_MOST - 1; i++)
		ct_visitors__add(&v, 10);
	CU_ASSERT(ct_visitors__know(&v, first, 4));
	ct_visitors__add(&v, 11); /* in the place of the first */
	CU_ASSERT(!ct_visitors__know(&v, first, 12));
	ct_visitors__free(&v);
}

static void test_only_reads(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	struct ct_http_response res =
		ask(p, (struct asked){ .method = "POST", .path = "/", .trusted = true });

	CU_ASSERT_EQUAL(res.status, 405);
	ct_http_response__free(&res);
	res = get(p, "/etc/passwd");
	CU_ASSERT_EQUAL(res.status, 404);
	ct_http_response__free(&res);
	res = get(p, "/w"); /* which? */
	CU_ASSERT_EQUAL(res.status, 404);
	ct_http_response__free(&res);
	store.fails = EIO;
	res = get(p, "/");
	CU_ASSERT_EQUAL(res.status, 503);
	CU_ASSERT(strstr(res.body.s, "&lt;b&gt;captrim.db&lt;/b&gt; is broken") != NULL);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_workloads(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	struct ct_http_response res = get(p, "/");
	size_t all = count(res.body.s, "<tr><th scope=\"row\">");

	CU_ASSERT_EQUAL(res.status, 200);
	CU_ASSERT(all > 3);
	CU_ASSERT_EQUAL(count(res.body.s, "2 open</span>"), 1);
	CU_ASSERT(strstr(res.body.s, "Can be taken away") != NULL);
	CU_ASSERT_PTR_NULL(strstr(res.body.s, "name=\"host\""));
	CU_ASSERT_PTR_NULL(strstr(res.body.s, "style=\""));
	CU_ASSERT_PTR_NULL(strstr(res.body.s, "onclick"));
	keep("workloads.html", &res);
	ct_http_response__free(&res);
	res = get_with(p, "/", "q", "DNSMASQ");
	CU_ASSERT_EQUAL(count(res.body.s, "<tr><th scope=\"row\">"), 1);
	CU_ASSERT(strstr(res.body.s, "value=\"DNSMASQ\"") != NULL);
	ct_http_response__free(&res);
	res = get_with(p, "/", "q", "\"><b>");
	CU_ASSERT(strstr(res.body.s, "No workload is like that") != NULL);
	CU_ASSERT(strstr(res.body.s, "&quot;&gt;&lt;b&gt;") && !strstr(res.body.s, "<b>"));
	ct_http_response__free(&res);
	res = get_with(p, "/", "cap", "NET_RAW");
	CU_ASSERT(count(res.body.s, "<tr><th scope=\"row\">") <= all);
	CU_ASSERT(store.asked.needs);
	ct_http_response__free(&res);
	res = get_with(p, "/", "from", "99999999999999999999");
	CU_ASSERT_EQUAL(count(res.body.s, "<tr><th scope=\"row\">"), 0);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_workload(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	struct ct_http_response res = get_with(p, "/w", "key", "name:g-dnsmasq-dhcp");

	CU_ASSERT_EQUAL(res.status, 200);
	CU_ASSERT(strstr(res.body.s, "It can do without") != NULL);
	CU_ASSERT(strstr(res.body.s, "cap_drop: [ALL]") != NULL);
	CU_ASSERT(strstr(res.body.s, "captrim ack name:g-dnsmasq-dhcp SYS_TIME") != NULL);
	CU_ASSERT(strstr(res.body.s, "by alice: new backup job") != NULL);
	CU_ASSERT(strstr(res.body.s, "<time datetime=\"2026-1") != NULL);
	CU_ASSERT(strstr(res.body.s, "was not running for 2 minutes") != NULL);
	CU_ASSERT_EQUAL(count(res.body.s, "class=\"copy\""), 15);
	keep("workload.html", &res);
	ct_http_response__free(&res);
	res = get_with(p, "/w", "key", "name:<nobody>");
	CU_ASSERT_EQUAL(res.status, 404);
	CU_ASSERT(strstr(res.body.s, "name:&lt;nobody&gt;") != NULL);
	ct_http_response__free(&res);
	res = get_with(p, "/raw", "key", "name:g-dnsmasq-dhcp");
	UNIT_STR(header(&res, "Content-Type"), "application/json");
	CU_ASSERT(strstr(res.body.s, "\"captrim.advice/1\"") != NULL);
	ct_http_response__free(&res);
	res = ask(p, (struct asked){
			     .method = "GET",
			     .path = "/raw",
			     .trusted = true,
			     .query = { { "key", "name:g-dnsmasq-dhcp" }, { "format", "quadlet" } },
			     .nquery = 2 });
	CU_ASSERT(strstr(res.body.s, "AddCapability=") != NULL);
	ct_http_response__free(&res);
	res = ask(p, (struct asked){
			     .method = "GET",
			     .path = "/raw",
			     .trusted = true,
			     .query = { { "key", "name:g-dnsmasq-dhcp" }, { "format", "nothing" } },
			     .nquery = 2 });
	CU_ASSERT_EQUAL(res.status, 404);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_fleet(void)
{
	struct page_store store = { .hosts = 2 };
	struct ct_page *p = new_page(&store);
	struct ct_http_response one, two, res = get(p, "/");

	CU_ASSERT(strstr(res.body.s, "<select name=\"host\">") != NULL);
	CU_ASSERT(strstr(res.body.s, "<td data-label=\"Hosts\">2</td>") != NULL);
	CU_ASSERT(strstr(res.body.s, "2 hosts") != NULL);
	ct_http_response__free(&res);
	two = get_with(p, "/w", "key", "name:g-dnsmasq-dhcp");
	CU_ASSERT(strstr(two.body.s, "On each host") != NULL);
	CU_ASSERT(strstr(two.body.s, "/w?key=name%3Ag-dnsmasq-dhcp&amp;host=node2") != NULL);
	one = ask(p, (struct asked){
			     .method = "GET",
			     .path = "/w",
			     .trusted = true,
			     .query = { { "key", "name:g-dnsmasq-dhcp" }, { "host", "node2" } },
			     .nquery = 2 });
	CU_ASSERT_PTR_NULL(strstr(one.body.s, "On each host"));
	ct_http_response__free(&one);
	ct_http_response__free(&two);
	res = get(p, "/hosts");
	CU_ASSERT(strstr(res.body.s, "href=\"/?host=node2\"") != NULL);
	keep("hosts.html", &res);
	ct_http_response__free(&res);
	res = get(p, "/");
	keep("fleet.html", &res);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_events(void)
{
	struct page_store store = { .hosts = 1 };
	struct ct_page *p = new_page(&store);
	struct ct_http_response res;

	/* The fake has events for workloads only. */
	res = get(p, "/events");
	CU_ASSERT_EQUAL(res.status, 200);
	CU_ASSERT_EQUAL(count(res.body.s, "<li>"), 2);
	CU_ASSERT(strstr(res.body.s, "<h1>2 open events</h1>") != NULL);
	keep("events.html", &res);
	ct_http_response__free(&res);
	res = get_with(p, "/events", "all", "1");
	CU_ASSERT_EQUAL(count(res.body.s, "<li>"), 3);
	CU_ASSERT_EQUAL(count(res.body.s, "acknowledged</span>"), 1);
	ct_http_response__free(&res);
	ct_page__free(p);
}

static void test_hostile_names(void)
{
	struct page_store store = { .hosts = 2, .evil = PAGE_EVIL };
	struct ct_page *p = new_page(&store);
	ct_autofree char *key = NULL;
	struct ct_page_data d = { 0 };
	static const char *const paths[] = { "/", "/w", "/events", "/hosts" };

	CU_ASSERT_EQUAL(page_load(&store, &(struct ct_page_want){ .survey = true }, &d, NULL), 0);
	for (size_t i = 0; i < d.survey.len; i++)
		if (strstr(d.survey.rows[i].label, "<script>"))
			key = ct_xstrdup(d.survey.rows[i].key), i = d.survey.len;
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	ct_page_data__free(&d);
	for (size_t i = 0; i < CT_ARRAY_SIZE(paths); i++) {
		struct ct_http_response res = get_with(p, paths[i], "key", key);

		CU_ASSERT_PTR_NULL(strstr(res.body.s, "<script>"));
		CU_ASSERT_PTR_NULL(strchr(res.body.s, '\x1b'));
		CU_ASSERT_PTR_NULL(strchr(res.body.s, '\xff'));
		if (strcmp(paths[i], "/hosts"))
			CU_ASSERT(strstr(res.body.s, "&lt;script&gt;") != NULL);
		keep(i ? "evil-workload.html" : "evil.html", &res);
		ct_http_response__free(&res);
	}
	ct_page__free(p);
}

static CU_TestInfo tests[] = {
	{ "who may see it", test_who_may_see_it },
	{ "signing in", test_signing_in },
	{ "going back", test_going_back },
	{ "guessing", test_guessing },
	{ "visitors", test_visitors },
	{ "only reads", test_only_reads },
	{ "workloads", test_workloads },
	{ "workload", test_workload },
	{ "fleet", test_fleet },
	{ "events", test_events },
	{ "hostile names", test_hostile_names },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("page", tests)
