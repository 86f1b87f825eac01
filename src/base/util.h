/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocation that cannot fail quietly, cleanup attributes, small helpers. */
#ifndef CT_BASE_UTIL_H
#define CT_BASE_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CT_ARRAY_SIZE(a)     (sizeof(a) / sizeof((a)[0]))
#define CT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Running out of memory ends the program with a message and status 125: none of our callers could
 * do better.  The returned memory is zeroed and the caller's. */
void *ct_xzalloc(size_t size);
void *ct_xrealloc(void *ptr, size_t size);
void *ct_xalloc(size_t size); /* not zeroed: for libraries that take an allocator */
char *ct_xstrdup(const char *s);
char *ct_xstrndup(const char *s, size_t n);
char *ct_xasprintf(const char *fmt, ...) CT_PRINTF(1, 2);
char *ct_xvasprintf(const char *fmt, va_list ap) CT_PRINTF(1, 0);

/* open_memstream(3), and its end, after which *text is complete. The caller frees *text. */
FILE *ct_xmemstream(char **text, size_t *len);
void ct_xmemstream_end(FILE *f, char *const *text);

/*
 * fn is called before the program ends for lack of memory, in whichever thread that happens; it
 * must not allocate any. The program has one, to remove files that would be left half written.
 */
void ct_set_last_will(void (*fn)(void));

/* Makes room for one more element in a growing array, which uses len of its *cap elements. */
void ct_array__grow(void **items, size_t *cap, size_t len, size_t item_size);
#define CT_PUSH(items, len, cap) \
	(ct_array__grow((void **)&(items), &(cap), (len), sizeof(*(items))), &(items)[(len)++])

/* Moves ownership out of a variable with a cleanup attribute. */
#define ct_steal(p)                                 \
	({                                          \
		__typeof__(p) *ct_from = &(p);      \
		__typeof__(p) ct_stolen = *ct_from; \
		*ct_from = NULL;                    \
		ct_stolen;                          \
	})
/* The same for a descriptor; it leaves -1 behind. */
static inline int ct_steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static inline void ct_cleanup__free(void *p)
{
	free(*(void **)p);
}
static inline void ct_cleanup__fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}
static inline void ct_cleanup__close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define ct_autofree   __attribute__((cleanup(ct_cleanup__free)))
#define ct_autofclose __attribute__((cleanup(ct_cleanup__fclose)))
#define ct_autoclose  __attribute__((cleanup(ct_cleanup__close)))

/* A growing string; starts as { 0 }. s is NUL-terminated once anything was
 * added, the caller frees it. */
struct ct_str {
	char *s;
	size_t len, cap;
};
void ct_str__add(struct ct_str *str, const char *s);
void ct_str__addn(struct ct_str *str, const char *s, size_t n);
void ct_str__addf(struct ct_str *str, const char *fmt, ...) CT_PRINTF(2, 3);
void ct_str__free(struct ct_str *str);

/* Reads a whole file of at most max bytes; *data ends with a NUL. len may be NULL. Returns 0 or a
 * negative errno (-EFBIG over max). The caller frees *data. */
int ct_read_file(const char *path, size_t max, char **data, size_t *len);
int ct_read_fd(int fd, size_t max, char **data, size_t *len); /* from where it is to its end */

/*
 * Text from a container made safe for a terminal: control characters, escape
 * sequences, bidirectional overrides and broken UTF-8 become \xNN. Returns a
 * string the caller frees.
 */
char *ct_printable(const char *s);

/* Are both the same text, or both NULL? */
bool ct_str_equal(const char *a, const char *b);

/* Is s, which may be NULL, one of the list's words, whose end is NULL? */
bool ct_str_among(const char *s, const char *const *list);

/* Does s end with end? */
bool ct_str_ends(const char *s, const char *end);

/* Does a comma-separated list have an item word or word=...? list may be NULL. */
bool ct_str_lists(const char *list, const char *word);

/* Decodes one character. Returns its length in bytes, 0 when it is broken UTF-8. */
size_t ct_utf8__decode(const char *s, uint32_t *c);

/* Control characters and those that reorder or hide text: never to be sent to a terminal. */
bool ct_utf8__is_unsafe(uint32_t c);

uint32_t ct_hash32(const void *data, size_t len); /* FNV-1a */

#endif
