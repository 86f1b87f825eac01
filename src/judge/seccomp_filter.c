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

/* The rules for one call: they are asked for many sets, and a profile may have thousands. */
struct call {
	const struct ct_seccomp_rule **rules;
	size_t n;
	bool allows_rest;
};

static struct call call_of(const struct ct_seccomp_profile *p, const char *syscall)
{
	struct call c = { .allows_rest = p->allows_rest };

	c.rules = ct_xalloc(p->nrules * sizeof(*c.rules));
	for (size_t i = 0; i < p->nrules; i++)
		if (!strcmp(p->rules[i].syscall, syscall))
			c.rules[c.n++] = &p->rules[i];
	return c;
}

static enum ct_tristate allows(const struct call *c, uint32_t sel, uint64_t caps)
{
	bool allow = false, refuse = false, unknown = false;

	for (size_t i = 0; i < c->n; i++) {
		enum ct_tristate m = matches(c->rules[i], sel, caps);

		unknown |= m == CT_UNKNOWN;
		if (m == CT_YES)
			*(c->rules[i]->allow ? &allow : &refuse) = true;
	}
	if (unknown || (allow && refuse))
		return CT_UNKNOWN;
	if (allow || refuse)
		return allow ? CT_YES : CT_NO;
	return c->allows_rest ? CT_YES : CT_NO;
}

enum ct_tristate ct_profile__allows(const struct ct_seccomp_profile *p, const char *syscall,
				    uint32_t sel, uint64_t caps)
{
	struct call c = call_of(p, syscall);
	enum ct_tristate may = allows(&c, sel, caps);

	free(c.rules);
	return may;
}

static uint64_t spoken_of(const struct call *c)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < c->n; i++)
		caps |= c->rules[i]->with | c->rules[i]->without;
	return caps;
}

/* The next subset of all after set, in numerical order; 0 after the last. */
static uint64_t next_subset(uint64_t set, uint64_t all)
{
	return (set - all) & all;
}

/* Does no smaller set do as well? */
static bool is_minimal(const struct call *c, uint32_t sel, uint64_t set)
{
	ct_caps__for_each(cap, set)
		if (allows(c, sel, set & ~(1ull << cap)) == CT_YES)
			return false;
	return true;
}

/*
 * Adds what the call needs. Single capabilities are alternatives; a set of several counts if the
 * container had all of it.
 */
static void find_sets(const struct call *c, uint32_t sel, uint64_t had, struct ct_gate *g)
{
	uint64_t caps = spoken_of(c), set = 0;

	for (bool first = true; ct_caps__count(caps) <= MAX_CAPS && (first || set); first = false) {
		if (allows(c, sel, set) == CT_YES && is_minimal(c, sel, set)) {
			if (ct_caps__count(set) == 1)
				g->any |= set;
			else if (!(set & ~had) && !g->all)
				g->all = set;
		}
		set = next_subset(set, caps);
	}
	if (g->any & had || !g->all)
		g->all = 0;
	else
		g->any = 0;
}

struct ct_gate ct_profile__gate(const struct ct_seccomp_profile *p, const char *syscall,
				uint32_t sel, uint64_t had)
{
	struct ct_gate g = {
		.text = "the container's seccomp profile allows this call only with it; else it "
			"fails",
	};
	struct call c = call_of(p, syscall);
	uint64_t caps = spoken_of(&c);
	bool is_free = !caps || allows(&c, sel, 0) == CT_YES;

	if (!is_free)
		find_sets(&c, sel, had, &g);
	free(c.rules);
	if (!is_free && !g.any && !g.all) {
		g.all = caps & had;
		g.text =
			"the container's seccomp profile may allow this call only with it; captrim "
			"does not evaluate these rules of the profile";
		g.doubtful = true;
	}
	return g;
}
