/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that ask others to start something, changed so that it can be recognised. */
#ifndef CT_RECORD_LAUNCH_H
#define CT_RECORD_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/client.h"

/* 24 hexadecimal digits that nobody can guess; the caller frees. */
char *ct_random_token(void);

/*
 * A command that starts containers, with captrim's label put in so that exactly its
 * containers are recognised: "docker run" and "create", "podman run", also behind "sudo" and "env".
 * Likewise systemd-run, with a name for its unit if it has none. argv's array is the
 * caller's to free, its strings are borrowed or kept in *label and *option.
 */
struct ct_launch {
	char **argv;
	char *label;  /* value of the label, NULL when none was put in */
	char *option; /* "--label=..." or "--unit=..." itself */
	bool is_compose;
	struct ct_compose_words project;
	char *unit;	/* systemd-run: the unit, as ct_runtimes__classify() calls it */
	bool is_client; /* the command only asks others to start something */
	struct ct_engine_words engine; /* which engine it asks, borrowed */
};
void ct_launch__prepare(struct ct_launch *l, char *const *argv);
void ct_launch__free(struct ct_launch *l);

#endif
