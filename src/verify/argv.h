/* SPDX-License-Identifier: GPL-2.0-only */
/* A command line that grows: copies of words, with NULL at the end as soon as there is one. */
#ifndef CT_VERIFY_ARGV_H
#define CT_VERIFY_ARGV_H

#include <string.h>

#include "base/util.h"

struct ct_argv {
	char **items;
	size_t len, cap;
};

static inline void ct_argv__take(struct ct_argv *w, char *word)
{
	*CT_PUSH(w->items, w->len, w->cap) = word;
	*CT_PUSH(w->items, w->len, w->cap) = NULL;
	w->len--;
}

static inline void ct_argv__add(struct ct_argv *w, const char *word)
{
	ct_argv__take(w, ct_xstrdup(word));
}

static inline void ct_argv__add_all(struct ct_argv *w, const char *const *words)
{
	for (; *words; words++)
		ct_argv__add(w, *words);
}

/* Is the word, or word=..., in a comma-separated list? */
static inline bool ct_argv__listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!strncmp(at, word, len) && strchr(",=", at[len]))
			return true;
	return false;
}

/* With spaces between them; the caller frees. NULL: there are none. */
static inline char *ct_argv__join(char *const *words)
{
	struct ct_str s = {};

	for (; *words; words++)
		ct_str__addf(&s, "%s%s", s.len ? " " : "", *words);
	return s.s;
}

static inline void ct_argv__free(struct ct_argv *w)
{
	for (size_t i = 0; i < w->len; i++)
		free(w->items[i]);
	free(w->items);
	*w = (struct ct_argv){};
}
#define ct_autoargv __attribute__((cleanup(ct_argv__free)))

#endif
