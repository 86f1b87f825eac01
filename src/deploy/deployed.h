/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a deployment file gives each of its containers, services or units, in one form for Compose
 * files, Kubernetes manifests, systemd units and Quadlet files. Strings come from the files and
 * are raw.
 */
#ifndef CT_DEPLOY_DEPLOYED_H
#define CT_DEPLOY_DEPLOYED_H

#include "base/strings.h"
#include "deploy/layers.h"
#include "deploy/settings.h"
#include "model/caps.h"

enum ct_deployed_kind {
	CT_DEPLOYED_COMPOSE,
	CT_DEPLOYED_KUBERNETES,
	CT_DEPLOYED_SYSTEMD,
	CT_DEPLOYED_QUADLET,
	CT_DEPLOYED_IMAGE
};

/* A capability as a file names it. */
struct ct_named {
	uint64_t set; /* one, or all; 0: what reads the file does not know it */
	char *text;
	const char *why; /* why it is wrong, static; NULL: it is not */
	struct ct_place at;
};

struct ct_named_list {
	struct ct_named *items;
	size_t len, cap;
};

struct ct_deployed {
	enum ct_deployed_kind kind;
	char *name;  /* of the container, service or unit */
	char *alias; /* container_name, ContainerName=; NULL: none */
	char *where; /* the object in the file, "Deployment/web"; NULL: none */
	char *space; /* its namespace; NULL: not named */
	char *image; /* NULL: not named */
	char *joins; /* the Quadlet unit (NAME.pod, NAME.container) whose network it has; or NULL */
	struct ct_place at;
	bool unknown;		/* a variable decides, so given may be wrong */
	uint64_t given;		/* what root holds; of a systemd unit, the bounding set */
	uint64_t ambient;	/* what a user other than root holds from the start */
	bool from_none;		/* the set starts from nothing, not from a default */
	struct ct_place set_at; /* where the set is decided; file NULL: nowhere, use at */
	bool users_hold_set;	/* a user other than root holds the set, too */
	enum ct_tristate privileged, nonroot;
	struct ct_place privileged_at;
	/* Do its commands run without restriction ("+")? YES: the main ones; UNKNOWN: others. */
	enum ct_tristate unlimited;
	struct ct_place unlimited_at;
	struct ct_named_list added, dropped;
	struct ct_settings settings;
};

struct ct_deployment {
	struct ct_deployed *items;
	size_t len, cap;
	struct ct_strings files; /* names that places point to */
	struct ct_strings notes; /* printable */
	struct ct_compose *compose;
};

/* Adds a target at the end, of which nothing is known yet; name is copied. */
struct ct_deployed *ct_deployment__add(struct ct_deployment *t, enum ct_deployed_kind kind,
				       const char *name);

/* A copy of the file's name that lives as long as t. */
const char *ct_deployment__file(struct ct_deployment *t, const char *path);

/* Adds the name to the list, even if it is wrong: why says so then. */
void ct_named__add(struct ct_named_list *l, const char *text, struct ct_place at);
uint64_t ct_named__set(const struct ct_named_list *l);

/* Sets what the runtime gives, from the lists and privileged. */
void ct_deployed__decide(struct ct_deployed *t, enum ct_runtime rt);

void ct_deployment__free(struct ct_deployment *t); /* what it holds, not t itself */

/* Another kind of YAML file that may be given, of which src/deploy/ knows nothing. */
struct ct_deploy_other {
	const char *name; /* for a message: "a policy (forbid:, allow:, ...)" */
	bool (*is)(void *arg, const struct ct_yaml_docs *docs);
	int (*load)(void *arg, const char *path, const struct ct_yaml_docs *docs,
		    struct ct_err *err);
	void *arg;
};

/*
 * Adds what the files give, whose kinds are recognised by name and content. "-" is standard input,
 * "image:NAME" an image that an engine has here. Of several Compose files, later ones override
 * earlier ones. other may be NULL. Returns 0, or a negative errno with a message that names file,
 * line and cure.
 */
int ct_deployment__load(struct ct_deployment *t, const struct ct_strlist *files,
			const struct ct_deploy_other *other, struct ct_err *err);

/* Reads a deployment file; a NUL byte in it is an error. The caller frees the text. */
int ct_deployment__read_text(const char *path, char **text, size_t *len, struct ct_err *err);

/* What starts the pods of a manifest: an engine behind Kubernetes' CRI, or "podman kube play". */
enum ct_manifest_reader { CT_MANIFEST_CRI, CT_MANIFEST_PODMAN };

/*
 * Readers, one for each kind of file. They add to t and return what ct_deployment__load() does.
 * text is that of the file, NUL-terminated.
 */
int ct_deployment__manifest(struct ct_deployment *t, const char *path, const char *text, size_t len,
			    enum ct_manifest_reader by, struct ct_err *err);
void ct_deployment__manifest_docs(struct ct_deployment *t, const char *path,
				  const struct ct_yaml_docs *docs, enum ct_manifest_reader by);
int ct_deployment__unit(struct ct_deployment *t, const char *path, const char *text,
			struct ct_err *err);
/* Adds to Quadlet's containers what those have that they join: files given, or beside them. */
void ct_deployment__join_quadlets(struct ct_deployment *t, const struct ct_strlist *given);
int ct_deployment__kube(struct ct_deployment *t, const char *path, const char *text,
			struct ct_err *err);
int ct_deployment__compose(struct ct_deployment *t, const struct ct_strlist *paths,
			   const struct ct_overlay *overlays, size_t noverlays, struct ct_err *err);

/* Is the text JSON that describes an image? */
bool ct_deployment__is_image(const char *text);
void ct_deployment__image(struct ct_deployment *t, const char *path, const char *text);
/* Asks one engine's client after the other for the image of that name; -ENOENT: none has it. */
int ct_deployment__inspect(struct ct_deployment *t, const char *name, struct ct_err *err);

#endif
