/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/post.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"

#define MAX_SECRET   4096
#define SHOWN_ANSWER 200
#define MOST_ANSWER  (1 << 20) /* bytes of headers and body; a longer answer ends the request */
#define MIN_TIMEOUT  (100 * CT_NS_PER_MS)
#define MAX_TIMEOUT  (300 * CT_NS_PER_SEC)

struct watched {
	int fd;
	struct ct_source *source;
};

struct ct_post {
	struct ct_sink *sink;
	ct_post_fn fn;
	CURLM *multi;
	CURL *easy;
	struct ct_source *timer;
	struct watched *watched;
	size_t len, cap;
	char *path;
	char *url, *token; /* token is NULL without a token_file */
	struct curl_slist *headers;
	char *body;
	bool sending;
	struct ct_str answer;
	uint64_t retry_after_s;
	size_t received;
	char error[CURL_ERROR_SIZE];
};

/* ---- settings ---- */

int ct_post__secret(const char *path, char **secret, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path), *text = NULL;
	ct_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t len, begin;
	int ret;

	if (fd < 0 || fstat(fd, &st))
		return ct_err__set(err, errno, "cannot read %s: %s", shown, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ct_err__set(err, EINVAL, "%s is not a file", shown);
	if (st.st_mode & S_IRWXO)
		return ct_err__set(err, EPERM, "everybody may read the secret in %s: chmod o= %s",
				   shown, shown);
	ret = ct_read_fd(fd, MAX_SECRET, &text, &len);
	if (ret)
		return ct_err__set(err, -ret, "cannot read %s: %s", shown, strerror(-ret));
	begin = strspn(text, " \t\r\n");
	while (len > begin && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (len == begin || strlen(text) < len || memchr(text + begin, '\n', len - begin))
		return ct_err__set(err, EINVAL, "%s must hold one line, the secret", shown);
	*secret = ct_xstrndup(text + begin, len - begin);
	return 0;
}

static bool has_credentials(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host ? strcspn(host + 3, "/?#") : 0;

	return host && memchr(host + 3, '@', n);
}

/* path is the file that holds the URL; messages then show it instead of the URL. May be NULL. */
static int check_url(const char *url, const char *path, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(path ? path : url);
	bool good = !strncasecmp(url, "http://", 7) || !strncasecmp(url, "https://", 8);

	if (!good || strpbrk(url, " \t\r\n"))
		return ct_err__set(err, EINVAL, "%s: write http://HOST... or https://HOST...",
				   shown);
	if (!path && has_credentials(url))
		return ct_err__set(err, EINVAL,
				   "a password must not stand in the URL: use url_file or "
				   "token_file");
	return 0;
}

int ct_post__check(const struct ct_sink_config *c, struct ct_err *err)
{
	if (!c->url == !c->url_file)
		return ct_err__set(err, EINVAL,
				   "it needs 'url:', or 'url_file:' for one that is a secret");
	if (c->timeout_ns < MIN_TIMEOUT || c->timeout_ns > MAX_TIMEOUT)
		return ct_err__set(err, EINVAL, "timeout must be between 100ms and 5m");
	return c->url ? check_url(c->url, NULL, err) : 0;
}

/* "http://host:9093" becomes "http://host:9093/api/v2/alerts"; a URL with a path stays as it is. */
static char *complete(const char *url, const char *path)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strlen(url);

	if (!path || strcspn(host, "/?#") + (size_t)(host - url) + (url[n - 1] == '/') < n)
		return ct_xstrdup(url);
	return ct_xasprintf("%.*s%s", (int)(url[n - 1] == '/' ? n - 1 : n), url, path);
}

/* The caller frees both; token stays NULL without a token_file. */
static int read_secrets(const struct ct_sink_config *c, char **url, char **token,
			struct ct_err *err)
{
	int ret = 0;

	if (c->url_file)
		ret = ct_post__secret(c->url_file, url, err);
	else
		*url = ct_xstrdup(c->url);
	if (!*url)
		return ret;
	if (c->url_file)
		ret = check_url(*url, c->url_file, err);
	if (!ret && c->token_file)
		ret = ct_post__secret(c->token_file, token, err);
	return ret;
}

int ct_post__look(const struct ct_sink_config *c, struct ct_err *err)
{
	ct_autofree char *url = NULL, *token = NULL;

	return read_secrets(c, &url, &token, err);
}

