/* SPDX-License-Identifier: GPL-2.0-only */
/* HTTP over the engine's unix socket, or TCP with or without TLS. */
#include "runtime/docker_http.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/columns.h"

#define MAX_ANSWER_MIB 64u
/* Parsed, JSON takes up to fifty times its size, and any user may listen where theirs should be. */
#define MAX_USERS_MIB 4u

/* The longest reason for a refusal that is shown. */
#define MAX_REASON 300

static unsigned int limit_mib(const struct ct_docker *d)
{
	return d->at.uid ? MAX_USERS_MIB : MAX_ANSWER_MIB;
}

void ct_answer__free(struct ct_answer *a)
{
	ct_str__free(&a->body);
	free(a->api);
	free(a->libpod);
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
	struct ct_answer *a = arg;

	if (n > a->limit - a->body.len)
		return 0; /* ends the transfer with CURLE_WRITE_ERROR */
	ct_str__addn(&a->body, data, size * n);
	return n;
}

static void take_header(const char *line, size_t len, const char *name, char **value)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return;
	for (n++; n < len && line[n] == ' ';)
		n++;
	while (len > n && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	free(*value);
	*value = ct_xstrndup(line + n, len - n);
}

static size_t take_headers(char *data, size_t size, size_t n, void *arg)
{
	struct ct_answer *a = arg;

	take_header(data, size * n, "Api-Version", &a->api);
	take_header(data, size * n, "Libpod-Api-Version", &a->libpod);
	return n;
}

/* libcurl's own sockets would be inherited by the command that captrim runs. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

	(void)purpose;
	if (arg)
		*(int *)arg = fd;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static void set_place(const struct ct_endpoint *at, CURL *h)
{
	if (at->socket) {
		curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, at->socket);
		return;
	}
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, at->insecure ? 0L : 1L);
	curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, at->insecure ? 0L : 2L);
	if (at->ca)
		curl_easy_setopt(h, CURLOPT_CAINFO, at->ca);
	if (at->cert)
		curl_easy_setopt(h, CURLOPT_SSLCERT, at->cert);
	if (at->key)
		curl_easy_setopt(h, CURLOPT_SSLKEY, at->key);
}

CURL *ct_docker__handle(const struct ct_docker *d, int *sock)
{
	CURL *h = curl_easy_init();

	if (!h)
		return NULL;
	set_place(&d->at, h);
	curl_easy_setopt(h, CURLOPT_PROXY, ""); /* whatever http_proxy says */
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, sock);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, CT_DOCKER_TIMEOUT_MS);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "captrim");
	return h;
}

static int curl_errno(CURL *h, CURLcode code)
{
	long os = 0;

	if (code == CURLE_OPERATION_TIMEDOUT)
		return ETIMEDOUT;
	if (code == CURLE_WRITE_ERROR)
		return EFBIG;
	if (code == CURLE_COULDNT_CONNECT && !curl_easy_getinfo(h, CURLINFO_OS_ERRNO, &os) && os)
		return os;
	return code == CURLE_COULDNT_CONNECT ? ECONNREFUSED : EIO;
}

void ct_docker__while_waiting(struct ct_engine *e, int fd, void (*fn)(void *arg), void *arg)
{
	ct_docker__of(e)->aside = (struct ct_aside){ .fd = fd, .fn = fn, .arg = arg };
}

/* Like curl_easy_perform(), but attends to d->aside while it waits. */
static CURLcode perform_in_turn(struct ct_docker *d)
{
	struct curl_waitfd other = { .fd = d->aside.fd, .events = CURL_WAIT_POLLIN };
	CURLcode code = CURLE_FAILED_INIT;
	CURLMsg *msg;
	int left;

	if (curl_multi_add_handle(d->multi, d->easy))
		return code;
	do {
		if (curl_multi_perform(d->multi, &left) ||
		    (left && curl_multi_poll(d->multi, &other, 1, 1000, NULL)))
			break;
		if (other.revents)
			d->aside.fn(d->aside.arg);
	} while (left);
	while ((msg = curl_multi_info_read(d->multi, &left)))
		if (msg->msg == CURLMSG_DONE)
			code = msg->data.result;
	curl_multi_remove_handle(d->multi, d->easy);
	return code;
}

