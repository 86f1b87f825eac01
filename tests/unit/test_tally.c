/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many recordings, one advice: the union of what each needed, nothing twice, whatever
 * the order; with sessions at random and with the golden recordings.
 */
#include <inttypes.h>

#include "ct/selector.h"
#include "emit/emit.h"
#include "model/identity.h"
#include "model/tally.h"
#include "random.h"

#define ROUNDS 100

static unsigned int joined; /* parts of equal setting */

/* ---- what an advice says, as text ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct lines {
	char **s;
	size_t n, cap;
};

static void add_line(struct lines *l, char *line)
{
	*CT_PUSH(l->s, l->n, l->cap) = line;
}

static char *join_sorted(struct lines *l, bool once)
{
	struct ct_str out = { 0 };

	ct_str__add(&out, "");
	if (l->n)
		qsort(l->s, l->n, sizeof(*l->s), by_text);
	for (size_t i = 0; i < l->n; i++)
		if (!once || !i || strcmp(l->s[i], l->s[i - 1]) != 0)
			ct_str__addf(&out, "%s;", l->s[i]);
	for (size_t i = 0; i < l->n; i++)
		free(l->s[i]);
	free(l->s);
	return out.s;
}

/*
 * Comparisons depend on the set that is advised, which is larger for all together, and a capset is
 * no need if another recording lived without.
 */
static bool depends_on_others(const struct ct_reason *r)
{
	return !strcmp(r->site, "cap_safe_nice") || !strcmp(r->site, "cap_ptrace_access_check") ||
	       !strcmp(r->site, "cap_capset");
}

/* "required 1000" for every need, each once. */
static void add_needs(struct lines *l, const struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		for (size_t k = 0; k < a->caps[i].nreasons; k++) {
			const struct ct_reason *r = &a->caps[i].reasons[k];

			if (depends_on_others(r))
				continue;
			if (r->verdict == CT_REQUIRED || (r->verdict == CT_OPTIONAL && r->granted))
				add_line(l, ct_xasprintf("%s %" PRIx64,
							 ct_verdict__name(r->verdict), r->any_of));
		}
	}
}

static char *needs_text(const struct ct_advice *a)
{
	struct lines l = { 0 };

	add_needs(&l, a);
	return join_sorted(&l, true);
}

static void add_counts(struct ct_str *out, const struct ct_cap_verdict *v)
{
	ct_autofree char *reasons = NULL;
	struct lines l = {};

	for (size_t i = 0; i < v->nreasons; i++) {
		const struct ct_reason *r = &v->reasons[i];

		add_line(&l, ct_xasprintf("\n  %s %" PRIx64 " %s %s %s %d %" PRIu64 "/%" PRIu64
					  " %" PRIu64 " %" PRIu64 " %" PRIu64 "-%" PRIu64 " %s",
					  ct_verdict__name(r->verdict), r->any_of, r->site,
					  r->syscall ? r->syscall : "", r->phase, r->scope,
					  r->granted, r->denied, r->outcome.ok, r->outcome.eacces,
					  r->first_ns, r->last_ns, r->text));
	}
	reasons = join_sorted(&l, false);
	ct_str__addf(out, " %" PRIu64 "/%" PRIu64 " in %zu%s", v->granted, v->denied, v->seen_in,
		     reasons);
}

static char *caps_text(const struct ct_advice *a, bool counted)
{
	struct ct_str out = { 0 };

	ct_str__addf(&out, "add %" PRIx64 " optional %" PRIx64 " removed %" PRIx64, a->cap_add,
		     a->optional, a->removed);
	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *v = &a->caps[i];

		ct_str__addf(&out, " %s %s scope %d other %" PRIx64, ct_cap__name(v->cap),
			     ct_verdict__name(v->verdict), v->scope, v->alternatives);
		if (counted)
			add_counts(&out, v);
	}
	if (counted)
		ct_str__addf(&out, " of %zu: %s, %s, %" PRIu64 " checks, %" PRIu64 " unknown",
			     a->recordings, a->why, ct_confidence__name(a->confidence), a->checks,
			     a->unknown_sites);
	return out.s;
}

