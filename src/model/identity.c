/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/identity.h"

#include <string.h>

#include "base/util.h"
#include "model/names.h"
#include "model/pod.h"
#include "model/unit_name.h"

static const char *const kind_names[] = {
	"compose",   "kubernetes", "swarm",   "quadlet", "name", "image",
	"container", "unit",	   "command", "cgroup",	 NULL,
};

const char *ct_identity_kind__name(enum ct_identity_kind kind)
{
	return ct_names__get(kind_names, (int)kind);
}

void ct_identity__free(struct ct_identity *id)
{
	free(id->key);
	id->key = NULL;
}

/* Adds a part of a key, escaped so that nothing in it can be taken for its end. */
static void add_part(struct ct_str *key, const char *part, size_t len, const char *reserved)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)part[i];

		if (c <= ' ' || c > '~' || c == '%' || strchr(reserved, c))
			ct_str__addf(key, "%%%02X", c);
		else
			ct_str__addn(key, part + i, 1);
	}
}

/*
 * Adds the kind and, where several engines of a host may give the same name, "@" and the engine
 * that gave it: the runtime unless it is Docker, and the user whose engine it is unless that is
 * root.
 */
static void begin(struct ct_str *key, enum ct_identity_kind kind, const struct ct_workload *w)
{
	bool named = kind == CT_ID_NAME || kind == CT_ID_COMPOSE;
	bool other = named && w->runtime != CT_RT_DOCKER && w->runtime != CT_RT_NONE;
	uint32_t uid = ct_workload__id_is_users(w->id) ? 0 : ct_workload__engine_uid(w);

	ct_str__addf(key, "%s%s%s", ct_identity_kind__name(kind), other ? "@" : "",
		     other ? ct_runtime__name(w->runtime) : "");
	if (uid)
		ct_str__addf(key, "%s%u", other ? "." : "@", uid);
	ct_str__add(key, ":");
}

static void make_one(struct ct_identity *id, const struct ct_workload *w,
		     enum ct_identity_kind kind, const char *name, size_t len)
{
	struct ct_str key = {};

	begin(&key, kind, w);
	add_part(&key, name, len, "");
	*id = (struct ct_identity){ kind, key.s };
}

static void make(struct ct_identity *id, const struct ct_workload *w, enum ct_identity_kind kind,
		 const char *const *parts, size_t n)
{
	struct ct_str key = {};

	begin(&key, kind, w);
	for (size_t i = 0; i < n; i++) {
		ct_str__add(&key, i ? "/" : "");
		if (parts[i])
			add_part(&key, parts[i], strlen(parts[i]), "/");
	}
	*id = (struct ct_identity){ kind, key.s };
}

static bool given(const char *s)
{
	return s && *s;
}

char *ct_container__pod_owner(const struct ct_container *c, const char *pod)
{
	const char *slash = c->owner ? strchr(c->owner, '/') : NULL;

	return slash && slash[1] ? ct_xstrdup(slash + 1) : ct_pod__owner(pod);
}

static bool is_pods(const struct ct_workload *w, struct ct_identity *id)
{
	const struct ct_container *c = &w->container;
	struct ct_pod pod;
	bool is = ct_pod__parse(c->name, &pod);

	if (is) {
		ct_autofree char *owner = ct_container__pod_owner(c, pod.name);

		make(id, w, CT_ID_KUBERNETES, (const char *[]){ pod.space, owner, pod.container },
		     3);
	}
	ct_pod__free(&pod);
	return is;
}

/* The ids of Swarm's tasks and nodes are numbers of 25 digits in base 36. */
#define SWARM_ID_LEN 25
#define BASE_36	     "0123456789abcdefghijklmnopqrstuvwxyz"

/* The length of SERVICE in SERVICE.SLOT.TASK, or SERVICE.NODE.TASK of a global service; else 0. */
static size_t swarm_service(const char *name)
{
	const char *task = strrchr(name, '.'), *slot = task;
	size_t len;

	while (slot && slot > name && slot[-1] != '.')
		slot--;
	if (!task || slot < name + 2)
		return 0;
	len = strspn(slot, BASE_36);
	if (slot + len != task || !len || strspn(task + 1, BASE_36) != SWARM_ID_LEN ||
	    task[1 + SWARM_ID_LEN])
		return 0;
	if (len != SWARM_ID_LEN && strspn(slot, "0123456789") != len)
		return 0;
	return (size_t)(slot - name) - 1;
}

/* Podman's generator puts this before NAME of NAME.container, unless that names the container. */
#define QUADLET "systemd-"

