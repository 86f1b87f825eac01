/* SPDX-License-Identifier: GPL-2.0-only */
/* Units, Quadlet files, manifests and policies of any bytes are read without harm. */
#include <stdlib.h>
#include <string.h>

#include "check/policy.h"
#include "deploy/deployed.h"
#include "deploy/yaml_docs.h"
#include "deploy/yaml_json.h"
#include "leaks.h"

static void read_policy(const char *text, size_t len, struct ct_err *err)
{
	struct ct_yaml_docs docs = { 0 };
	struct ct_policy p = { 0 };

	if (!ct_yaml_docs__parse("fuzz", text, len, &docs, err) && docs.len &&
	    ct_policy__is(docs.items[0]->root))
		ct_policy__read(docs.items[0], "fuzz", &p, err);
	if (docs.len)
		json_decref(ct_yaml__json(docs.items[0]));
	ct_policy__free(&p);
	ct_yaml_docs__free(&docs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ct_autofree char *text = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };
	int ret = 0;

	if (size < 2 || memchr(data, 0, size))
		return 0;
	text = ct_xstrndup((const char *)data + 1, size - 1);
	switch (data[0] % 4) {
	case 0: ret = ct_deployment__unit(&t, "/nowhere/fuzz.service", text, &err); break;
	case 1: ret = ct_deployment__unit(&t, "/nowhere/fuzz.container", text, &err); break;
	case 2:
		ret = ct_deployment__manifest(&t, "fuzz", text, size - 1,
					      data[0] & 0x80 ? CT_MANIFEST_PODMAN : CT_MANIFEST_CRI,
					      &err);
		break;
	default: read_policy(text, size - 1, &err);
	}
	if (ret && !err.msg)
		abort();
	for (size_t i = 0; i < t.len; i++)
		if (!t.items[i].at.file || t.items[i].given & ~CT_CAPS_ALL)
			abort();
	ct_deployment__free(&t);
	return 0;
}
