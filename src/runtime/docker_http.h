/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to the engine's API. */
#ifndef CT_RUNTIME_DOCKER_HTTP_H
#define CT_RUNTIME_DOCKER_HTTP_H

#include "runtime/docker_priv.h"

#define CT_DOCKER_TIMEOUT_MS 5000L

struct ct_answer {
	struct ct_str body;
	size_t limit; /* of the body, in bytes; set by ct_docker__ask() */
	long status;
	char *api, *libpod; /* versions the server names in its header */
};
void ct_answer__free(struct ct_answer *a);
#define ct_autoanswer __attribute__((cleanup(ct_answer__free)))

/* Lets the handle store answers in the struct ct_answer that ct_docker__ask() is given. */
void ct_docker__take_answers(CURL *h);

/*
 * Requests a complete path, with the API version in it: a GET, or a POST if the handle is set up
 * for one. Any HTTP status is a success. Returns 0, or a negative errno with a message that names
 * the socket and the cure.
 */
int ct_docker__ask(struct ct_docker *d, const char *path, struct ct_answer *a, struct ct_err *err);

/* The negative errno of a status that is a refusal, with the engine's own words as the message. */
int ct_docker__refused(const struct ct_docker *d, const struct ct_answer *a, struct ct_err *err);

/*
 * Stores a path's JSON in *root, which the caller frees. Returns 0, or a negative errno with a
 * message and *root untouched.
 */
int ct_docker__json(struct ct_docker *d, const char *path, json_t **root, struct ct_err *err);

#endif
