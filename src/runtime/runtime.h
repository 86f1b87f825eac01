/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runtimes: whatever starts workloads with a set of capabilities. Each is a struct ct_runtime_type
 * in a file of its own, and a line in model/runtimes.def. Nothing outside of runtime/ asks which
 * one it is to decide what to do: it asks for what it needs to know.
 */
#ifndef CT_RUNTIME_RUNTIME_H
#define CT_RUNTIME_RUNTIME_H

#include "cgroup/name.h"
#include "runtime/engine.h"
#include "runtime/facts.h"
#include "runtime/tells.h"

/* Files that tell a container's configuration. */
struct ct_bundle_place {
	const char *pattern; /* for glob(3), with %s for the container's id */
	bool state;	     /* the low-level runtime's state, which names the bundle's directory */
	bool users;	     /* a user's, who may write anything: looked at last */
};

#define CT_RESTART_WORDS 4

struct ct_runtime_type {
	struct ct_runtime_facts facts;
	struct ct_cgroup_owner cgroups;
	const struct ct_bundle_place *bundles; /* the last has no pattern; NULL: none */

	/* A daemon that answers, NULL: none; with one socket and client are set, too. */
	const struct ct_engine_ops *engine;
	const char *socket;	  /* where it listens */
	const char *users_socket; /* a user's: a pattern for glob(3) that begins with /run/user, or
				     NULL */
	/*
	 * Which engine the client would ask, if its words or the environment name one: into *at,
	 * which is empty. Returns 0, 1 if none is named, else as ct_endpoint__parse(); -ENXIO: what
	 * is named is not known.
	 */
	int (*named)(const struct ct_engine_words *words, struct ct_endpoint *at,
		     struct ct_err *err);
	bool by_environment; /* named looks there for everybody, not for its client's words alone */
	const char *os;	     /* the ID in os-release of the system that is its own, or NULL */
	bool has_api;	     /* containerd's own, beside its bundles; see asked.h */
	bool remembers;	     /* it describes a container until after its end */

	const char *client;		       /* its name on a command line, or NULL */
	const char *compose;		       /* a client that is Compose by itself, or NULL */
	const char *restart[CT_RESTART_WORDS]; /* a command, to which the id is added */
};

/* One for each line of model/runtimes.def. */
#define CT_RUNTIME(id, object, name) extern const struct ct_runtime_type ct_runtime_##object;
#include "model/runtimes.def"
#undef CT_RUNTIME

/* By enum ct_runtime: none for CT_RT_NONE. NULL at the end, too. */
extern const struct ct_runtime_type *const ct_runtimes[];
#define ct_runtimes__for_each(type)                                                                \
	for (const struct ct_runtime_type *const *ct_at = ct_runtimes + 1, *type; (type = *ct_at); \
	     ct_at++)

/*
 * Connects to the engine that the words name (NULL, or empty: none); else to the one that the
 * environment names, else in the usual places, one after the other. Returns 0, or a negative errno
 * with a message that names the place; -EREMOTE: that engine is another machine's. The caller
 * closes.
 */
int ct_runtimes__connect(const struct ct_engine_words *words, struct ct_engine **e,
			 struct ct_err *err);

/* The same in the usual places alone, whatever is named elsewhere. */
int ct_runtimes__connect_usual(struct ct_engine **e, struct ct_err *err);

/* Is the engine that they name another machine's? Then -EREMOTE, with a message, else 0. */
int ct_runtimes__check_here(const struct ct_engine_words *words, struct ct_err *err);

/* Titles of the runtimes whose engines can be asked, with sep between them; the caller frees. */
char *ct_runtimes__engines(const char *sep);

/* Does the engine answer for containers of that runtime until after their end? NULL: no. */
bool ct_runtimes__remembers(const struct ct_engine *e, enum ct_runtime rt);

/*
 * What a cgroup's path tells, see ct_cgroup_name__classify(). A guess counts only if the runtime's
 * own files bear it out: otherwise the path is taken for what it is without.
 */
void ct_runtimes__classify(const char *path, struct ct_cgroup_name *name);

/*
 * Was a cgroup that is gone perhaps a container's, though nothing bears that out any more? So says
 * its path, and a guess counts where the runtime has had containers in such a place.
 */
bool ct_runtimes__may_have_been(const char *path);

/* The innermost container within another one, as the path tells; false: there is none. */
bool ct_runtimes__innermost(const char *path, struct ct_cgroup_name *name);

/* All that it tells, see ct_tells__of(). */
void ct_runtimes__tell(const char *path, struct ct_tells *t);

#endif
