/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/opt.h"

#include <errno.h>
#include <string.h>

#include "base/amount.h"

#define HELP_COLUMN 28
#define HELP_WIDTH  80

static const struct ct_opt help_opt = {
	.letter = 'h',
	.name = "help",
	.help = "show this text and end",
};

int ct_duration__parse(const char *s, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ms", 1000000ull },		{ "s", 1000000000ull },
		{ "m", 60 * 1000000000ull },	{ "h", 3600 * 1000000000ull },
		{ "d", 86400 * 1000000000ull },
	};
	uint64_t n, result;
	const char *end;

	if (ct_number__parse(s, &n, &end) || !n)
		return -EINVAL;
	for (size_t i = 0; i < CT_ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		if (__builtin_mul_overflow(n, units[i].ns, &result))
			return -EINVAL;
		*ns = result;
		return 0;
	}
	return -EINVAL;
}

static void strlist__add(struct ct_strlist *l, const char *s)
{
	*CT_PUSH(l->items, l->len, l->cap) = s;
}

void ct_strlist__free(struct ct_strlist *l)
{
	free(l->items);
	*l = (struct ct_strlist){ 0 };
}

static int parse_uint(const char *s, uint64_t *value)
{
	uint64_t n;
	const char *end;

	if (ct_number__parse(s, &n, &end) || *end)
		return -EINVAL;
	*value = n;
	return 0;
}

static int bad_choice(const struct ct_opt *o, const char *value, struct ct_err *err)
{
	struct ct_str known = { 0 };
	ct_autofree char *word = ct_printable(value);

	for (size_t i = 0; o->choices[i]; i++)
		ct_str__addf(&known, "%s%s", i ? ", " : "", o->choices[i]);
	ct_err__set(err, EINVAL, "--%s: '%s' is not one of %s", o->name, word, known.s);
	ct_str__free(&known);
	return -EINVAL;
}

/* A text with choices must be one of them, as a choice must. */
static int set_text(const struct ct_opt *o, const char *value, struct ct_err *err)
{
	bool known = !o->choices;

	for (int i = 0; !known && o->choices[i]; i++)
		known = !strcmp(o->choices[i], value);
	if (!known)
		return bad_choice(o, value, err);
	*(const char **)o->dest = value;
	return 0;
}

static int set_choice(const struct ct_opt *o, const char *value, struct ct_err *err)
{
	for (int i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], value)) {
			*(int *)o->dest = i;
			return 0;
		}
	}
	return bad_choice(o, value, err);
}

static int set_value(const struct ct_opt *o, const char *value, struct ct_err *err)
{
	ct_autofree char *word = ct_printable(value);

	switch (o->type) {
	case CT_OPT_FLAG: *(bool *)o->dest = true; return 0;
	case CT_OPT_STR: return set_text(o, value, err);
	case CT_OPT_LIST: strlist__add(o->dest, value); return 0;
	case CT_OPT_UINT:
		if (!parse_uint(value, o->dest))
			return 0;
		return ct_err__set(err, EINVAL, "--%s: '%s' is not a whole number", o->name, word);
	case CT_OPT_DURATION:
		if (!ct_duration__parse(value, o->dest))
			return 0;
		return ct_err__set(err, EINVAL,
				   "--%s: '%s' is not a duration; write 500ms, 30s, 5m, 2h or 1d",
				   o->name, word);
	case CT_OPT_CHOICE: return set_choice(o, value, err);
	}
	return ct_err__set(err, EINVAL, "--%s: internal error: the option has an unknown type",
			   o->name);
}

static const struct ct_opt *find_long(const struct ct_command *cmd, const char *name, size_t len)
{
	for (const struct ct_opt *o = cmd->opts; o && o->name; o++)
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	return len == 4 && !memcmp(name, "help", 4) ? &help_opt : NULL;
}

static const struct ct_opt *find_letter(const struct ct_command *cmd, char letter)
{
	for (const struct ct_opt *o = cmd->opts; o && o->name; o++)
		if (o->letter == letter)
			return o;
	return letter == 'h' ? &help_opt : NULL;
}

/* The Levenshtein distance; words of more than 32 characters are never near. */
static size_t distance(const char *a, size_t la, const char *b)
{
	size_t row[33], lb = strlen(b);

	if (la > 32 || lb > 32)
		return SIZE_MAX;
	for (size_t i = 0; i <= lb; i++)
		row[i] = i;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= lb; k++) {
			size_t best = diagonal + (a[i - 1] != b[k - 1]);

			diagonal = row[k];
			if (row[k] + 1 < best)
				best = row[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
		}
	}
	return row[lb];
}

static int unknown_long(const struct ct_command *cmd, const char *name, size_t len,
			struct ct_err *err)
{
	ct_autofree char *raw = ct_xstrndup(name, len);
	ct_autofree char *word = ct_printable(raw);
	const char *nearest = NULL;
	size_t best = len > 5 ? 4 : 3; /* more edits than this are not a typing error */

	for (const struct ct_opt *o = cmd->opts; o && o->name; o++) {
		size_t d = distance(name, len, o->name);

		if (d < best) {
			best = d;
			nearest = o->name;
		}
	}
	if (nearest)
		return ct_err__set(err, EINVAL, "unknown option --%s; did you mean --%s?", word,
				   nearest);
	return ct_err__set(err, EINVAL, "unknown option --%s", word);
}

