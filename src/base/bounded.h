/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work that may block forever, such as access to a file system whose server is gone. It is done in
 * a thread, and the caller waits for it no longer than the timeout. Only one thread of a process
 * may call this.
 */
#ifndef CT_BASE_BOUNDED_H
#define CT_BASE_BOUNDED_H

/*
 * Calls fn(job). Returns 0 once fn has returned: job is the caller's again. -ETIMEDOUT: the thread
 * goes on, and frees job by release() when fn returns. -EBUSY (too many threads are stuck already)
 * and -EAGAIN (no thread could be created): job was not touched and stays the caller's.
 */
int ct_bounded__call(void (*fn)(void *job), void (*release)(void *job), void *job,
		     unsigned int timeout_ms);

#endif
