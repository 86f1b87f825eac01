/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/setting.h"

#include <inttypes.h>
#include <jansson.h>
#include <linux/mempolicy.h>
#include <string.h>

#include "base/util.h"
#include "model/caps.h"
#include "model/content.h"
#include "model/frames.h"
#include "model/whole.h"

/* The length comes first, so that nothing in a text can be taken for what follows it. */
static void add_text(struct ct_str *s, const char *text)
{
	if (text)
		ct_str__addf(s, "%zu:%s,", strlen(text), text);
	else
		ct_str__add(s, "-,");
}

static void add_number(struct ct_str *s, uint64_t n)
{
	ct_str__addf(s, "%" PRIx64 ",", n);
}

static void add_json(struct ct_str *s, const json_t *json)
{
	ct_autofree char *text = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	add_text(s, text);
}

/* Of a namespace it matters only whether it is the host's: other names are those of one boot. */
static void add_mode(struct ct_str *s, const char *mode)
{
	add_text(s, !mode ? NULL : !strcmp(mode, "host") ? "host" : "other");
}

static void add_profile(struct ct_str *s, const struct ct_seccomp_profile *p)
{
	add_number(s, p->known);
	add_number(s, p->allows_rest);
	for (size_t i = 0; i < p->nrules; i++) {
		const struct ct_seccomp_rule *r = &p->rules[i];

		add_text(s, r->syscall);
		add_number(s, r->allow);
		add_number(s, r->enosys);
		add_number(s, r->with);
		add_number(s, r->without);
		for (size_t n = 0; n < r->nargs; n++) {
			add_number(s, r->args[n].index);
			add_number(s, r->args[n].op);
			add_number(s, r->args[n].value);
			add_number(s, r->args[n].value_two);
		}
		add_json(s, r->rest);
	}
}

static void add_container(struct ct_str *s, const struct ct_container *c)
{
	add_text(s, c->user);
	add_mode(s, c->network);
	add_mode(s, c->pid_mode);
	add_mode(s, c->ipc_mode);
	add_text(s, c->engine);
	add_text(s, c->health);
	add_number(s, (uint64_t)c->privileged + 1);
	add_number(s, (uint64_t)c->userns + 1);
	add_number(s, (uint64_t)c->no_new_privs + 1);
	add_number(s, c->seccomp);
	add_profile(s, &c->profile);
}

static void add_configuration(struct ct_str *s, const struct ct_workload *w,
			      const struct ct_host *h)
{
	enum ct_tristate syscalls = w->syscalls == CT_UNKNOWN ? h->syscalls : w->syscalls;

	add_number(s, w->kind);
	add_number(s, w->runtime);
	add_text(s, w->kernel ? w->kernel : h->kernel);
	add_text(s, w->backend ? w->backend : h->backend);
	add_number(s, (uint64_t)syscalls + 1);
	add_number(s, w->configured_known);
	add_number(s, w->configured);
	add_number(s, w->sysctls.known);
	add_number(s, w->sysctls.port_start);
	add_number(s, w->sysctls.ping_low);
	add_number(s, w->sysctls.ping_high);
	add_container(s, &w->container);
	add_json(s, w->rest);
}

/*
 * How it began and ended, whether it was watched all the time, and whether it ran as root. If it
 * was imported from a recommendation, no more is known of this than what the advice says.
 */
static void add_course(struct ct_str *s, const struct ct_workload *w)
{
	add_number(s, (uint64_t)w->start_seen + 1);
	add_number(s, (uint64_t)w->end_seen + 1);
	add_number(s, (uint64_t)w->end_code);
	add_number(s, w->unwatched_ns > 0);
	add_number(s, w->told.ns || w->told.kinds);
	add_number(s, (uint64_t)ct_workload__nonroot(w) + 1);
}

/* ---- what the recording says as a whole ---- */

/* Which fact it is, and what it is about. */
struct seen_fact {
	uint64_t what, of;
};

struct facts {
	struct seen_fact *items;
	size_t len, cap;
};

enum { FACT_BEYOND, FACT_INDEX, FACT_ENTRY, FACT_AFTER };

static void add_fact(struct facts *f, uint64_t what, uint64_t of)
{
	*CT_PUSH(f->items, f->len, f->cap) = (struct seen_fact){ what, of };
}

static int by_value(const void *x, const void *y)
{
	const struct seen_fact *a = x, *b = y;

	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	return a->of < b->of ? -1 : a->of > b->of;
}

/* Adds the facts as a set: neither their order nor their number matters. */
static void add_facts(struct ct_str *s, struct facts *f)
{
	if (f->len)
		qsort(f->items, f->len, sizeof(*f->items), by_value);
	for (size_t i = 0; i < f->len; i++)
		if (!i || by_value(&f->items[i - 1], &f->items[i]))
			ct_str__addf(s, "%" PRIx64 "=%" PRIx64 ",", f->items[i].what,
				     f->items[i].of);
	free(f->items);
}

/*
 * An entry is a fingerprint of a command line. If the execve of that was seen, all else about the
 * entry follows from it.
 */
