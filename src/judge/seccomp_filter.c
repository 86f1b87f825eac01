/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a seccomp profile allows: the filter that the engine would have made for other capabilities.
 */
#include <string.h>

#include "base/util.h"
#include "judge/seccomp.h"
#include "model/caps.h"

#define MAX_CAPS 8 /* that the rules for one call may name; with more it is not worked out */

/*
 * Calls whose selector is an argument, and which of its bits that keeps (src/kern/selectors.c).
 * What a rule compares beyond those is not known.
 */
static const struct {
	const char *syscall;
	uint32_t index, bits;
} recorded[] = {
	{ "bpf", 0, 0x3f },	     { "clone", 0, 0x7e020000 },  { "setns", 1, 0x7e020080 },
	{ "syslog", 0, 0xf },	     { "umount2", 1, 0xf },	  { "unshare", 0, 0x7e020080 },
	{ "get_mempolicy", 4, 0x3 }, { "set_mempolicy", 0, 0xf },
};

static uint32_t recorded_bits(const char *syscall, uint32_t index)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(recorded); i++)
		if (recorded[i].index == index && !strcmp(recorded[i].syscall, syscall))
			return recorded[i].bits;
	return 0;
}

/* For comparisons other than this one whole arguments would have to be known. */
static enum ct_tristate is_true(const struct ct_seccomp_arg *arg, const char *syscall, uint32_t sel)
{
	uint32_t bits = recorded_bits(syscall, arg->index);

	if (arg->op != CT_SECCOMP_MASKED_EQ || sel == ~0u || arg->value & ~(uint64_t)bits)
		return CT_UNKNOWN;
	return (sel & arg->value) == arg->value_two ? CT_YES : CT_NO;
}

static enum ct_tristate matches(const struct ct_seccomp_rule *r, uint32_t sel, uint64_t caps)
{
	enum ct_tristate all = CT_YES;

	if ((caps & r->with) != r->with || caps & r->without)
		return CT_NO;
	for (size_t i = 0; i < r->nargs; i++) {
		enum ct_tristate one = is_true(&r->args[i], r->syscall, sel);

		if (one == CT_NO)
			return CT_NO;
		if (one == CT_UNKNOWN)
			all = CT_UNKNOWN;
	}
	return all;
}

bool ct_profile__names(const struct ct_seccomp_profile *p, const char *syscall)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (!strcmp(p->rules[i].syscall, syscall))
			return true;
	return false;
}

bool ct_profile__says_enosys(const struct ct_seccomp_profile *p, const char *syscall)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].enosys && !strcmp(p->rules[i].syscall, syscall))
			return true;
	return false;
}

enum ct_tristate ct_profile__allows(const struct ct_seccomp_profile *p, const char *syscall,
				    uint32_t sel, uint64_t caps)
{
	bool allow = false, refuse = false, unknown = false;

	for (size_t i = 0; i < p->nrules; i++) {
		enum ct_tristate m;

		if (strcmp(p->rules[i].syscall, syscall) != 0)
			continue;
		m = matches(&p->rules[i], sel, caps);
		unknown |= m == CT_UNKNOWN;
		if (m == CT_YES)
			*(p->rules[i].allow ? &allow : &refuse) = true;
	}
	if (unknown || (allow && refuse))
		return CT_UNKNOWN;
	if (allow || refuse)
		return allow ? CT_YES : CT_NO;
	return p->allows_rest ? CT_YES : CT_NO;
}

static uint64_t spoken_of(const struct ct_seccomp_profile *p, const char *syscall)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < p->nrules; i++)
		if (!strcmp(p->rules[i].syscall, syscall))
			caps |= p->rules[i].with | p->rules[i].without;
	return caps;
}

/* The next subset of all after set, in numerical order; 0 after the last. */
static uint64_t next_subset(uint64_t set, uint64_t all)
{
	return (set - all) & all;
}

/* Does no smaller set do as well? */
static bool is_minimal(const struct ct_seccomp_profile *p, const char *syscall, uint32_t sel,
		       uint64_t set)
{
	ct_caps__for_each(cap, set)
		if (ct_profile__allows(p, syscall, sel, set & ~(1ull << cap)) == CT_YES)
			return false;
	return true;
}

struct ct_gate ct_profile__gate(const struct ct_seccomp_profile *p, const char *syscall,
				uint32_t sel, uint64_t had)
{
	struct ct_gate g = {
		.text = "the container's seccomp profile allows this call only with it; else it "
			"fails",
	};
	uint64_t caps = spoken_of(p, syscall), set = 0;

	if (!caps || ct_profile__allows(p, syscall, sel, 0) == CT_YES)
		return g;
	/* Single ones are alternatives; a set of several counts if the container had all of it. */
	for (bool first = true; ct_caps__count(caps) <= MAX_CAPS && (first || set); first = false) {
		if (ct_profile__allows(p, syscall, sel, set) == CT_YES &&
		    is_minimal(p, syscall, sel, set)) {
			if (ct_caps__count(set) == 1)
				g.any |= set;
			else if (!(set & ~had) && !g.all)
				g.all = set;
		}
		set = next_subset(set, caps);
	}
	if (g.any & had || !g.all)
		g.all = 0;
	else
		g.any = 0;
	if (!g.any && !g.all) {
		g.all = caps & had;
		g.text =
			"the container's seccomp profile may allow this call only with it; captrim "
			"does not evaluate these rules of the profile";
		g.doubtful = true;
	}
	return g;
}
