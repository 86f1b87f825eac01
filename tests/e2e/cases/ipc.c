/* SPDX-License-Identifier: GPL-2.0-only */
/* System V IPC, POSIX message queues, pipes: IPC_OWNER, IPC_LOCK, SYS_ADMIN, SYS_RESOURCE, DAC_*. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "case.h"

static int others(const char *kind)
{
	int id;

	bobs(kind, &id);
	return id;
}

static bool shm_own(void)
{
	int id = TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));

	TRY(shmat(id, NULL, 0));
	TRY(shmctl(id, IPC_RMID, NULL));
	return true;
}

static bool shm_attach_other(void)
{
	TRY(shmat(others("shm"), NULL, 0));
	return true;
}

static bool shm_stat_other(void)
{
	struct shmid_ds d;

	TRY(shmctl(others("shm"), IPC_STAT, &d));
	return true;
}

static bool shm_remove_other(void)
{
	TRY(shmctl(others("shm"), IPC_RMID, NULL));
	return true;
}

static bool shm_lock_other(void)
{
	TRY(shmctl(others("shm"), SHM_LOCK, NULL));
	return true;
}

static bool shm_lock_own_under_limit(void)
{
	TRY(shmctl(TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)), SHM_LOCK, NULL));
	return true;
}

static bool shm_lock_own_limit_0(void)
{
	struct rlimit none = { 0, 0 };

	TRY(setrlimit(RLIMIT_MEMLOCK, &none));
	TRY(shmctl(TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)), SHM_LOCK, NULL));
	return true;
}

/* The priority is for a capability that must be granted, so that all are when it is recorded. */
static bool shm_lock_own_though_granted(void)
{
	TRY(setpriority(PRIO_PROCESS, 0, -5));
	return shm_lock_own_under_limit();
}

static bool shm_lock_given_away_though_granted(void)
{
	int id = TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
	struct shmid_ds ds;

	TRY(setpriority(PRIO_PROCESS, 0, -5));
	TRY(shmctl(id, IPC_STAT, &ds));
	ds.shm_perm.uid = BOB;
	TRY(shmctl(id, IPC_SET, &ds));
	TRY(shmctl(id, SHM_LOCK, NULL));
	TRY(shmctl(id, SHM_UNLOCK, NULL));
	return true;
}

static bool shm_lock_own_beyond_limit(void)
{
	struct rlimit little = { 16384, 16384 };

	TRY(setrlimit(RLIMIT_MEMLOCK, &little));
	TRY(shmctl(TRY(shmget(IPC_PRIVATE, 65536, IPC_CREAT | 0600)), SHM_LOCK, NULL));
	return true;
}

static bool sem_change_other(void)
{
	struct sembuf b = { 0, 1, 0 };

	TRY(semop(others("sem"), &b, 1));
	return true;
}

static bool msg_send_other(void)
{
	struct { long type; char text[4]; } m = { 1, "abc" };

	TRY(msgsnd(others("msg"), &m, 4, 0));
	return true;
}

static bool msg_queue_bigger(void)
{
	struct msqid_ds d;
	int id = TRY(msgget(IPC_PRIVATE, IPC_CREAT | 0600));

	TRY(msgctl(id, IPC_STAT, &d));
	d.msg_qbytes += 4096;
	TRY(msgctl(id, IPC_SET, &d));
	return true;
}

static bool others_queue(int flags)
{
	char name[32];

	snprintf(name, sizeof(name), "/bob-%d", others("queue"));
	TRY(mq_open(name, flags));
	return true;
}

static bool mq_own(void)
{
	TRY(mq_open("/own", O_CREAT | O_RDWR, 0600, NULL));
	TRY(mq_unlink("/own"));
	return true;
}

static bool mq_read_other(void)
{
	return others_queue(O_RDONLY);
}

static bool mq_write_other(void)
{
	return others_queue(O_WRONLY);
}

static bool pipe_bigger(void)
{
	int p[2];

	TRY(pipe(p));
	return TRY(fcntl(p[0], F_SETPIPE_SZ, 1 << 20)) == 1 << 20;
}

static bool pipe_beyond_limit(void)
{
	int p[2];

	TRY(pipe(p));
	TRY(fcntl(p[0], F_SETPIPE_SZ, 2 * number_in("/proc/sys/fs/pipe-max-size")));
	return true;
}

/* Beyond the soft limit of all a user's pipes new ones are made small; many programs never notice. */
static bool pipes_many(void)
{
	int i, p[2];

	for (i = 0; i < 200; i++)
		TRY(pipe(p));
	return true;
}

const struct test_case ipc_cases[] = {
	CASE(shm_own),
	CASE(shm_attach_other),
	CASE(shm_stat_other),
	CASE(shm_remove_other),
	CASE(shm_lock_other),
	CASE(shm_lock_own_under_limit),
	CASE(shm_lock_own_limit_0),
	CASE(shm_lock_own_though_granted),
	CASE(shm_lock_given_away_though_granted),
	CASE(shm_lock_own_beyond_limit),
	CASE(sem_change_other),
	CASE(msg_send_other),
	CASE(msg_queue_bigger),
	CASE(mq_own),
	CASE(mq_read_other),
	CASE(mq_write_other),
	CASE(pipe_bigger),
	CASE(pipe_beyond_limit),
	CASE(pipes_many),
	{ NULL, NULL }
};