static char *warnings_text(const struct ct_advice *a)
{
	struct lines l = { 0 };

	for (size_t i = 0; i < a->nwarnings; i++)
		add_line(&l, ct_xasprintf("%s %d", a->warnings[i].code, a->warnings[i].cap));
	return join_sorted(&l, false);
}

/* Everything that must not depend on the order; counted: numbers as well. */
static char *report_text(struct ct_session *s, bool counted)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	struct lines l = { 0 };

	for (size_t i = 0; i < r->nadvices; i++) {
		const struct ct_advice *a = &r->advices[i];
		ct_autoidentity struct ct_identity id = {};
		struct ct_exercised e = ct_workload__exercised(a->workload);
		ct_autofree char *caps = caps_text(a, counted);
		ct_autofree char *needs = needs_text(a), *warnings = warnings_text(a);

		ct_identity__of(a->workload, &id);
		add_line(&l, ct_xasprintf("%s -> %s; needs %s warnings %s kinds %" PRIu64
					  " ns %" PRIu64 " phases %x gaps %x\n",
					  id.key, caps, needs, warnings, counted ? e.kinds : 0,
					  counted ? e.ns : 0, e.phases, a->gaps));
	}
	return join_sorted(&l, false);
}

/* The advices in JSON, to the byte, in an order of their own. */
static char *report_json(struct ct_session *s)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	struct lines l = {};

	for (size_t i = 0; i < r->nadvices; i++) {
		/* The host is that of the first recording. */
		const struct ct_session nowhere = { .recordings = s->recordings };
		const struct ct_report one = { .session = &nowhere,
					       .advices = &r->advices[i],
					       .nadvices = 1 };
		char *text = NULL;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		ct_emit__json(&one, f);
		fclose(f);
		add_line(&l, text);
	}
	return join_sorted(&l, false);
}

/* ---- the properties ---- */

/* apart: as if no two of them had the same setting. */
static struct ct_session *added(struct ct_session *const *in, const int *order, size_t n,
				bool apart)
{
	struct ct_session *all = copy_of(in[order[0]]);

	for (size_t i = 1; i <= n; i++) {
		ct_autosession struct ct_session *next = i < n ? copy_of(in[order[i]]) : NULL;
		struct ct_session *s = i < n ? next : all;

		for (size_t k = 0; k < s->nworkloads && apart; k++)
			s->workloads[k]->open = true;
		if (next)
			ct_tally__add(all, next);
	}
	ct_tally__unite(all);
	return all;
}

static struct ct_session *merged(struct ct_session *const *in, const int *order, size_t n)
{
	return added(in, order, n, false);
}

static void check_order(struct ct_session *const *in)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					 { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	ct_autofree char *first = NULL, *first_json = NULL;

	for (size_t i = 0; i < CT_ARRAY_SIZE(orders); i++) {
		ct_autosession struct ct_session *s = merged(in, orders[i], 3);
		ct_autofree char *text = report_text(s, true), *json = report_json(s);

		if (first)
			UNIT_STR(text, first);
		else
			first = ct_steal(text);
		if (first_json)
			UNIT_STR(json, first_json);
		else
			first_json = ct_steal(json);
	}
}

/* What is added up is judged as if each were kept apart. */
static void check_apart(struct ct_session *const *in)
{
	static const int order[] = { 0, 1, 2 };
	ct_autosession struct ct_session *sum = added(in, order, 3, false);
	ct_autosession struct ct_session *apart = added(in, order, 3, true);
	ct_autofree char *text = report_text(sum, true), *expected = report_text(apart, true);

	for (size_t i = 0; i < sum->nworkloads; i++)
		joined += sum->workloads[i]->total.parts > 1;
	UNIT_STR(text, expected);
}

/* Each workload judged alone, the needs of those that became one put together. */
static void check_union(struct ct_session *const *in)
{
	ct_autosession struct ct_session *s = merged(in, (const int[]){ 0, 1, 2 }, 3);
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	for (size_t i = 0; i < r->nadvices; i++) {
		ct_autofree char *needs = needs_text(&r->advices[i]), *alone = NULL;
		struct lines l = { 0 };

		for (size_t n = 0; n < 3; n++) {
			ct_autoreport struct ct_report *one = ct_judge__session(in[n],
										CT_MODE_DEFAULT);

			for (size_t k = 0; k < one->nadvices; k++)
				if (ct_workload__same(r->advices[i].workload,
						      one->advices[k].workload))
					add_needs(&l, &one->advices[k]);
		}
		alone = join_sorted(&l, true);
		UNIT_STR(needs, alone);
	}
}

