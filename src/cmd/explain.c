/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim explain: what a capability allows, or what a place in the kernel asks for. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/amount.h"
#include "base/opt.h"
#include "base/term.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "emit/common.h"
#include "judge/rules.h"

#define LABEL_WIDTH 12
#define RULE_WIDTH  20
#define RULE_NEXT   "                    "
#define IDENTIFIER  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#define NEAR_MAX    4 /* names offered for an unknown one */

static int color = CT_COLOR_AUTO;
static bool verbose;

/* Without --verbose; some capabilities are asked for by hundreds of drivers. */
#define TOPICS_SHOWN 10
#define SITES_SHOWN  5

static const struct ct_opt explain_opts[] = {
	CT_ROW_COLOR(&color),
	{ 'v', "verbose", NULL, CT_OPT_FLAG, &verbose, NULL,
	  "of a capability: all that it is asked for, and all call sites" },
	{ .name = NULL },
};

const struct ct_command ct_explain_command = {
	.name = "explain",
	.args = "[CAPABILITY|SITE]",
	.summary = "say what a capability allows and risks, or what a call site asks for",
	.details = "With a capability (CHOWN, cap_chown, 0): what it allows, how far it reaches, "
		   "why it\n"
		   "is dangerous, what uses it, a safer way, and where the kernel asks for it.\n"
		   "With a kernel function: the rules by which captrim judges checks made there.\n"
		   "Without either: all capabilities.",
	.opts = explain_opts,
};

static void put_labelled(const struct ct_term *t, const char *label, const char *text)
{
	if (!text)
		return;
	printf("  %s%-*s%s", ct_term__dim(t), LABEL_WIDTH - 2, label, ct_term__reset(t));
	ct_emit__fold(stdout, text, t->width, LABEL_WIDTH, "            ");
}

static const char *reach(enum ct_scope scope)
{
	switch (scope) {
	case CT_SCOPE_HOST: return "reaches THE WHOLE HOST, also from a container";
	case CT_SCOPE_NAMESPACE: return "stays within the namespaces and mounts of a container";
	default: return "reaches nothing";
	}
}

static void put_folded(const struct ct_term *t, const char *color, const char *text)
{
	printf("%*s%s", RULE_WIDTH, "", color);
	ct_emit__flow(stdout, text, t->width, RULE_WIDTH, RULE_NEXT);
	printf("%s\n", *color ? ct_term__reset(t) : "");
}

/* Verdict or capability on the left, what the rule says beside it. */
static void put_rule(const struct ct_term *t, const struct ct_rule *rule, const char *head,
		     const char *text)
{
	const char *scope = rule->scope == CT_SCOPE_HOST ? "HOST: " : "";
	ct_autofree char *line = ct_xasprintf("%s%s", scope, text);

	printf("  %s%-*s%s", ct_term__bold(t), RULE_WIDTH - 2, head, ct_term__reset(t));
	ct_emit__fold(stdout, line, t->width, RULE_WIDTH, RULE_NEXT);
	if (rule->alternatives) {
		ct_autofree char *names = ct_caps__join(rule->alternatives, " or ", "");
		ct_autofree char *other = ct_xasprintf("%s does as well", names);

		put_folded(t, "", other);
	}
}

/*
 * The text without " (name)", the function in brackets that tells apart rules which are otherwise
 * the same for a hundred drivers. The caller frees.
 */
static char *common_text(const struct ct_rule *rule)
{
	const char *open = strstr(rule->text, " ("), *close;

	if (!open)
		return ct_xstrdup(rule->text);
	close = open + 2 + strspn(open + 2, IDENTIFIER);
	if (*close != ')')
		return ct_xstrdup(rule->text);
	return ct_xasprintf("%.*s%s", (int)(open - rule->text), rule->text, close + 1);
}

struct topic {
	const struct ct_rule *rule;
	char *text;
};

/* Rules with the same text and the same consequences are one topic. */
static int topic_cmp(const struct topic *a, const struct topic *b)
{
	const struct ct_rule *ra = a->rule, *rb = b->rule;
	int by_text;

	if (ra->verdict != rb->verdict)
		return ra->verdict > rb->verdict ? -1 : 1;
	by_text = strcmp(a->text, b->text);
	if (by_text)
		return by_text;
	if (ra->scope != rb->scope)
		return ra->scope > rb->scope ? -1 : 1;
	if (ra->alternatives != rb->alternatives)
		return ra->alternatives > rb->alternatives ? -1 : 1;
	return 0;
}

static int topic_order(const void *x, const void *y)
{
	const struct topic *a = x, *b = y;
	int cmp = topic_cmp(a, b);

	return cmp ? cmp : strcmp(a->rule->site, b->rule->site);
}

/* How many rules the first topic consists of. */
static size_t topic_len(const struct topic *topics, size_t n)
{
	size_t i = 1;

	while (i < n && !topic_cmp(&topics[i], &topics[0]))
		i++;
	return i;
}

