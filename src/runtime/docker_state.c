/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/docker_state.h"

#include <string.h>

#include "base/util.h"
#include "cgroup/name.h"
#include "runtime/oci_priv.h"
#include "runtime/pod_words.h"

bool ct_docker_state__read(const char *path, const char *cgroup, struct ct_container *c)
{
	ct_autojson json_t *state = NULL;
	json_error_t bad = { .line = 0 };
	const char *name, *image;

	if (ct_oci__load(path, &state, &bad))
		return false;
	name = ct_json_in__str(state, "Name"); /* with a slash before it */
	name += name && *name == '/';
	image = ct_json_in__str(json_object_get(state, "Config"), "Image");
	if (!c->name && name && *name)
		ct_json_in__take(&c->name, name);
	if (!c->image && image && *image)
		ct_json_in__take(&c->image, image);
	ct_pod_words__of_docker(json_object_get(json_object_get(state, "Config"), "Labels"), cgroup,
				c);
	return true;
}

bool ct_docker_state__find(const char *id, const char *cgroup, struct ct_container *c)
{
	static const char *const roots[] = { "/var/lib/docker",
					     "/var/snap/docker/common/var-lib-docker",
					     "/var/lib/balena-engine" };
	const struct ct_cgroup_part part = { id, strlen(id), 0 };
	bool found = false;

	for (size_t i = 0; i < CT_ARRAY_SIZE(roots) && !found && ct_cgroup_part__is_id(&part);
	     i++) {
		ct_autofree char *path = ct_xasprintf("%s/containers/%s/config.v2.json", roots[i],
						      id);

		found = ct_docker_state__read(path, cgroup, c);
	}
	return found;
}