static bool same_reason(const struct ct_reason *x, const struct ct_reason *y)
{
	return x->verdict == y->verdict && x->any_of == y->any_of && !strcmp(x->site, y->site) &&
	       !strcmp(x->text, y->text) && !strcmp(x->phase, y->phase) &&
	       !strcmp(x->syscall ? x->syscall : "", y->syscall ? y->syscall : "");
}

static void check_once(struct ct_session *s)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	for (size_t i = 0; i < r->nadvices; i++) {
		for (size_t k = i + 1; k < r->nadvices; k++)
			CU_ASSERT_FALSE(
				ct_workload__same(r->advices[i].workload, r->advices[k].workload));
		for (size_t n = 0; n < r->advices[i].ncaps; n++) {
			const struct ct_cap_verdict *v = &r->advices[i].caps[n];

			CU_ASSERT(!n || v->cap > r->advices[i].caps[n - 1].cap);
			CU_ASSERT(v->seen_in <= r->advices[i].recordings);
			for (size_t x = 0; x < v->nreasons; x++)
				for (size_t y = x + 1; y < v->nreasons; y++)
					CU_ASSERT_FALSE(
						same_reason(&v->reasons[x], &v->reasons[y]));
		}
	}
}

static void check_twice(struct ct_session *const *in)
{
	ct_autosession struct ct_session *once = merged(in, (const int[]){ 0 }, 1);
	ct_autosession struct ct_session *twice = merged(in, (const int[]){ 0, 0 }, 2);
	ct_autofree char *one = report_text(once, false), *two = report_text(twice, false);

	UNIT_STR(two, one);
	check_once(twice);
	CU_ASSERT_EQUAL(twice->recordings, 2);
}

/* What is merged can be saved, and says the same when it is read. */
static void check_saved(struct ct_session *const *in)
{
	ct_autosession struct ct_session *s = merged(in, (const int[]){ 0, 1, 2 }, 3);
	ct_autosession struct ct_session *back = copy_of(s);
	ct_autofree char *before = report_text(s, true), *after = NULL;

	ct_tally__unite(back);
	after = report_text(back, true);
	UNIT_STR(after, before);
	CU_ASSERT_EQUAL(back->recordings, 3);
}

static void check_all(struct ct_session *const *in)
{
	check_order(in);
	check_apart(in);
	check_union(in);
	check_twice(in);
	check_saved(in);
}

static void test_random(void)
{
	for (seed = 1; seed < ROUNDS && !CU_get_number_of_failures();) {
		uint32_t round = seed;

		calm = round & 1;
		struct ct_session *in[3];

		for (unsigned int i = 0; i < 3; i++)
			in[i] = random_session(i);
		check_all(in);
		if (CU_get_number_of_failures())
			printf("with seed %" PRIu32 "\n", round);
		for (int i = 0; i < 3; i++)
			ct_session__free(in[i]);
		seed = round + 1;
	}
	CU_ASSERT(joined > 0); /* or nothing was tried */
}

static void test_golden(void)
{
	glob_t found = golden_recordings();

	CU_ASSERT_FATAL(found.gl_pathc >= 3);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct ct_session *in[3] = { 0 };

		for (size_t k = 0; k < 3; k++)
			CU_ASSERT_EQUAL_FATAL(
				ct_recording__read(found.gl_pathv[(i + k) % found.gl_pathc], &in[k],
						   NULL),
				0);
		check_all(in);
		/* And as if they had been the same workload. */
		for (size_t k = 0; k < 3; k++) {
			for (size_t n = 0; n < in[k]->nworkloads; n++) {
				struct ct_workload *w = in[k]->workloads[n];

				free(w->container.name);
				w->container.name = ct_xstrdup("same");
			}
		}
		check_order(in);
		check_union(in);
		check_saved(in);
		for (size_t k = 0; k < 3; k++)
			ct_session__free(in[k]);
	}
	globfree(&found);
}

