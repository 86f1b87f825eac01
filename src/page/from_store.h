/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads from a store what the pages show. */
#ifndef CT_PAGE_FROM_STORE_H
#define CT_PAGE_FROM_STORE_H

#include "page/data.h"

/* A ct_page_load_fn; arg is the URL of the store, which is opened for each page, read-only. */
int ct_page__load(void *arg, const struct ct_page_want *want, struct ct_page_data *d,
		  struct ct_err *err);

#endif
