/* SPDX-License-Identifier: GPL-2.0-only */
/* Leaks that are not ours. */
#ifndef CT_FUZZ_LEAKS_H
#define CT_FUZZ_LEAKS_H

const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks a buffer for some texts that it refuses. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml\n";
}

#endif