/* Prints the first topic and its sites. Returns how many rules it consists of. */
static size_t put_topic(const struct ct_term *t, const struct topic *topics, size_t n)
{
	const struct ct_rule *rule = topics[0].rule;
	const char *last = NULL;
	struct ct_str sites = { 0 };
	size_t i, nsites = 0;

	for (i = 0; i < n && !topic_cmp(&topics[i], &topics[0]); i++) {
		if (last && !strcmp(last, topics[i].rule->site))
			continue;
		if (verbose || nsites < SITES_SHOWN)
			ct_str__addf(&sites, "%s%s", last ? ", " : "", topics[i].rule->site);
		nsites++;
		last = topics[i].rule->site;
	}
	if (!verbose && nsites > SITES_SHOWN)
		ct_str__addf(&sites, " and %zu more", nsites - SITES_SHOWN);
	put_rule(t, rule, ct_verdict__name(rule->verdict), topics[0].text);
	put_folded(t, ct_term__dim(t), sites.s);
	ct_str__free(&sites);
	return i;
}

static void put_sites(const struct ct_term *t, int cap)
{
	const struct ct_rule *rules;
	struct topic *topics = NULL;
	size_t n, len = 0, size = 0, shown = 0;

	rules = ct_rules__all(&n);
	for (size_t i = 0; i < n; i++)
		if (rules[i].kind != CT_RULE_ASK && rules[i].caps & (1ull << cap))
			*CT_PUSH(topics, len, size) = (struct topic){ &rules[i],
								      common_text(&rules[i]) };
	if (len) {
		qsort(topics, len, sizeof(*topics), topic_order);
		puts("\n  The kernel asks for it when it comes to");
	}
	for (size_t i = 0; i < len; shown++)
		if (verbose || shown < TOPICS_SHOWN)
			i += put_topic(t, topics + i, len - i);
		else
			i += topic_len(topics + i, len - i);
	if (!verbose && shown > TOPICS_SHOWN)
		printf("\n  and %zu things more: captrim explain -v %s\n", shown - TOPICS_SHOWN,
		       ct_cap__name(cap));
	for (size_t i = 0; i < len; i++)
		free(topics[i].text);
	free(topics);
}

static void explain_cap(const struct ct_term *t, int cap)
{
	const struct ct_cap_info *info = ct_cap__info(cap);
	ct_autofree char *risk = NULL;

	printf("%s%s%s (capability %d)\n\n", ct_term__bold(t), ct_cap__name(cap), ct_term__reset(t),
	       cap);
	if (info) {
		risk = ct_xasprintf("%s; %s", ct_risk__name(info->risk), reach(info->scope));
		put_labelled(t, "allows to", info->allows);
		put_labelled(t, "risk", risk);
		put_labelled(t, "danger", info->danger);
		put_labelled(t, "used by", info->uses);
		put_labelled(t, "instead", info->instead);
	} else {
		puts("  newer than this captrim knows");
	}
	put_sites(t, cap);
}

/* Has an earlier rule said the same? Such rules differ only in a condition that the text omits. */
static bool said_before(const struct ct_rule *rules, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (rules[k].caps == rules[i].caps && rules[k].verdict == rules[i].verdict &&
		    rules[k].alternatives == rules[i].alternatives &&
		    !strcmp(rules[k].text, rules[i].text))
			return true;
	return false;
}

/* "before Linux 6.12: ", for the caller to free; "" for a rule that holds in all versions. */
static char *versions(const struct ct_rule *rule)
{
	struct ct_str str = { 0 };

	ct_str__add(&str, "");
	for (size_t i = 0; i < CT_CONDITIONS; i++) {
		const struct ct_condition *c = &rule->when[i];
		bool before = c->when == CT_WHEN_BEFORE;

		if (before || c->when == CT_WHEN_SINCE)
			ct_str__addf(&str, "%s Linux %u.%u: ", before ? "before" : "since",
				     c->arg >> 16, c->arg & 0xffff);
	}
	return str.s;
}

/* Returns whether there is such a site. */
static bool explain_site(const struct ct_term *t, const char *site)
{
	const struct ct_rule *rules;
	size_t n = 0;

	rules = ct_rules__at(site, &n);
	if (!rules)
		return false;
	printf("%s%s%s (a function of the kernel)\n\n", ct_term__bold(t), site, ct_term__reset(t));
	if (rules[0].kind == CT_RULE_ASK) {
		puts("  It passes the question on; the function that calls it decides what for.");
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		ct_autofree char *caps = ct_caps__join(rules[i].caps, " ", "");
		ct_autofree char *since = versions(&rules[i]), *text = NULL;

		if (said_before(rules, i))
			continue;
		text = ct_xasprintf("%s%s%s, %s", since, ct_verdict__name(rules[i].verdict),
				    rules[i].doubtful ? " but doubtful" : "", rules[i].text);
		put_rule(t, &rules[i], caps, text);
		if (rules[i].source)
			put_folded(t, ct_term__dim(t), rules[i].source);
	}
	return true;
}