int ct_post__reload(struct ct_post *p, struct ct_err *err)
{
	ct_autofree char *url = NULL, *token = NULL;
	int ret = read_secrets(&p->sink->c, &url, &token, err);

	if (ret || !url)
		return ret;
	free(p->url);
	free(p->token);
	p->url = complete(url, p->path);
	p->token = ct_steal(token);
	return 0;
}

/* ---- libcurl on the loop ---- */

static void look_at_ends(struct ct_post *p);

static void on_socket_event(void *arg, int fd, uint32_t events)
{
	struct ct_post *p = arg;
	int what = (events & EPOLLIN ? CURL_CSELECT_IN : 0) |
		   (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
		   (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
	int running;

	curl_multi_socket_action(p->multi, fd, what, &running);
	look_at_ends(p);
}

static void on_timer(void *arg)
{
	struct ct_post *p = arg;
	int running;

	ct_loop__remove(p->sink->loop, &p->timer);
	curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look_at_ends(p);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct ct_post *p = arg;

	(void)multi;
	ct_loop__remove(p->sink->loop, &p->timer);
	if (ms >= 0)
		(void)ct_loop__add_timer(p->sink->loop, (uint64_t)ms * CT_NS_PER_MS, 0, on_timer, p,
					 &p->timer);
	return 0;
}

static struct watched *find_watched(struct ct_post *p, int fd)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->watched[i].fd == fd)
			return &p->watched[i];
	return NULL;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
	struct ct_post *p = arg;
	struct watched *w = find_watched(p, fd);
	uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) |
			  (what & CURL_POLL_OUT ? EPOLLOUT : 0);

	(void)easy;
	(void)unused;
	if (w)
		ct_loop__remove(p->sink->loop, &w->source);
	if (what == CURL_POLL_REMOVE) {
		if (w)
			*w = p->watched[--p->len];
		return 0;
	}
	if (!w) {
		w = CT_PUSH(p->watched, p->len, p->cap);
		*w = (struct watched){ .fd = fd };
	}
	(void)ct_loop__add_fd(p->sink->loop, fd, events, on_socket_event, p, &w->source);
	return 0;
}

/* ---- a request ---- */

/* The return value for libcurl, which ends the request if it is less than n. */
static size_t receive(struct ct_post *p, size_t n)
{
	p->received += n;
	return p->received > MOST_ANSWER ? 0 : n;
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
	struct ct_post *p = arg;

	ct_str__addn(&p->answer, data, size * n);
	return receive(p, size * n);
}

/* Looks for Retry-After in seconds. A date is ignored, and the usual pause is made. */
static size_t take_header(char *line, size_t size, size_t n, void *arg)
{
	static const char name[] = "retry-after:";
	struct ct_post *p = arg;
	size_t at = sizeof(name) - 1;

	if (size * n > at && !strncasecmp(line, name, at)) {
		while (at < size * n && line[at] == ' ')
			at++;
		for (p->retry_after_s = 0; at < size * n && line[at] >= '0' && line[at] <= '9' &&
					   p->retry_after_s < 1000000;
		     at++)
			p->retry_after_s = p->retry_after_s * 10 + (uint64_t)(line[at] - '0');
	}
	return receive(p, size * n);
}

static void set_up(struct ct_post *p)
{
	const struct ct_sink_config *c = &p->sink->c;
	CURL *h = p->easy;

	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	/*
	 * A name look-up cannot be stopped. Without this option libcurl would wait for the end of
	 * one that outlasts the request, which takes minutes if no name server answers.
	 */
	curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PROXY, c->proxy ? c->proxy : "");
	curl_easy_setopt(h, CURLOPT_USERAGENT, "captrim/" CT_VERSION);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)(c->timeout_ns / CT_NS_PER_MS));
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, p->error);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, p);
	if (c->ca_file)
		curl_easy_setopt(h, CURLOPT_CAINFO, c->ca_file);
}

int ct_post__new(struct ct_sink *s, const char *path, ct_post_fn fn, struct ct_post **out,
		 struct ct_err *err)
{
	struct ct_post *p = ct_xzalloc(sizeof(*p));
	int ret;

