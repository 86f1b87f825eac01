/* SPDX-License-Identifier: GPL-2.0-only */
/* Recognising commands that have others start something: docker, podman, systemd-run ... */
#ifndef CT_RECORD_INJECT_H
#define CT_RECORD_INJECT_H

#include <stdbool.h>
#include <stddef.h>

/* The words of a container client's command line, "sudo" before it or not. */
struct ct_client {
	size_t argc;
	size_t name;	   /* index of the client's word, 0 or 1 */
	size_t sub;	   /* index of the subcommand ("run"), behind "container"; argc: none */
	bool is_container; /* docker, podman or docker-compose */
	bool is_systemd_run;
	bool starts;	    /* the subcommand is run or create */
	const char *socket; /* named by -H unix://..., borrowed */
};
struct ct_client ct_client__parse(char *const *argv);

/* The words of systemd-run, "sudo" before it or not. */
struct ct_systemd_run {
	size_t command;	  /* index of the command's first word, argc: none */
	char *given;	  /* the unit's name as written, or NULL; the caller frees */
	bool scope, user; /* --scope, --user */
	bool remote;	  /* -H, -M */
	bool ambient;	  /* -p AmbientCapabilities=... */
};
struct ct_systemd_run ct_systemd_run__parse(char *const *argv);

/* 24 hexadecimal digits that nobody guesses; the caller frees. */
char *ct_random_token(void);

/*
 * A command that starts containers, with captrim's label put in so that exactly its
 * containers are recognised: "docker run" and "create", "podman run", also behind "sudo".
 * Likewise systemd-run, with a name for its unit if it has none. argv's array is the
 * caller's to free, its strings are borrowed or kept in *label and *option.
 */
struct ct_injected {
	char **argv;
	char *label;  /* value of the label, NULL when none was put in */
	char *option; /* "--label=..." or "--unit=..." itself */
	bool is_compose;
	/* Compose: what the command says of its project, borrowed; each may be NULL. */
	const char *project, *project_file, *project_dir;
	char *unit;	    /* systemd-run: the unit, as ct_runtimes__classify() calls it */
	bool is_client;	    /* the command only asks others to start something */
	const char *socket; /* named by -H unix://..., borrowed */
};
void ct_inject(struct ct_injected *in, char *const *argv);
void ct_inject__free(struct ct_injected *in);

#endif
