/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runtimes: whatever starts workloads with a set of capabilities. Each is a struct ct_runtime_type
 * in a file of its own, and a line in model/runtimes.def. Code outside of runtime/ does not decide
 * by which runtime it is dealing with: it asks for the fact that it needs.
 */
#ifndef CT_RUNTIME_RUNTIME_H
#define CT_RUNTIME_RUNTIME_H

#include "cgroup/name.h"
#include "runtime/engine.h"
#include "runtime/facts.h"
#include "runtime/tells.h"

/* Files that describe a container's configuration. */
struct ct_bundle_place {
	const char *pattern; /* for glob(3), with %s for the container's id */
	bool state; /* a state file of the low-level runtime, which names the bundle's directory */
	bool users; /* below a user's directory, who may write anything there: looked at last */
};

#define CT_RESTART_WORDS 4

struct ct_runtime_type {
	struct ct_runtime_facts facts;
	struct ct_cgroup_owner cgroups;
	const struct ct_bundle_place *bundles; /* the last has no pattern; NULL: none */

	/* The daemon that can be asked, NULL: none; with one, socket and client are set, too. */
	const struct ct_engine_ops *engine;
	const char *socket;	  /* where it listens */
	const char *users_socket; /* users' sockets: a pattern for glob(3) that begins with
				     /run/user, or NULL */
	/*
	 * Stores in *at, which is empty, which engine the client would ask, if its words or the
	 * environment name one. Returns 0, 1 if none is named, -ENXIO if what is named is not
	 * known, else as ct_endpoint__parse().
	 */
	int (*named)(const struct ct_engine_words *words, struct ct_endpoint *at,
		     struct ct_err *err);
	bool by_environment; /* named asks the environment even without words of this client */
	const char *os;	     /* the ID in os-release of the system whose init it is, or NULL */
	bool has_api;	     /* containerd's API may know its containers, see asked.h */
	bool remembers;	     /* its engine describes a container even after its end */

	const char *client;		       /* its name on a command line, or NULL */
	const char *compose;		       /* a standalone Compose client, or NULL */
	const char *restart[CT_RESTART_WORDS]; /* a command, to which the id is added */
};

/* One for each line of model/runtimes.def. */
#define CT_RUNTIME(id, object, name) extern const struct ct_runtime_type ct_runtime_##object;
#include "model/runtimes.def"
#undef CT_RUNTIME

/* Indexed by enum ct_runtime; NULL for CT_RT_NONE and at the end. */
extern const struct ct_runtime_type *const ct_runtimes[];
#define ct_runtimes__for_each(type)                                                                \
	for (const struct ct_runtime_type *const *ct_at = ct_runtimes + 1, *type; (type = *ct_at); \
	     ct_at++)

/*
 * Connects to the engine that the words name (NULL, or empty: none), else to the one that the
 * environment names, else to those in the usual places, tried one after the other. Returns 0, or a
 * negative errno with a message that names the place; -EREMOTE: that engine is on another machine.
 * The caller closes *e.
 */
int ct_runtimes__connect(const struct ct_engine_words *words, struct ct_engine **e,
			 struct ct_err *err);

/* The same, but looks only in the usual places, whatever the environment names. */
int ct_runtimes__connect_usual(struct ct_engine **e, struct ct_err *err);

/* Returns -EREMOTE, with a message, if the words name an engine on another machine, else 0. */
int ct_runtimes__check_here(const struct ct_engine_words *words, struct ct_err *err);

/* The titles of the runtimes whose engines can be asked, joined by sep; the caller frees. */
char *ct_runtimes__engines(const char *sep);

/* Does the engine (NULL: none) still describe containers of that runtime after they have ended? */
bool ct_runtimes__remembers(const struct ct_engine *e, enum ct_runtime rt);

/*
 * What a cgroup's path tells, see ct_cgroup_name__classify(). A guess counts only if the runtime's
 * own files confirm it; otherwise the path is classified without the guess.
 */
void ct_runtimes__classify(const char *path, struct ct_cgroup_name *name);

/*
 * Could a cgroup that is gone have been a container's? Its files are gone, too, so the path
 * decides, and a guess counts if the runtime has had containers in that namespace.
 */
bool ct_runtimes__may_have_been(const char *path);

/* The innermost container that runs inside another one, as the path tells; false: there is none. */
bool ct_runtimes__innermost(const char *path, struct ct_cgroup_name *name);

/* Everything that the path tells, see ct_tells__of(). */
void ct_runtimes__tell(const char *path, struct ct_tells *t);

#endif
