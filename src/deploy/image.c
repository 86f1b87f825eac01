/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an image says it needs, in a label or an annotation: from the JSON of `docker image
 * inspect`, `podman image inspect`, `skopeo inspect`, an image's configuration or a manifest.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/proc.h"
#include "deploy/deployed.h"
#include "runtime/runtime.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* The image's labels or annotations, wherever these programs put them; NULL: none. */
static const json_t *labels_of(const json_t *image)
{
	static const char *const configs[] = { "Config", "config", "ContainerConfig" };
	const json_t *labels = json_object_get(image, "annotations");

	if (json_is_object(labels) && json_object_get(labels, CT_LABEL_CAPS))
		return labels;
	if (json_object_get(image, "Labels"))
		return json_object_get(image, "Labels");
	for (size_t i = 0; i < CT_ARRAY_SIZE(configs); i++) {
		const json_t *config = json_object_get(image, configs[i]);

		if (json_is_object(config))
			return json_object_get(config, "Labels") ?
				       json_object_get(config, "Labels") :
				       config;
	}
	return labels;
}

static const json_t *first_of(const json_t *root)
{
	return json_is_array(root) ? json_array_get(root, 0) : root;
}

/* Parsed JSON has no places, so the first mention of the label is taken. */
static struct ct_place place(const char *file, const char *text)
{
	const char *found = strstr(text, CT_LABEL_CAPS), *line = text;
	struct ct_place at = { file, 1, 1 };

	for (const char *p = text; found && p < found; p++)
		if (*p == '\n') {
			at.line++;
			line = p + 1;
		}
	at.column += found ? (unsigned int)(found - line) : 0;
	return at;
}

static void take_label(struct ct_deployed *t, const char *value, struct ct_place at)
{
	t->from_none = true;
	t->set_at = at;
	while (*value) {
		size_t len = strcspn(value, ",");
		ct_autofree char *name = ct_xstrndup(value, len);

		ct_named__add(&t->added, name, at);
		value += len + (value[len] != '\0');
	}
	t->given = ct_named__set(&t->added);
}

static const char *name_of(const json_t *image, const char *path)
{
	const char *tag = json_string_value(json_array_get(json_object_get(image, "RepoTags"), 0));

	if (!tag)
		tag = text_of(image, "Name");
	return tag ? tag : path;
}

bool ct_deployment__is_image(const char *text)
{
	json_t *root = NULL;
	bool is = false;

	text += strspn(text, " \t\r\n");
	if (*text == '{' || *text == '[')
		root = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	if (root)
		is = labels_of(first_of(root)) && !json_object_get(first_of(root), "services") &&
		     !json_object_get(first_of(root), "apiVersion");
	json_decref(root);
	return is;
}

static void add_image(struct ct_deployment *all, const json_t *image, const char *path,
		      struct ct_place at)
{
	const char *name = name_of(image, path), *label = text_of(labels_of(image), CT_LABEL_CAPS);
	struct ct_deployed *t = ct_deployment__add(all, CT_DEPLOYED_IMAGE, name);

	t->image = ct_xstrdup(name);
	t->at = at;
	if (label)
		take_label(t, label, at);
	else
		t->given = ct_runtimes__facts(CT_RT_PODMAN)->caps;
}

void ct_deployment__image(struct ct_deployment *all, const char *path, const char *text)
{
	const char *file = ct_deployment__file(all, path);
	json_t *root = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	add_image(all, first_of(root), path, place(file, text));
	for (size_t i = 1; i < json_array_size(root); i++)
		add_image(all, json_array_get(root, i), path, (struct ct_place){ file, 1, 1 });
	json_decref(root);
}

/* ---- asking an engine ---- */

/* The output of `TOOL image inspect NAME`; NULL: it failed. */
static char *inspect(const char *tool, const char *name)
{
	char *argv[] = { (char *)tool, "image", "inspect", "--", (char *)name, NULL };
	ct_autofree char *output = NULL;

	return ct_proc__run(argv, &output) ? NULL : ct_steal(output);
}

int ct_deployment__inspect(struct ct_deployment *t, const char *name, struct ct_err *err)
{
	ct_autofree char *shown = ct_printable(name), *engines = ct_runtimes__engines(", ");

	ct_runtimes__for_each(type) {
		ct_autofree char *text = type->engine ? inspect(type->client, name) : NULL;

		if (text && ct_deployment__is_image(text)) {
			ct_autofree char *path = ct_xasprintf("image:%s", name);

			ct_deployment__image(t, path, text);
			return 0;
		}
	}
	return ct_err__set(err, ENOENT,
			   "image:%s: no engine here has this image (asked: %s): pull it, or "
			   "give a file with the output of 'skopeo inspect'",
			   shown, engines);
}
