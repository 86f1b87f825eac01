/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units, Quadlet files, drop-ins, manifests, Compose files, images and policies of any bytes are
 * read without harm.
 */
#include <stdlib.h>
#include <string.h>

#include "check/policy.h"
#include "deploy/deployed.h"
#include "deploy/yaml_docs.h"
#include "deploy/yaml_json.h"
#include "files.h"
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

/* A unit, and behind a line "--" one of its drop-ins. */
static int read_dropin(struct ct_deployment *t, const char *name, const char *text, size_t len,
		       struct ct_err *err)
{
	size_t first, second;
	const char *rest = fuzz_split(text, len, &first, &second);
	ct_autofree char *unit = ct_xstrndup(text, first), *path = fuzz_put(name, text, first);
	ct_autofree char *in = ct_xasprintf("%s.d/a.conf", name);

	free(fuzz_put(in, rest, second));
	return ct_str_ends(name, ".kube") ? ct_deployment__kube(t, path, unit, err) :
					    ct_deployment__unit(t, path, unit, err);
}

/* One Compose file, and behind a line "--" another one over it. */
static int read_compose(struct ct_deployment *t, const char *text, size_t len, struct ct_err *err)
{
	size_t first, second;
	const char *rest = fuzz_split(text, len, &first, &second);
	ct_autofree char *below = fuzz_put("compose.yaml", text, first);
	ct_autofree char *above = fuzz_put("above.yaml", rest, second);
	struct ct_strlist files = { 0 };
	int ret;

	*CT_PUSH(files.items, files.len, files.cap) = below;
	if (second)
		*CT_PUSH(files.items, files.len, files.cap) = above;
	ret = ct_deployment__compose(t, &files, NULL, 0, err);
	ct_strlist__free(&files);
	return ret;
}

static void read_image(struct ct_deployment *t, const char *text)
{
	if (ct_deployment__is_image(text))
		ct_deployment__image(t, "image:fuzz", text);
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
	switch (data[0] & 15) {
	case 0: ret = ct_deployment__unit(&t, "/nowhere/fuzz.service", text, &err); break;
	case 1: ret = ct_deployment__unit(&t, "/nowhere/fuzz.container", text, &err); break;
	case 2:
		ret = ct_deployment__manifest(&t, "fuzz", text, size - 1,
					      data[0] & 0x80 ? CT_MANIFEST_PODMAN : CT_MANIFEST_CRI,
					      &err);
		break;
	case 3: read_policy(text, size - 1, &err); break;
	case 4: ret = read_dropin(&t, "fuzz.service", text, size - 1, &err); break;
	case 5: ret = read_dropin(&t, "fuzz.container", text, size - 1, &err); break;
	case 6: ret = read_dropin(&t, "fuzz.kube", text, size - 1, &err); break;
	case 7: ret = read_compose(&t, text, size - 1, &err); break;
	default: read_image(&t, text);
	}
	if (ret && !err.msg)
		abort();
	for (size_t i = 0; i < t.len; i++)
		if (!t.items[i].at.file || t.items[i].given & ~CT_CAPS_ALL)
			abort();
	ct_deployment__free(&t);
	return 0;
}