static void add_entry(struct facts *f, const struct ct_workload *w, uint32_t entry)
{
	size_t execs = 0;
	bool start;

	if (entry == CT_ENTRY_MAIN || entry == CT_ENTRY_SETUP || entry == CT_ENTRY_ENTERED)
		return;
	for (size_t i = 0; i < w->nexecs; i++)
		execs += w->execs[i].entry == entry;
	start = ct_whole__sees_start(w, entry);
	if (!start || execs > 1) {
		bool health = !strcmp(ct_workload__phase(w, entry), "health");

		add_fact(f, FACT_ENTRY, (uint64_t)entry << 2 | (uint64_t)health << 1 | start);
	}
}

static uint64_t hash_key(const struct ct_kind *k)
{
	struct ct_key key = k->key;

	key.cgroup = 0;
	key.site = ct_stack__hash(k->stack, k->stack_len);
	return (uint64_t)ct_hash32(&key, sizeof(key)) << 32 ^ key.site;
}

/* May `first` be the first half of an either-or check, of which k is the second? */
static bool may_be_first_half(const struct ct_kind *first, const struct ct_kind *k)
{
	return first->key.cap + 1 == k->key.after && !(first->key.flags & CT_F_GRANTED) &&
	       first->key.nr == k->key.nr && first->key.sel == k->key.sel &&
	       first->key.entry == k->key.entry && first->key.effective == k->key.effective;
}

/*
 * If a first half was refused on the same call path, it is known. If not, it may be anything that
 * was refused in such a call.
 */
static void add_after(struct facts *f, const struct ct_workload *w, const struct ct_kind *k)
{
	uint64_t way = ct_stack__hash(k->stack, k->stack_len);

	for (size_t i = 0; k->key.after && i < w->nkinds; i++)
		if (may_be_first_half(&w->kinds[i], k) &&
		    way == ct_stack__hash(w->kinds[i].stack, w->kinds[i].stack_len))
			return;
	if (k->key.after)
		add_fact(f, FACT_AFTER, hash_key(k));
	for (size_t i = 0; k->key.after && i < w->nkinds; i++)
		if (may_be_first_half(&w->kinds[i], k))
			add_fact(f, FACT_AFTER, hash_key(k) * 31 + hash_key(&w->kinds[i]));
}

static void add_kinds(struct facts *f, const struct ct_workload *w)
{
	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_kind *k = &w->kinds[i];

		add_entry(f, w, k->key.entry);
		add_after(f, w, k);
		if (k->key.cap == CAP_SETPCAP && ct_whole__asks_beyond(w, k->key.entry) == CT_YES)
			add_fact(f, FACT_BEYOND, k->key.entry);
		if (ct_kind__has_frame(k, "ovl_fill_super") &&
		    ct_whole__mounts_with_index(w, k->key.entry))
			add_fact(f, FACT_INDEX, k->key.entry);
	}
}

/* Adds what was seen of a container whose start was not: did it run? False: that cannot be told. */
static bool add_traces(struct ct_str *s, const struct ct_workload *w)
{
	bool runs = false, prepares = false, enters = false;

	if (w->kind != CT_WL_CONTAINER || w->start_seen == CT_YES)
		return true;
	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_key *k = &w->kinds[i].key;

		prepares |= k->entry == CT_ENTRY_SETUP;
		enters |= k->entry == CT_ENTRY_ENTERED;
		runs |= k->entry != CT_ENTRY_SETUP && k->entry != CT_ENTRY_ENTERED &&
			k->nr != CT_NR_NONE;
	}
	add_number(s, runs);
	add_number(s, prepares);
	/* That depends on whose processes entered, which is not known here. */
	return runs || prepares || !enters;
}

/* Did its entry point always start in a user namespace of the same level? */
static bool starts_alike(const struct ct_workload *w)
{
	const struct ct_exec *first = NULL;

	for (size_t i = 0; i < w->nexecs; i++) {
		const struct ct_exec *x = &w->execs[i];

		if (!ct_exec__is_entry_point(x))
			continue;
		if (first && first->creds.userns_level != x->creds.userns_level)
			return false;
		first = first ? first : x;
	}
	return true;
}

static void add_whole(struct ct_str *s, const struct ct_workload *w)
{
	struct ct_whole whole;

	ct_whole__of(w, &whole);
	add_number(s, whole.base_level);
	add_number(s, whole.base_known);
	add_number(s, whole.given);
	add_number(s, whole.mounts_no_overlay);
	add_number(s, whole.leaves_sets_alone);
	add_number(s, ct_whole__asks_beyond(w, CT_ENTRY_SETUP) == CT_UNKNOWN);
	add_number(s, ct_whole__asks_for_securebits(w));
	add_number(s, ct_whole__probes_mempolicy(w, MPOL_PREFERRED_MANY));
	add_number(s, ct_whole__probes_mempolicy(w, MPOL_DEFAULT));
}

char *ct_setting__text(const struct ct_workload *part, const struct ct_host *host)
{
	struct ct_str s = {};
	struct facts facts = {};

	if (part->open)
		return NULL;
	if (!starts_alike(part) || !add_traces(&s, part)) {
		ct_str__free(&s);
		return ct_xstrdup("");
	}
	add_configuration(&s, part, host);
	add_course(&s, part);
	add_whole(&s, part);
	add_kinds(&facts, part);
	for (size_t i = 0; i < part->nacts; i++)
		add_entry(&facts, part, part->acts[i].key.entry);
	for (size_t i = 0; i < part->nexecs; i++)
		add_entry(&facts, part, part->execs[i].entry);
	add_facts(&s, &facts);
	return s.s;
}