	p->sink = s;
	p->fn = fn;
	p->path = path ? ct_xstrdup(path) : NULL;
	p->multi = curl_multi_init();
	p->easy = curl_easy_init();
	ret = p->multi && p->easy ? 0 : ct_err__set(err, ENOMEM, "cannot set up libcurl");
	if (!ret)
		ret = ct_post__reload(p, err);
	if (ret) {
		ct_post__free(p);
		return ret;
	}
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
	set_up(p);
	*out = p;
	return 0;
}

static void end_request(struct ct_post *p)
{
	if (p->sending)
		curl_multi_remove_handle(p->multi, p->easy);
	p->sending = false;
	curl_slist_free_all(ct_steal(p->headers));
	free(ct_steal(p->body));
}

void ct_post__free(struct ct_post *p)
{
	struct ct_loop *l;

	if (!p)
		return;
	l = p->sink->loop;
	end_request(p);
	curl_easy_cleanup(p->easy);
	curl_multi_cleanup(p->multi);
	ct_loop__remove(l, &p->timer);
	for (size_t i = 0; i < p->len; i++)
		ct_loop__remove(l, &p->watched[i].source);
	free(p->watched);
	ct_str__free(&p->answer);
	free(p->path);
	free(p->url);
	free(p->token);
	free(p);
}

/* Scheme and host alone, because credentials and what follows the host may be secret. */
static char *shown_url(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, "/?#");
	const char *at = memchr(host, '@', n);
	ct_autofree char *text = ct_xasprintf("%.*s%.*s", (int)(host - url), url,
					      (int)(at ? n - (size_t)(at + 1 - host) : n),
					      at ? at + 1 : host);

	return ct_printable(text);
}

static void answer(struct ct_post *p, CURLcode code)
{
	ct_autofree char *where = shown_url(p->url), *why = NULL;
	ct_autofree char *text = ct_steal(p->answer.s);
	struct ct_sink_result r = { .retry_after_s = p->retry_after_s };
	long status = 0;

	curl_easy_getinfo(p->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code) {
		r.error = code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO;
		why = ct_xasprintf("%s: %s", where,
				   p->received > MOST_ANSWER ? "it answers without end" :
				   *p->error		     ? p->error :
							       curl_easy_strerror(code));
	} else if (status < 200 || status > 299) {
		r.error = -EIO;
		why = ct_xasprintf("%s answered with status %ld%s%.*s", where, status,
				   text ? ": " : "", SHOWN_ANSWER, text ? text : "");
		r.refused = status == 400 || status == 413 || status == 415 || status == 422;
	}
	r.why = why;
	p->answer = (struct ct_str){ 0 };
	end_request(p);
	/* This must come last, because the callback may start the next request. */
	if (p->fn)
		p->fn(p->sink, &r, text ? text : "");
	else
		ct_sink__done(p->sink, &r);
}

static void look_at_ends(struct ct_post *p)
{
	CURLMsg *msg;
	int left;

	while (p->sending && (msg = curl_multi_info_read(p->multi, &left)))
		if (msg->msg == CURLMSG_DONE) {
			answer(p, msg->data.result);
			return;
		}
}

static void add_header(struct ct_post *p, const char *line)
{
	struct curl_slist *l = curl_slist_append(p->headers, line);

	if (l)
		p->headers = l;
}

int ct_post__send(struct ct_post *p, const char *const *headers, const char *body, size_t len,
		  struct ct_err *err)
{
	end_request(p);
	p->body = ct_xzalloc(len + 1);
	memcpy(p->body, body, len);
	for (size_t i = 0; headers[i]; i++)
		add_header(p, headers[i]);
	add_header(p, "Expect:"); /* no "100-continue", which some servers never answer */
	if (p->token) {
		ct_autofree char *line = ct_xasprintf("Authorization: Bearer %s", p->token);

		add_header(p, line);
	}
	ct_str__free(&p->answer);
	p->retry_after_s = 0;
	p->received = 0;
	*p->error = '\0';
	curl_easy_setopt(p->easy, CURLOPT_URL, p->url);
	curl_easy_setopt(p->easy, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDS, p->body);
	curl_easy_setopt(p->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	if (curl_multi_add_handle(p->multi, p->easy)) {
		end_request(p);
		return ct_err__set(err, EIO, "libcurl does not take the request");
	}
	p->sending = true;
	return -EINPROGRESS;
}
