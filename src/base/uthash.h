/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash tables, which end the program as ct_xalloc() does where memory is refused. */
#ifndef CT_BASE_UTHASH_H
#define CT_BASE_UTHASH_H

#include "base/util.h"

#define uthash_malloc(size) ct_xalloc(size)
#include <uthash.h>

#endif