/* Ids that nobody chose: hexadecimal ones, uuids, and BuildKit's numbers in base 36. */
static bool is_made_up(const char *id)
{
	const char *own = ct_workload__id_is_users(id) ? strchr(id, '/') + 1 : id;
	size_t len = strlen(own), hex = strspn(own, "0123456789abcdef");

	return hex == len || (hex == 8 && own[8] == '-') ||
	       (len == SWARM_ID_LEN && strspn(own, BASE_36) == len);
}

/* Is it the container by which Podman holds a pod together? Its name differs from pod to pod. */
static bool is_infra(const struct ct_container *c)
{
	const size_t digits = 12;

	return c->name && strspn(c->name, "0123456789abcdef") == digits &&
	       !strcmp(c->name + digits, "-infra");
}

static void of_container(const struct ct_workload *w, struct ct_identity *id)
{
	const struct ct_container *c = &w->container;
	size_t len;

	if (given(c->project) && given(c->service))
		make(id, w, CT_ID_COMPOSE, (const char *[]){ c->project, c->service }, 2);
	else if (is_pods(w, id))
		return;
	else if (given(c->name) && swarm_service(c->name))
		make_one(id, w, CT_ID_SWARM, c->name, swarm_service(c->name));
	else if (given(c->name) && !strncmp(c->name, QUADLET, strlen(QUADLET)) &&
		 c->name[strlen(QUADLET)])
		make_one(id, w, CT_ID_QUADLET, c->name + strlen(QUADLET),
			 strlen(c->name + strlen(QUADLET)));
	else if (given(c->name) && !is_infra(c))
		make_one(id, w, CT_ID_NAME, c->name, strlen(c->name));
	else if (!is_made_up(w->id))
		/* Containers of ctr, LXC and others have no name but their id. */
		make_one(id, w, CT_ID_NAME, w->id, strlen(w->id));
	else if (given(c->image)) {
		const char *image = ct_image__short(c->image, &len);

		make_one(id, w, CT_ID_IMAGE, image, len);
	} else
		make_one(id, w, CT_ID_CONTAINER, w->id, strlen(w->id));
}

/* If systemd-run made up the unit's name, only the program tells what it is. */
static void of_unit(const struct ct_workload *w, struct ct_identity *id)
{
	ct_autofree char *stable = ct_unit_name__stable(w->id, w->cgroup_path);
	const char *program = NULL, *slash;

	for (size_t i = 0; ct_unit_name__is_nameless(w->id) && i < w->nexecs && !program; i++)
		if (ct_exec__is_entry_point(&w->execs[i]))
			program = w->execs[i].file;
	slash = program ? strrchr(program, '/') : NULL;
	if (program)
		make(id, w, CT_ID_UNIT, (const char *[]){ stable, slash ? slash + 1 : program }, 2);
	else
		make_one(id, w, CT_ID_UNIT, stable, strlen(stable));
}

void ct_identity__of(const struct ct_workload *w, struct ct_identity *id)
{
	const char *command = w->command ? w->command : w->id;

	switch (w->kind) {
	case CT_WL_CONTAINER: of_container(w, id); return;
	case CT_WL_UNIT: of_unit(w, id); return;
	case CT_WL_COMMAND: make_one(id, w, CT_ID_COMMAND, command, strlen(command)); return;
	case CT_WL_CGROUP: break;
	}
	make_one(id, w, CT_ID_CGROUP, w->id, strlen(w->id));
}

bool ct_workload__same(const struct ct_workload *a, const struct ct_workload *b)
{
	ct_autoidentity struct ct_identity x = {}, y = {};

	ct_identity__of(a, &x);
	ct_identity__of(b, &y);
	return !strcmp(x.key, y.key);
}

bool ct_workload__is_called(const struct ct_workload *w, const char *name)
{
	const struct ct_container *c = &w->container;

	return given(name) && (ct_str_equal(w->id, name) || ct_str_equal(w->short_id, name) ||
			       ct_str_equal(c->name, name) || ct_str_equal(c->service, name) ||
			       ct_str_equal(ct_workload__label(w), name));
}

bool ct_workload__is_quadlet(const struct ct_workload *w, const char *name)
{
	ct_autofree char *unit = ct_xasprintf("%s.service", name);
	ct_autofree char *container = ct_xasprintf(QUADLET "%s", name);

	return ct_str_equal(w->id, unit) || ct_str_equal(w->container.name, container);
}

const char *ct_image__short(const char *image, size_t *len)
{
	static const char *const hosts[] = { "docker.io/", "library/", "localhost/" };
	static const char latest[] = ":latest";

	for (size_t i = 0; i < CT_ARRAY_SIZE(hosts); i++)
		if (!strncmp(image, hosts[i], strlen(hosts[i])))
			image += strlen(hosts[i]);
	*len = strlen(image);
	if (*len > strlen(latest) && !strcmp(image + *len - strlen(latest), latest))
		*len -= strlen(latest);
	return image;
}
