/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/grpc.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define TIMEOUT_MS 2000L
#define MAX_ANSWER (16u << 20)
#define FRAME	   5 /* a byte for compression, and four for the length */

struct ct_grpc {
	char *socket;
	CURL *curl;
	struct ct_str body;
	int status; /* grpc-status; -1: the server sent none */
	char *message;
	bool failed; /* it did not answer as it should */
};

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
	struct ct_grpc *g = arg;

	if (size * n > MAX_ANSWER - g->body.len)
		return 0;
	ct_str__addn(&g->body, data, size * n);
	return n;
}

static bool is_header(const char *line, size_t len, const char *name, const char **value)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return false;
	for (n++; n < len && line[n] == ' ';)
		n++;
	*value = line + n;
	return true;
}

/* Trailers come here, too: the status is one of them. */
static size_t take_header(char *data, size_t size, size_t n, void *arg)
{
	size_t len = size * n, rest;
	struct ct_grpc *g = arg;
	const char *value;

	if (is_header(data, len, "grpc-status", &value)) {
		ct_autofree char *number = ct_xstrndup(value, len - (size_t)(value - data));

		g->status = (int)strtol(number, NULL, 10);
	} else if (is_header(data, len, "grpc-message", &value)) {
		rest = len - (size_t)(value - data);
		while (rest && strchr("\r\n", value[rest - 1]))
			rest--;
		free(g->message);
		g->message = ct_xstrndup(value, rest);
	}
	return n;
}

/* libcurl's own sockets would be inherited by the command that captrim runs. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

	(void)arg;
	(void)purpose;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

struct ct_grpc *ct_grpc__new(const char *socket)
{
	struct ct_grpc *g = ct_xzalloc(sizeof(*g));

	g->socket = ct_xstrdup(socket);
	g->curl = curl_easy_init();
	if (!g->curl)
		return g;
	curl_easy_setopt(g->curl, CURLOPT_UNIX_SOCKET_PATH, g->socket);
	curl_easy_setopt(g->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	/* A second call over the same connection fails (CURLE_HTTP2 of libcurl 7.88). */
	curl_easy_setopt(g->curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(g->curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(g->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(g->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(g->curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(g->curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
	curl_easy_setopt(g->curl, CURLOPT_USERAGENT, "captrim");
	curl_easy_setopt(g->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(g->curl, CURLOPT_WRITEDATA, g);
	curl_easy_setopt(g->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(g->curl, CURLOPT_HEADERDATA, g);
	return g;
}

void ct_grpc__free(struct ct_grpc *g)
{
	if (!g)
		return;
	curl_easy_cleanup(g->curl);
	ct_str__free(&g->body);
	free(g->message);
	free(g->socket);
	free(g);
}

/* google.golang.org/grpc/codes */
static int errno_of(int status)
{
	switch (status) {
	case 3: return EINVAL;
	case 5: return ESRCH;
	case 7: return EACCES;
	case 12: return EOPNOTSUPP;
	default: return EIO;
	}
}

static int say_transport(struct ct_grpc *g, CURLcode code, struct ct_err *err)
{
	int error = EIO;
	long os = 0;

	if (code == CURLE_OPERATION_TIMEDOUT)
		error = ETIMEDOUT;
	else if (code == CURLE_WRITE_ERROR)
		error = EFBIG;
	else if (code == CURLE_COULDNT_CONNECT)
		error = !curl_easy_getinfo(g->curl, CURLINFO_OS_ERRNO, &os) && os ? (int)os :
										    ECONNREFUSED;
	return ct_err__set(err, error, "cannot ask the runtime at %s: %s", g->socket,
			   error == EIO ? curl_easy_strerror(code) : strerror(error));
}

/* Takes the one message out of the frame around it. */
static int unwrap(struct ct_grpc *g, struct ct_str *answer, struct ct_err *err)
{
	const unsigned char *b = (const unsigned char *)g->body.s;
	size_t len;

	if (g->body.len < FRAME || b[0])
		return ct_err__set(err, EBADMSG, "the runtime at %s does not answer in gRPC",
				   g->socket);
	len = (size_t)b[1] << 24 | (size_t)b[2] << 16 | (size_t)b[3] << 8 | b[4];
	if (len > g->body.len - FRAME)
		return ct_err__set(err, EBADMSG, "the answer of the runtime at %s is cut off",
				   g->socket);
	ct_str__addn(answer, g->body.s + FRAME, len);
	return 0;
}

static int take_answer(struct ct_grpc *g, struct ct_str *answer, struct ct_err *err)
{
	ct_autofree char *why = ct_printable(g->message ?: "no reason given");
	long http = 0;

	curl_easy_getinfo(g->curl, CURLINFO_RESPONSE_CODE, &http);
	if (http != 200 || g->status < 0) {
		g->failed = true;
		return ct_err__set(err, EBADMSG, "the runtime at %s does not answer in gRPC",
				   g->socket);
	}
	if (g->status)
		return ct_err__set(err, errno_of(g->status), "the runtime at %s refused: %s",
				   g->socket, why);
	return unwrap(g, answer, err);
}

static struct curl_slist *headers(const char *space)
{
	ct_autofree char *line = space ? ct_xasprintf("containerd-namespace: %s", space) : NULL;
	struct curl_slist *list = curl_slist_append(NULL, "content-type: application/grpc");

	list = curl_slist_append(list, "te: trailers");
	return line ? curl_slist_append(list, line) : list;
}

int ct_grpc__call(struct ct_grpc *g, const char *method, const char *space,
		  const struct ct_str *request, struct ct_str *answer, struct ct_err *err)
{
	ct_autofree char *url = ct_xasprintf("http://localhost/%s", method);
	struct curl_slist *list;
	struct ct_str body = { 0 };
	const char frame[FRAME] = { 0, (char)(request->len >> 24), (char)(request->len >> 16),
				    (char)(request->len >> 8), (char)request->len };
	CURLcode code;

	if (space && strpbrk(space, "\r\n"))
		return ct_err__set(err, EINVAL, "a namespace must not contain line breaks");
	if (!g->curl || g->failed)
		return ct_err__set(
			err, ECONNABORTED,
			"the runtime at %s failed to answer an earlier question and is not "
			"asked again",
			g->socket);
	ct_str__free(&g->body);
	free(ct_steal(g->message));
	g->status = -1;
	ct_str__addn(&body, frame, FRAME);
	if (request->len)
		ct_str__addn(&body, request->s, request->len);
	list = headers(space);
	curl_easy_setopt(g->curl, CURLOPT_URL, url);
	curl_easy_setopt(g->curl, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(g->curl, CURLOPT_POSTFIELDS, body.s);
	curl_easy_setopt(g->curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
	code = curl_easy_perform(g->curl);
	curl_slist_free_all(list);
	ct_str__free(&body);
	if (!code)
		return take_answer(g, answer, err);
	g->failed = true;
	return say_transport(g, code, err);
}
