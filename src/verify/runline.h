/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of "docker run" and "podman run", understood well enough to be changed. */
#ifndef CT_VERIFY_RUNLINE_H
#define CT_VERIFY_RUNLINE_H

#include "base/err.h"
#include "base/opt.h"
#include "base/strings.h"
#include "runtime/client.h"

struct ct_runline {
	struct ct_client client;
	char *const *argv;	   /* as given, borrowed */
	size_t image;		   /* index of the image's word */
	const char *name;	   /* --name, or NULL; borrowed */
	bool detached, privileged; /* -d, --privileged */
	bool entrypoint;	   /* --entrypoint is given: the image's own command is not used */
	bool keeps;		   /* mounts something that outlives the run and is writable */
	struct ct_strings volumes; /* sources of named volumes, each once */
};

/* -EINVAL with a message when verify cannot change this command line. */
int ct_runline__parse(char *const *argv, struct ct_runline *l, struct ct_err *err);
void ct_runline__free(struct ct_runline *l);

struct ct_runline_changes {
	const uint64_t *set;		/* replaces the capabilities it asks for; NULL: as given */
	const char *const *options;	/* to be added, NULL-terminated */
	const char *const *new_volumes; /* replace volumes, in the same order; NULL: as given */
};

/*
 * Adds the command for one run to *out: in the foreground, removed afterwards, never
 * restarted, without standard input.
 */
void ct_runline__build(const struct ct_runline *l, const struct ct_runline_changes *c,
		       struct ct_strings *out);

/* Adds sudo, if it was given, the client's name, and the client's own options. */
void ct_runline__client(const struct ct_runline *l, struct ct_strings *out);

#endif
