/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines that ask another program to start something: docker, podman, systemd-run ... */
#ifndef CT_RUNTIME_CLIENT_H
#define CT_RUNTIME_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/opt.h"
#include "runtime/endpoint.h"

/* The words of a container client's command line, with or without "sudo" and "env" before it. */
struct ct_client {
	size_t argc;
	size_t name;	   /* index of the client's word, behind sudo and env */
	size_t sub;	   /* index of the subcommand ("run"), after "container"; argc: none */
	bool is_container; /* a client of an engine that can be asked */
	bool is_compose;   /* a standalone Compose client, such as docker-compose */
	bool is_systemd_run;
	bool starts;		       /* the subcommand is run or create */
	struct ct_engine_words engine; /* which engine it asks, borrowed */
};
struct ct_client ct_client__parse(char *const *argv);

/*
 * Takes variables such as DOCKER_HOST, which are set for the client alone ("env DOCKER_HOST=..."),
 * into our own environment, so that we ask the engine and name the project that the client does.
 */
void ct_client__adopt_env(const struct ct_client *c, char *const *argv);

/* What a Compose command line says of its project: borrowed words, of which each may be missing. */
struct ct_compose_words {
	const char *name;		    /* -p */
	const char *dir;		    /* --project-directory */
	struct ct_strlist files, env_files; /* -f, --env-file */
};

/* The words of a systemd-run command line, with or without "sudo" and "env" before it. */
struct ct_systemd_run {
	size_t command;	  /* index of the command's first word, argc: none */
	char *given;	  /* the unit's name as written, or NULL; the caller frees */
	bool scope, user; /* --scope, --user */
	bool remote;	  /* -H, -M */
	bool ambient;	  /* -p AmbientCapabilities=... */
};
struct ct_systemd_run ct_systemd_run__parse(char *const *argv);

/* Index of the next word of a client's command line that is not an option, from i on. */
size_t ct_client__word(char *const *argv, size_t i);

/*
 * The value of an option between two indices, as "A VALUE", "AVALUE", "A=VALUE" (A, such as "-p",
 * may be NULL), "B VALUE" or "B=VALUE". The last one counts. NULL: not given.
 */
const char *ct_client__option(char *const *argv, size_t from, size_t to, const char *a,
			      const char *b);

/* Appends all of its values. */
void ct_client__options(char *const *argv, size_t from, size_t to, const char *a, const char *b,
			struct ct_strlist *values);

#endif
