/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any text as captrim.yaml: it is taken as a whole, every section by its own reader, or refused
 * with a message that names the file and can be shown.
 */
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "http/http_config.h"
#include "leaks.h"
#include "monitor/config.h"
#include "speak/speaker.h"

static void must_tell(int ret, const struct ct_err *err)
{
	ct_autofree char *shown = err->msg ? ct_printable(err->msg) : NULL;

	if (!ret)
		return;
	if (ret > 0 || !err->msg || strcmp(err->msg, shown))
		abort();
}

static void read_sections(const struct ct_config *c)
{
	static const enum ct_http_section served[] = { CT_HTTP_METRICS, CT_HTTP_UI };
	const struct ct_yaml_node *const nodes[] = { c->metrics, c->ui };
	struct ct_strings none = { 0 };

	for (size_t i = 0; i < CT_ARRAY_SIZE(served); i++) {
		ct_autohttpconfig struct ct_http_config h = { 0 };
		ct_autoerr struct ct_err err = { 0 };

		must_tell(ct_http_config__read(c->yaml, nodes[i], served[i], &h, &err), &err);
	}
	{
		ct_autoerr struct ct_err err = { 0 };

		must_tell(ct_sinks__check(c->yaml, c->sinks, &err), &err);
	}
	{
		ct_autoerr struct ct_err err = { 0 };

		must_tell(ct_speaker__check(c->yaml, c->events, &none, &err), &err);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autofree char *path = fuzz_put("captrim.yaml", data, size);
	ct_autoconfig struct ct_config *c = NULL;
	ct_autoerr struct ct_err err = { 0 };
	int ret = ct_config__load(path, &c, &err);

	if ((ret == 0) != (c != NULL))
		abort();
	must_tell(ret, &err);
	if (ret)
		return 0;
	if (c->interval_ns < CT_LEAST_INTERVAL || c->interval_ns > CT_MOST_INTERVAL)
		abort();
	ct_config__wants(c, "compose:shop/web", "web");
	read_sections(c);
	return 0;
}
