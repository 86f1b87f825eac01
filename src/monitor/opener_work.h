/* SPDX-License-Identifier: GPL-2.0-only */
/* The opener's inside: messages, and the worker that answers them. */
#ifndef CT_MONITOR_OPENER_WORK_H
#define CT_MONITOR_OPENER_WORK_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "monitor/opener_list.h"

#define CT_OPENER_IN_ROOT 16 /* besides enum ct_opener_op: below the directory that comes along */

#define CT_OPENER_TEXT 32768

/* Both are sent without their unused end, each with one descriptor or none. */
struct ct_opener_request {
	uint32_t seq, op;
	char path[PATH_MAX];
};
struct ct_opener_answer {
	uint32_t seq;
	int32_t result; /* length of the text, or a negative errno */
	char text[CT_OPENER_TEXT];
};

/* fd -1: none. Returns 0 or a negative errno. */
int ct_opener_work__send(int socket, const void *data, size_t len, int fd);

/* *fd is -1 if none came. Returns the length, 0 at the end, or a negative errno. */
ssize_t ct_opener_work__receive(int socket, void *data, size_t size, int *fd);

/*
 * Carries out a request if the list has it. root is the directory that came along, or -1. Returns a
 * descriptor, or -1 with the answer in *a: a text, or a negative errno (-EACCES: not on the list).
 */
int ct_opener_work__answer(const struct ct_opener_request *q, int root, struct ct_opener_answer *a);

/* Answers until the other side is gone. */
void ct_opener_work__run(int socket);

#endif
