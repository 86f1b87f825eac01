/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work that may never come back, such as a look into a file system whose server is gone. It is done
 * in a thread, and the caller waits for it no longer than it says.
 */
#ifndef CT_BASE_BOUNDED_H
#define CT_BASE_BOUNDED_H

/*
 * Calls fn(job). Returns 0 when it is done: job is the caller's again. -ETIMEDOUT: the thread goes
 * on, and frees job by release() when fn returns. -EBUSY: too many are stuck already; -EAGAIN: no
 * thread could be made; job was not touched and stays the caller's.
 */
int ct_bounded__call(void (*fn)(void *job), void (*release)(void *job), void *job,
		     unsigned int timeout_ms);

#endif
