/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *ct_btf_file;

bool ct_btf__is_own(void)
{
	return !access(CT_BTF_OWN, R_OK);
}

int ct_btf__check(struct ct_err *err)
{
	ct_autofree char *file = NULL;
	struct btf *btf;
	int ret;

	if (!ct_btf_file)
		return ct_btf__is_own() ? 0 :
					  ct_err__set(err, ENOENT,
						      "this kernel has no BTF (" CT_BTF_OWN
						      "): boot one that was built with "
						      "CONFIG_DEBUG_INFO_BTF=y, as those of all "
						      "current distributions are, or name a file "
						      "with the BTF of just this kernel (--btf "
						      "FILE)");
	btf = btf__parse(ct_btf_file, NULL);
	ret = btf ? 0 : -errno;
	btf__free(btf);
	file = ct_printable(ct_btf_file);
	if (ret == -ENOENT || ret == -EACCES)
		return ct_err__set(err, -ret, "cannot read %s: %s", file, strerror(-ret));
	return ret ? ct_err__set(err, EINVAL, "%s holds no BTF", file) : 0;
}