static void explain_all(const struct ct_term *t)
{
	printf("%-18s  %-9s  %-6s  %s\n", "CAPABILITY", "SCOPE", "RISK", "ALLOWS TO");
	for (int cap = 0; cap < CT_CAP_KNOWN; cap++) {
		const struct ct_cap_info *info = ct_cap__info(cap);
		bool host = info->scope == CT_SCOPE_HOST;

		printf("%-18s  %s%-9s%s  %-6s  ", info->name, host ? ct_term__bad(t) : "",
		       host ? "HOST" : ct_scope__name(info->scope), host ? ct_term__reset(t) : "",
		       ct_risk__name(info->risk));
		ct_emit__fold(stdout, info->allows, t->width, 39,
			      "                                       ");
	}
}

/* Levenshtein's distance, without regard to case; SIZE_MAX for words too long to compare. */
static size_t distance(const char *a, const char *b)
{
	size_t row[65], len = strlen(b);

	if (len >= CT_ARRAY_SIZE(row) || strlen(a) >= CT_ARRAY_SIZE(row))
		return SIZE_MAX;
	for (size_t i = 0; i <= len; i++)
		row[i] = i;
	for (size_t i = 1; *a; a++, i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= len; k++) {
			size_t best = diagonal + !!strncasecmp(a, b + k - 1, 1);

			diagonal = row[k];
			best = row[k] + 1 < best ? row[k] + 1 : best;
			row[k] = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
		}
	}
	return row[len];
}

struct near {
	const char *names[NEAR_MAX];
	size_t distances[NEAR_MAX], len;
};

/* Keeps the nearest names, the nearest first, each once. */
static void near_add(struct near *near, const char *word, const char *name)
{
	size_t d = distance(word, name), at;

	if (d > 2 + strlen(word) / 4)
		return;
	for (size_t i = 0; i < near->len; i++)
		if (!strcmp(near->names[i], name))
			return;
	for (at = 0; at < near->len && near->distances[at] <= d; at++)
		;
	if (at == NEAR_MAX)
		return;
	if (near->len < NEAR_MAX)
		near->len++;
	for (size_t i = near->len - 1; i > at; i--) {
		near->names[i] = near->names[i - 1];
		near->distances[i] = near->distances[i - 1];
	}
	near->names[at] = name;
	near->distances[at] = d;
}

static int unknown(const char *word)
{
	const char *bare = strncasecmp(word, "CAP_", 4) ? word : word + 4;
	ct_autofree char *safe = ct_printable(word);
	const struct ct_rule *rules;
	struct near near = { .len = 0 };
	struct ct_str list = { 0 };
	size_t n;

	for (int cap = 0; cap < CT_CAP_KNOWN; cap++)
		near_add(&near, bare, ct_cap__name(cap));
	rules = ct_rules__all(&n);
	for (size_t i = 0; i < n; i++)
		near_add(&near, word, rules[i].site);
	for (size_t i = 0; i < near.len; i++)
		ct_str__addf(&list, "%s%s", i ? ", " : "", near.names[i]);
	if (list.len)
		ct_warn("'%s' is neither a capability nor a call site known here; near: %s", safe,
			list.s);
	else
		ct_warn("'%s' is neither a capability nor a call site known here; "
			"'captrim explain' lists the capabilities",
			safe);
	ct_str__free(&list);
	return 2;
}

static int explain(const char *word)
{
	struct ct_term term = ct_term__of(stdout, (enum ct_color)color);
	const char *rest;
	uint64_t number;
	int cap;

	if (term.width < 40)
		term.width = 40;
	cap = word ? ct_cap__parse(word) : -1;
	if (word && !ct_number__parse(word, &number, &rest) && !*rest && number < CT_CAP_KNOWN)
		cap = (int)number;
	if (!word)
		explain_all(&term);
	else if (cap >= 0)
		explain_cap(&term, cap);
	else if (!explain_site(&term, word))
		return unknown(word);
	return 0;
}

int ct_cmd__explain(int argc, char **argv)
{
	struct ct_strlist rest = { 0 };
	ct_autoerr struct ct_err err = { 0 };
	int ret;

	ret = ct_opts__parse(&ct_explain_command, argc, argv, &rest, &err);
	if (!ret && rest.len > 1)
		ret = ct_err__set(&err, EINVAL, "explain takes one name, not %zu", rest.len);
	if (ret)
		ret = ret < 0 ? ct_cmd__usage(&ct_explain_command, &err) : 0;
	else
		ret = explain(rest.len ? rest.items[0] : NULL);
	ct_strlist__free(&rest);
	return ret;
}
