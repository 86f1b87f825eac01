/* SPDX-License-Identifier: GPL-2.0-only */
/* Set-user-ID and set-group-ID bob: becomes bob altogether, needing no capability, and runs its arguments. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (argc < 2 || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) {
		perror("as-bob");
		return 1;
	}
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
