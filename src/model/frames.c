/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/frames.h"

#include <string.h>

#include "base/util.h"

void ct_frame__plain(const char *frame, char *name, size_t size)
{
	static const char *const prefixes[] = { "__x64_", "__arm64_", "__ia32_", "__se_", "__do_" };
	size_t len;

	for (size_t i = 0; i < CT_ARRAY_SIZE(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (!strncmp(frame, prefixes[i], n) &&
		    (!strncmp(frame + n, "sys_", 4) || !strncmp(frame + n, "compat_sys_", 11)))
			frame += n;
	}
	len = strcspn(frame, ".");
	if (len > size - 1)
		len = size - 1;
	memcpy(name, frame, len); /* for every frame: snprintf takes half of the judge's time */
	name[len] = '\0';
}

bool ct_kind__has_frame(const struct ct_kind *k, const char *frame)
{
	for (size_t i = 0; i < k->stack_len; i++) {
		char name[128];

		ct_frame__plain(k->stack[i], name, sizeof(name));
		if (!strcmp(name, frame))
			return true;
	}
	return false;
}