/* ---- what it costs ---- */

#define MANY 1000

static const struct {
	int cap;
	const char *syscall, *stack;
} many_ways[] = {
	{ CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare ext4_setattr" },
	{ CAP_FSETID, "fchown", "capable_wrt_inode_uidgid setattr_copy ext4_setattr" },
	{ CAP_DAC_READ_SEARCH, "openat", "capable_wrt_inode_uidgid generic_permission" },
	{ CAP_DAC_OVERRIDE, "openat", "capable_wrt_inode_uidgid generic_permission" },
	{ CAP_SETUID, "setuid", "ns_capable_setid __sys_setuid" },
	{ CAP_NET_RAW, "setsockopt", "ns_capable sk_setsockopt" },
	{ CAP_SYS_NICE, "setpriority", "ns_capable set_one_prio" },
	{ CAP_SYS_RESOURCE, "prlimit64", "capable do_prlimit" },
	{ CAP_KILL, "kill", "ns_capable check_kill_permission" },
};

/* One of many recordings of the same: not everything happens in each of them. */
static struct ct_session *one_of_many(unsigned int n)
{
	struct ct_session *s = ct_session__new();
	ct_autofree char *id = ct_xasprintf("id-%u", n);
	struct ct_workload *w = build_container(s, id);

	free(ct_steal(w->container.name));
	w->container.name = ct_xstrdup("web");
	s->host.start_ms = n;
	for (size_t i = 0; i < CT_ARRAY_SIZE(many_ways); i++)
		if (i % 7 != n % 7)
			build_check(w, many_ways[i].cap, many_ways[i].syscall, many_ways[i].stack);
	build_exec(w, CT_ENTRY_MAIN, "/bin/web", 0)->ns = n;
	build_act(w, CT_ACT_SYSCALL, "unshare");
	ct_workload__add_exit(w)->comm = ct_xstrdup("web");
	return s;
}

/* A thousand recordings of equal setting cost as one. */
static void test_many(void)
{
	ct_autosession struct ct_session *all = one_of_many(0), *one = one_of_many(0);
	ct_autoreport struct ct_report *r = NULL;
	ct_autofree char *text = NULL, *alone = session_text(one);
	size_t missing = (MANY + 5) / 7; /* every seventh, from the second on */
	const struct ct_workload *w;

	for (unsigned int n = 1; n < MANY; n++) {
		ct_autosession struct ct_session *s = one_of_many(n);

		ct_tally__add(all, s);
	}
	CU_ASSERT_EQUAL_FATAL(all->nworkloads, 1);
	w = all->workloads[0];
	CU_ASSERT_EQUAL(w->nmore, 0);
	CU_ASSERT_EQUAL(w->nkinds, CT_ARRAY_SIZE(many_ways));
	CU_ASSERT_EQUAL(w->nacts, 1);
	CU_ASSERT_EQUAL(w->acts[0].count, MANY);
	CU_ASSERT_EQUAL(w->nexecs, 1);
	CU_ASSERT_EQUAL(w->nexits, 1);
	CU_ASSERT_EQUAL(w->total.parts, MANY);
	UNIT_STR(w->id, "id-999"); /* the newest one's */
	r = ct_judge__session(all, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL(r->advices[0].recordings, MANY);
	CU_ASSERT_EQUAL(build_cap(r, CAP_KILL)->granted, MANY - missing);
	CU_ASSERT_EQUAL(build_cap(r, CAP_KILL)->seen_in, MANY - missing);
	text = session_text(all);
	/* In which recordings each was seen has to be said somewhere. */
	CU_ASSERT(strlen(text) < 20 * strlen(alone));
}

/* ---- cases that are easy to get wrong ---- */

/* Root writes a net sysctl, and another user does: the one need must not hide the other. */
static void test_other_user(void)
{
	static const char stack[] = "ns_capable_noaudit net_ctl_permissions sysctl_perm";

	for (uint32_t first = 0; first < 2; first++) {
		ct_autosession struct ct_session *a = ct_session__new(), *b = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;

		build_check(build_container(first ? b : a, "x"), CAP_NET_ADMIN, "write", stack)
			->key.flags |= CT_F_EUID0;
		build_check(build_container(first ? a : b, "x"), CAP_NET_ADMIN, "write", stack);
		ct_tally__add(a, b);
		r = ct_judge__session(a, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->nadvices, 1);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(NET_ADMIN));
		CU_ASSERT_EQUAL(build_cap(r, CAP_NET_ADMIN)->seen_in, 1);
		CU_ASSERT_EQUAL(r->advices[0].recordings, 2);
		CU_ASSERT(strstr(r->advices[0].why, "; NET_ADMIN in 1 of them") != NULL);
	}
}

/* Each recording is judged by what was given there: everything, or less than the mounter holds. */
static void test_other_set(void)
{
	static const char stack[] = "capable_wrt_inode_uidgid generic_permission ovl_permission";
	static const char mount[] = "ns_capable path_mount";

	for (int first = 0; first < 2; first++) {
		ct_autosession struct ct_session *all = ct_session__new();
		ct_autoreport struct ct_report *r = NULL;

		for (int i = 0; i < 2; i++) {
			ct_autosession struct ct_session *s = ct_session__new();
			struct ct_workload *w = build_container(s, "x");

			w->container.userns = CT_NO;
			w->configured = i == first ? CT_CAPS_ALL : CT_CAPS_DOCKER_DEFAULT;
			build_check(w, CAP_DAC_OVERRIDE, "openat", stack)->key.flags |=
				CT_F_CRED_DERIVED;
			build_check(w, CAP_SYS_ADMIN, "mount", mount)->key.sel = CT_WORD_OVERLAY;
			ct_tally__add(all, s);
		}
		r = ct_judge__session(all, CT_MODE_DEFAULT);
		CU_ASSERT_EQUAL(r->advices[0].cap_add, CT_CAP(DAC_OVERRIDE) | CT_CAP(SYS_ADMIN));
		CU_ASSERT_EQUAL(build_cap(r, CAP_DAC_OVERRIDE)->seen_in, 1);
	}
}

/* A container of a service is the service's, and none of those that only have its name. */
static void test_identity(void)
{
	for (int last = 0; last < 3; last++) {
		ct_autosession struct ct_session *all = ct_session__new();

		for (int i = 0; i < 3; i++) {
			ct_autosession struct ct_session *s = ct_session__new();
			int which = (last + 1 + i) % 3;
			struct ct_workload *w = build_container(s, which == 2 ? "shop-front-2" :
										"shop-front-1");

			free(w->id);
			w->id = ct_xasprintf("id-%d", which);
			if (which != 1) {
				w->container.project = ct_xstrdup("shop");
				w->container.service = ct_xstrdup("front");
			}
			ct_tally__add(all, s);
		}
		CU_ASSERT_EQUAL(all->nworkloads, 2);
	}
}

/* Replicas are one workload, in one recording. */
static void test_replicas(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	ct_autoreport struct ct_report *r = NULL;

	for (int i = 0; i < 2; i++) {
		ct_autofree char *name = ct_xasprintf("shop-front-%d", i + 1);
		struct ct_workload *w = build_container(s, name);

		w->container.project = ct_xstrdup("shop");
		w->container.service = ct_xstrdup("front");
		build_check(w, CAP_KILL, "kill", "ns_capable check_kill_permission");
	}
	ct_tally__unite(s);
	r = ct_judge__session(s, CT_MODE_DEFAULT);
	CU_ASSERT_EQUAL_FATAL(r->nadvices, 1);
	CU_ASSERT_EQUAL(r->advices[0].recordings, 1);
	CU_ASSERT_EQUAL(build_cap(r, CAP_KILL)->seen_in, 1);
	CU_ASSERT_EQUAL(build_cap(r, CAP_KILL)->granted, 2);
	UNIT_STR(r->advices[0].workload->container.name, "shop-front-1");
}

static CU_TestInfo tests[] = {
	{ "random sessions", test_random },
	{ "golden recordings", test_golden },
	{ "many", test_many },
	{ "another user", test_other_user },
	{ "another set", test_other_set },
	{ "identity", test_identity },
	{ "replicas", test_replicas },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("tally", tests)
