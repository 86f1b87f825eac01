/* SPDX-License-Identifier: GPL-2.0-only */
/* The file format captrim.recording/1: JSON documents, one per line. */
#ifndef CT_MODEL_RECORDING_H
#define CT_MODEL_RECORDING_H

#include "base/err.h"
#include "model/session.h"

#define CT_RECORDING_SCHEMA "captrim.recording/1"

/*
 * Writes the session to a file that appears under its name only when complete
 * (written beside it, synced, renamed), and is its owner's alone (0600) when new;
 * "-" is standard output. Returns 0 or a negative errno with a message.
 */
int ct_recording__write(const struct ct_session *s, const char *path, struct ct_err *err);

/*
 * Reads a recording; "-" is standard input. A file that ends early or whose last line is not JSON
 * is read up to there and has losses.truncated set. Anything else that is wrong gives -EINVAL and a
 * message with file and line number. Unknown fields and unknown document types are kept. *s is the
 * caller's.
 */
int ct_recording__read(const char *path, struct ct_session **s, struct ct_err *err);

/* The same on open streams; name is for messages. in need not be seekable. */
int ct_recording__write_stream(const struct ct_session *s, FILE *out);
int ct_recording__read_stream(FILE *in, const char *name, struct ct_session **s,
			      struct ct_err *err);

#endif
