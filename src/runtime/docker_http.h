/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to the engine's API over its unix socket. */
#ifndef CT_RUNTIME_DOCKER_HTTP_H
#define CT_RUNTIME_DOCKER_HTTP_H

#include "runtime/docker_priv.h"

#define CT_DOCKER_TIMEOUT_MS 5000L

struct ct_answer {
	struct ct_str body;
	long status;
	char *api, *libpod; /* versions the server names in its header */
};
void ct_answer__free(struct ct_answer *a);
#define ct_autoanswer __attribute__((cleanup(ct_answer__free)))

/* Answers to ct_docker__ask() on this handle are kept from now on. */
void ct_docker__take_answers(CURL *h);

/*
 * Asks for a path that is complete, with its version; a POST, if the handle is set so. Any HTTP
 * status is a success. Returns 0, or a negative errno and a message that names the socket and
 * the cure.
 */
int ct_docker__ask(struct ct_docker *d, const char *path, struct ct_answer *a, struct ct_err *err);

/* The negative errno of a status that is a refusal, with the engine's own words as the message. */
int ct_docker__refused(const struct ct_docker *d, const struct ct_answer *a, struct ct_err *err);

/* What a path holds, to be freed by the caller; a negative errno and a message, *root untouched. */
int ct_docker__json(struct ct_docker *d, const char *path, json_t **root, struct ct_err *err);

#endif