static CURLcode perform(struct ct_docker *d)
{
	if (d->aside.fn && !d->multi)
		d->multi = curl_multi_init();
	return d->aside.fn && d->multi ? perform_in_turn(d) : curl_easy_perform(d->easy);
}

#define SILENT_AFTER 2			 /* unanswered questions */
#define SILENT_NS    (5 * CT_NS_PER_SEC) /* for which it is not asked then */

/*
 * A daemon that hangs would be waited for once for every container: after a Ctrl-C that may be many
 * minutes.
 */
static CURLcode perform_unless_silent(struct ct_docker *d)
{
	CURLcode code;

	if (ct_clock__now_ns() < d->silent_until)
		return CURLE_OPERATION_TIMEDOUT;
	code = perform(d);
	d->unanswered = code == CURLE_OPERATION_TIMEDOUT ? d->unanswered + 1 : 0;
	if (d->unanswered >= SILENT_AFTER)
		d->silent_until = ct_clock__after_ns(SILENT_NS);
	return code;
}

int ct_docker__ask(struct ct_docker *d, const char *path, struct ct_answer *a, struct ct_err *err)
{
	ct_autofree char *url = ct_xasprintf("%s%s", d->base, path);
	CURLcode code;
	int error;

	a->limit = (size_t)limit_mib(d) << 20;
	curl_easy_setopt(d->easy, CURLOPT_URL, url);
	curl_easy_setopt(d->easy, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(d->easy, CURLOPT_HEADERDATA, a);
	code = perform_unless_silent(d);
	if (code) {
		error = curl_errno(d->easy, code);
		if (error == EFBIG)
			return ct_err__set(err, error,
					   "the container service at %s gave an answer of more "
					   "than %u MiB, which is not read",
					   d->place, limit_mib(d));
		return ct_err__set(err, error, "cannot ask the container service at %s: %s%s",
				   d->place,
				   error == EIO ? curl_easy_strerror(code) : strerror(error),
				   ct_engine__cure(error));
	}
	curl_easy_getinfo(d->easy, CURLINFO_RESPONSE_CODE, &a->status);
	return 0;
}

int ct_docker__refused(const struct ct_docker *d, const struct ct_answer *a, struct ct_err *err)
{
	ct_autojson json_t *root = json_loadb(a->body.s ?: "", a->body.len, 0, NULL);
	ct_autofree char *all = ct_printable(ct_json_in__str(root, "message") ?: "no reason given");
	ct_autofree char *msg = ct_columns__cut(all, MAX_REASON);
	int code = EIO;

	if (a->status == 404)
		code = ENOENT;
	else if (a->status == 400)
		code = EINVAL;
	else if (a->status == 401 || a->status == 403)
		code = EACCES;
	return ct_err__set(err, code, "%s refused with status %ld: %s",
			   d->engine.server ?: d->place, a->status, msg);
}

int ct_docker__json(struct ct_docker *d, const char *path, json_t **root, struct ct_err *err)
{
	ct_autoanswer struct ct_answer a = { 0 };
	json_error_t bad;
	int ret;

	ret = ct_docker__ask(d, path, &a, err);
	if (ret)
		return ret;
	if (a.status != 200)
		return ct_docker__refused(d, &a, err);
	*root = ct_json_in__load(a.body.s ?: (char *)"", a.body.len, &bad);
	if (!*root)
		return ct_err__set(err, EBADMSG, "%s answered with broken JSON (line %d)",
				   d->engine.server ?: d->place, bad.line);
	return 0;
}

void ct_docker__take_answers(CURL *h)
{
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_headers);
}