/* Takes the option's value from the same word or from the next one. */
static int take_value(const struct ct_opt *o, const char *attached, int argc, char **argv, int *i,
		      struct ct_err *err)
{
	if (attached)
		return set_value(o, attached, err);
	if (*i + 1 >= argc)
		return ct_err__set(err, EINVAL, "--%s needs a value: --%s %s", o->name, o->name,
				   o->arg ? o->arg : "VALUE");
	return set_value(o, argv[++*i], err);
}

/* Returns 1 for --help, as do the two functions below. */
static int parse_long(const struct ct_command *cmd, int argc, char **argv, int *i,
		      struct ct_err *err)
{
	const char *name = argv[*i] + 2;
	const char *eq = strchr(name, '=');
	size_t len = eq ? (size_t)(eq - name) : strlen(name);
	const struct ct_opt *o = find_long(cmd, name, len);

	if (!o)
		return unknown_long(cmd, name, len, err);
	if (o->type != CT_OPT_FLAG)
		return take_value(o, eq ? eq + 1 : NULL, argc, argv, i, err);
	if (eq)
		return ct_err__set(err, EINVAL, "--%s takes no value", o->name);
	return o == &help_opt ? 1 : set_value(o, "", err);
}

static int parse_letters(const struct ct_command *cmd, int argc, char **argv, int *i,
			 struct ct_err *err)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct ct_opt *o = find_letter(cmd, *p);
		ct_autofree char *word = ct_printable(argv[*i]);
		int ret;

		if (!o)
			return ct_err__set(err, EINVAL, "unknown option in '%s'", word);
		if (o == &help_opt)
			return 1;
		if (o->type != CT_OPT_FLAG)
			return take_value(o, p[1] ? p + 1 : NULL, argc, argv, i, err);
		ret = set_value(o, "", err);
		if (ret)
			return ret;
	}
	return 0;
}

static int parse_words(const struct ct_command *cmd, int argc, char **argv, struct ct_strlist *rest,
		       struct ct_err *err)
{
	bool ended = false;

	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int ret;

		if (ended || word[0] != '-' || !word[1]) {
			strlist__add(rest, word);
			ended |= cmd->stop_early;
			continue;
		}
		if (!strcmp(word, "--")) {
			ended = true;
			continue;
		}
		if (word[1] == '-')
			ret = parse_long(cmd, argc, argv, &i, err);
		else
			ret = parse_letters(cmd, argc, argv, &i, err);
		if (ret)
			return ret;
	}
	return 0;
}

int ct_opts__parse(const struct ct_command *cmd, int argc, char **argv, struct ct_strlist *rest,
		   struct ct_err *err)
{
	struct ct_strlist words = { 0 };
	int ret = parse_words(cmd, argc, argv, &words, err);

	if (ret) {
		ct_strlist__free(&words);
		if (ret == 1)
			ct_opts__help(cmd, stdout);
		return ret;
	}
	for (size_t i = 0; i < words.len; i++)
		strlist__add(rest, words.items[i]);
	ct_strlist__free(&words);
	return 0;
}

/* Writes text at HELP_COLUMN, where the line already is, on as many lines as it takes. */
static void help_text(const char *text, FILE *out)
{
	size_t at = HELP_COLUMN;

	while (text && *text) {
		size_t len = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + len > HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		}
		at += fprintf(out, "%s%.*s", at > HELP_COLUMN ? " " : "", (int)len, text);
		text += len + strspn(text + len, " ");
	}
	fputc('\n', out);
}

static void help_line(const struct ct_opt *o, FILE *out)
{
	struct ct_str left = { 0 }, choices = { 0 };

	if (o->letter)
		ct_str__addf(&left, "  -%c, --%s", o->letter, o->name);
	else
		ct_str__addf(&left, "      --%s", o->name);
	if (o->arg)
		ct_str__addf(&left, " %s", o->arg);
	if (left.len + 2 > HELP_COLUMN)
		fprintf(out, "%s\n%*s", left.s, HELP_COLUMN, "");
	else
		fprintf(out, "%-*s", HELP_COLUMN, left.s);
	help_text(o->help, out);
	ct_str__free(&left);
	if (o->type != CT_OPT_CHOICE || !o->choices)
		return;
	for (size_t i = 0; o->choices[i]; i++)
		ct_str__addf(&choices, "%s %s", i ? "," : "one of:", o->choices[i]);
	fprintf(out, "%*s", HELP_COLUMN, "");
	help_text(choices.s, out);
	ct_str__free(&choices);
}

void ct_opts__help(const struct ct_command *cmd, FILE *out)
{
	fprintf(out, "Usage: captrim %s%s%s\n\n%s\n", cmd->name, cmd->args && *cmd->args ? " " : "",
		cmd->args ? cmd->args : "", cmd->summary);
	if (cmd->details)
		fprintf(out, "\n%s\n", cmd->details);
	fputs("\nOptions:\n", out);
	for (const struct ct_opt *o = cmd->opts; o && o->name; o++)
		help_line(o, out);
	help_line(&help_opt, out);
}

static void dump_option(const struct ct_command *cmd, const struct ct_opt *o, FILE *out)
{
	fprintf(out, "option\t%s\t%c\t%s\t%s\t", cmd->name, o->letter ? o->letter : '-', o->name,
		o->arg ? o->arg : "-");
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		fprintf(out, "%s%s", i ? "," : "", o->choices[i]);
	fprintf(out, "%s\t%s\n", o->choices ? "" : "-", o->help);
}

void ct_opts__dump(const struct ct_command *cmd, FILE *out)
{
	fprintf(out, "command\t%s\t%s\n", cmd->name, cmd->summary);
	for (const struct ct_opt *o = cmd->opts; o && o->name; o++)
		dump_option(cmd, o, out);
	dump_option(cmd, &help_opt, out);
}
