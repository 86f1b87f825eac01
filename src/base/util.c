/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

static void (*last_will)(void);

void ct_set_last_will(void (*fn)(void))
{
	last_will = fn;
}

static _Noreturn void out_of_memory(void)
{
	/* No stdio: it might want memory, too. */
	static const char msg[] = "captrim: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, msg, sizeof(msg) - 1);

	(void)ignored;
	if (last_will)
		last_will();
	_exit(125);
}

void *ct_xzalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *ct_xalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

FILE *ct_xmemstream(char **text, size_t *len)
{
	FILE *f = open_memstream(text, len);

	if (!f)
		out_of_memory();
	return f;
}

/*
 * Nothing but its flag shows that the stream lacks text for want of memory, and where the text
 * cannot be moved to its final place, fclose() succeeds all the same (glibc 2.36,
 * _IO_mem_finish()).
 */
void ct_xmemstream_end(FILE *f, char *const *text)
{
	bool failed = ferror(f);

	if (fclose(f) || failed || !*text)
		out_of_memory();
}

void *ct_xrealloc(void *ptr, size_t size)
{
	void *p = realloc(ptr, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

char *ct_xstrdup(const char *s)
{
	return ct_xstrndup(s, strlen(s));
}

char *ct_xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = ct_xzalloc(len + 1);

	memcpy(copy, s, len);
	return copy;
}

char *ct_xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

char *ct_xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = ct_xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

void ct_array__grow(void **items, size_t *cap, size_t len, size_t item_size)
{
	size_t want, bytes;

	if (len < *cap)
		return;
	want = *cap ? *cap * 2 : 8;
	if (want <= len)
		want = len + 1;
	if (__builtin_mul_overflow(want, item_size, &bytes))
		out_of_memory();
	*items = ct_xrealloc(*items, bytes);
	memset((char *)*items + *cap * item_size, 0, bytes - *cap * item_size);
	*cap = want;
}

static void str__reserve(struct ct_str *str, size_t more)
{
	size_t need;

	if (__builtin_add_overflow(str->len, more, &need) || need == SIZE_MAX)
		out_of_memory();
	if (need < str->cap)
		return;
	str->cap = need < 32 ? 64 : need < SIZE_MAX / 2 ? need * 2 : need + 1;
	str->s = ct_xrealloc(str->s, str->cap);
}

void ct_str__addn(struct ct_str *str, const char *s, size_t n)
{
	str__reserve(str, n);
	if (n)
		memcpy(str->s + str->len, s, n);
	str->len += n;
	str->s[str->len] = '\0';
}

void ct_str__add(struct ct_str *str, const char *s)
{
	ct_str__addn(str, s, strlen(s));
}

void ct_str__addf(struct ct_str *str, const char *fmt, ...)
{
	va_list ap;
	size_t room;
	int n;

	str__reserve(str, 64);
	room = str->cap - str->len;
	va_start(ap, fmt);
	n = vsnprintf(str->s + str->len, room, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n >= room) {
		str__reserve(str, n);
		va_start(ap, fmt);
		vsnprintf(str->s + str->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	str->len += n > 0 ? n : 0;
	str->s[str->len] = '\0';
}

void ct_str__free(struct ct_str *str)
{
	free(str->s);
	*str = (struct ct_str){ 0 };
}

int ct_read_file(const char *path, size_t max, char **data, size_t *len)
{
	ct_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : ct_read_fd(fd, max, data, len);
}

int ct_read_fd(int fd, size_t max, char **data, size_t *len)
{
	struct ct_str buf = { 0 };
	ssize_t n;

	/* Files in /proc and /sys have no size: read until there is no more. */
	do {
		char chunk[16384];

		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = -errno;

			ct_str__free(&buf);
			return err;
		}
		if ((size_t)n > max - buf.len) {
			ct_str__free(&buf);
			return -EFBIG;
		}
		ct_str__addn(&buf, chunk, n);
	} while (n);
	*data = buf.s;
	if (len)
		*len = buf.len;
	return 0;
}

size_t ct_utf8__decode(const char *s, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t len;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	code = p[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*c = code;
	return len;
}

bool ct_utf8__is_unsafe(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} unsafe[] = {
		{ 0x00, 0x1f },	    { 0x7f, 0x9f },	/* controls */
		{ 0xad, 0xad },				/* soft hyphen */
		{ 0x61c, 0x61c },   { 0x200b, 0x200f }, /* zero width, direction marks */
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, /* line breaks, direction overrides */
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f }, /* tags */
		{ 0xfffe, 0xffff }, /* not characters: YAML parsers refuse the file */
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(unsafe); i++)
		if (c >= unsafe[i].first && c <= unsafe[i].last)
			return true;
	return false;
}

char *ct_printable(const char *s)
{
	struct ct_str out = { 0 };

	ct_str__add(&out, "");
	while (s && *s) {
		uint32_t c = 0;
		size_t n = ct_utf8__decode(s, &c);

		if (n && !ct_utf8__is_unsafe(c)) {
			ct_str__addn(&out, s, n);
			s += n;
			continue;
		}
		if (!n)
			n = 1;
		while (n--)
			ct_str__addf(&out, "\\x%02x", (unsigned char)*s++);
	}
	return out.s;
}

uint32_t ct_hash32(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

bool ct_str_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool ct_str_among(const char *s, const char *const *list)
{
	for (; s && *list; list++)
		if (!strcmp(s, *list))
			return true;
	return false;
}

bool ct_str_ends(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

bool ct_str_lists(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!strncmp(at, word, len) && strchr(",=", at[len]))
			return true;
	return false;
}
