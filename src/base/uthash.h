/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash tables, which end the program as ct_xalloc() does where memory is refused. */
#ifndef CT_BASE_UTHASH_H
#define CT_BASE_UTHASH_H

#include "base/util.h"

#define uthash_malloc(size) ct_xalloc(size)
#include <uthash.h>

/* Frees all items of a table, which own nothing else. */
#define CT_HASH_FREE(table)                            \
	do {                                           \
		__typeof__(table) ct_item, ct_next;    \
		HASH_ITER(hh, table, ct_item, ct_next) \
		{                                      \
			HASH_DEL(table, ct_item);      \
			free(ct_item);                 \
		}                                      \
	} while (0)

#endif
