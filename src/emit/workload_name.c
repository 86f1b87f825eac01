/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person would call a workload, for names in files that other programs read. A plain command
 * gets the name of the program that it runs: `env X=1 setpriv --reuid 5 /usr/bin/memcached -v` is
 * "memcached". Wrappers affect only such names, never what is advised.
 */
#include <ctype.h>
#include <string.h>

#include "emit/common.h"

/* A program that runs another one, which comes after the wrapper's own operands. */
struct wrapper {
	const char *name;
	int operands;
	const char *valued; /* options whose value is the next word */
	char text;  /* an interpreter's option whose value is program text, like a shell's -c */
	bool shell; /* that text consists of shell commands */
};

static const struct wrapper wrappers[] = {
	{ "busybox", 0, "", 0, false },
	{ "catatonit", 0, "", 0, false },
	{ "chroot", 1, "", 0, false },
	{ "chrt", 1, "-T -P -D", 0, false },
	{ "command", 0, "", 0, false },
	{ "doas", 0, "-u -C", 0, false },
	{ "dumb-init", 0, "-r --rewrite", 0, false },
	{ "env", 0, "-u --unset -C --chdir", 0, false },
	{ "exec", 0, "-a", 0, false },
	{ "ionice", 0, "-c --class -n --classdata", 0, false },
	{ "nice", 0, "-n --adjustment", 0, false },
	{ "nohup", 0, "", 0, false },
	{ "nsenter", 0, "-t --target -S --setuid -G --setgid", 0, false },
	{ "prlimit", 0, "", 0, false },
	{ "runuser", 0, "-u --user -g --group -G --supp-group", 0, false },
	{ "setarch", 1, "", 0, false },
	{ "setpriv", 0,
	  "--ruid --euid --reuid --rgid --egid --regid --groups --inh-caps --ambient-caps "
	  "--bounding-set --securebits --pdeathsig --selinux-label --apparmor-profile",
	  0, false },
	{ "setsid", 0, "", 0, false },
	{ "setuidgid", 1, "", 0, false },
	{ "stdbuf", 0, "-i --input -o --output -e --error", 0, false },
	{ "strace", 0, "-o -e -p -u -s -a -E -O -P -S -b -I -X", 0, false },
	{ "sudo", 0,
	  "-u --user -g --group -h --host -p --prompt -r --role -t --type -C -D --chdir -R "
	  "--chroot -T",
	  0, false },
	{ "taskset", 1, "", 0, false },
	{ "time", 0, "-f --format -o --output", 0, false },
	{ "timeout", 1, "-k --kill-after -s --signal", 0, false },
	{ "tini", 0, "-p -e", 0, false },
	{ "unshare", 0, "-S --setuid -G --setgid -R --root -w --wd --propagation", 0, false },
};

/* Their operand is a script, by whose name people know what runs. */
static const struct wrapper interpreters[] = {
	{ "ash", 0, "-o", 'c', true },
	{ "bash", 0, "-o -O --rcfile --init-file", 'c', true },
	{ "dash", 0, "-o", 'c', true },
	{ "java", 0, "-cp -classpath --class-path -p --module-path", 0, false },
	{ "ksh", 0, "-o", 'c', true },
	{ "node", 0, "-r --require", 'e', false },
	{ "nodejs", 0, "-r --require", 'e', false },
	{ "perl", 0, "-I", 'e', false },
	{ "php", 0, "-c -d", 'r', false },
	{ "python", 0, "-W -X", 'c', false },
	{ "ruby", 0, "-I -r", 'e', false },
	{ "sh", 0, "-o", 'c', true },
	{ "su", 1, "-g --group -G --supp-group -s --shell -w", 'c', true },
	{ "zsh", 0, "-o", 'c', true },
};

/* A word of a text, which goes on behind it. */
struct words {
	const char *at;
	size_t len;
};

static struct words next_word(const char *from)
{
	from += strspn(from, " \t\n");
	return (struct words){ from, strcspn(from, " \t\n") };
}

static struct words word_after(struct words w)
{
	return next_word(w.at + w.len);
}

/* A word's base name, without the quotes or separators that it may have in a shell's text. */
static struct words base_of(struct words w)
{
	const char *slash;

	while (w.len && strchr("\"'(", *w.at))
		w.at++, w.len--;
	while (w.len && strchr("\"';&|)", w.at[w.len - 1]))
		w.len--;
	slash = memrchr(w.at, '/', w.len);
	if (slash) {
		w.len -= (size_t)(slash + 1 - w.at);
		w.at = slash + 1;
	}
	return w;
}

static bool word_is(struct words w, const char *s)
{
	return w.len == strlen(s) && !memcmp(w.at, s, w.len);
}

static bool is_listed(struct words w, const char *list)
{
	for (struct words l = next_word(list); l.len; l = word_after(l))
		if (l.len == w.len && !memcmp(l.at, w.at, w.len))
			return true;
	return false;
}

static const struct wrapper *find(const struct wrapper *table, size_t n, struct words base)
{
	for (size_t i = 0; i < n; i++)
		if (word_is(base, table[i].name))
			return &table[i];
	return NULL;
}

static const struct wrapper *find_interpreter(struct words base)
{
	/* python3.11 */
	while (base.len &&
	       (isdigit((unsigned char)base.at[base.len - 1]) || base.at[base.len - 1] == '.'))
		base.len--;
	return find(interpreters, CT_ARRAY_SIZE(interpreters), base);
}

static bool is_comm(const char *comm, size_t max, struct words base)
{
	size_t len = strnlen(comm, max);

	return len && (base.len < max ? len == base.len : len == max - 1 && base.len >= len) &&
	       !memcmp(comm, base.at, len);
}

/* Did a process of the workload run under this name? The kernel keeps 15 bytes of it. */
static bool was_seen(const struct ct_workload *w, struct words base)
{
	if (!base.len)
		return false;
	for (size_t i = 0; i < w->nexits; i++)
		if (w->exits[i].comm && is_comm(w->exits[i].comm, CT_COMM_LEN, base))
			return true;
	for (size_t i = 0; i < w->nkinds; i++)
		if (w->kinds[i].sampled && is_comm(w->kinds[i].proc.comm, CT_COMM_LEN, base))
			return true;
	return false;
}

static bool is_assignment(struct words w)
{
	const char *equals = memchr(w.at, '=', w.len);

	return equals && equals != w.at && !memchr(w.at, '/', (size_t)(equals - w.at)) &&
	       *w.at != '-';
}

/* The first word of a shell's text behind setup of the shell itself, such as `cd /x &&`. */
static struct words statement(struct words w)
{
	while (w.len && is_listed(base_of(w), "cd set export umask ulimit trap . source :")) {
		while (w.len && !strchr(";&|", w.at[w.len - 1]) && w.at[w.len] != '\n')
			w = word_after(w);
		w = word_after(w);
	}
	return w;
}

/* The program that a wrapper runs, or an empty word if it names none. */
static struct words wrapped(const struct wrapper *by, struct words w)
{
	int operands = by->operands;

	for (w = word_after(w); w.len; w = word_after(w)) {
		if (word_is(w, "--"))
			continue;
		if (*w.at == '-') {
			if (is_listed(w, by->valued))
				w = word_after(w);
		} else if (!is_assignment(w) && !operands--) {
			break;
		}
	}
	return w;
}

/*
 * An interpreter's script, or the first command of a shell's -c, for which *text is true. An empty
 * word if there is neither.
 */
static struct words script_of(const struct wrapper *by, struct words w, bool *text)
{
	int operands = by->operands;

	*text = false;
	for (w = word_after(w); w.len; w = word_after(w)) {
		if (*w.at != '-') {
			if (!operands--)
				break;
		} else if (by->text && w.len > 1 && w.at[1] != '-' &&
			   memchr(w.at, by->text, w.len)) {
			*text = by->shell;
			return by->shell ? statement(word_after(w)) : (struct words){ w.at, 0 };
		} else if (is_listed(w, by->valued)) {
			w = word_after(w);
		}
	}
	return w;
}

static bool is_script(struct words base)
{
	return base.len > 3 && !memcmp(base.at + base.len - 3, ".sh", 3);
}

/* The first later word that is the name of a process that ran. */
static struct words seen_after(const struct ct_workload *w, struct words word)
{
	for (word = word_after(word); word.len; word = word_after(word)) {
		struct words base = base_of(word);

		if (*word.at != '-' && was_seen(w, base) &&
		    !find(wrappers, CT_ARRAY_SIZE(wrappers), base) && !find_interpreter(base))
			break;
	}
	return word;
}

static void drop_extension(struct words *base)
{
	const char *dot = memrchr(base->at, '.', base->len);
	struct words ext;

	if (!dot || dot == base->at)
		return;
	ext = (struct words){ dot + 1, (size_t)(base->at + base->len - dot - 1) };
	if (is_listed(ext, "sh bash py pl rb js mjs php jar"))
		base->len = (size_t)(dot - base->at);
}

static char *program(const struct ct_workload *w)
{
	struct words word = next_word(w->command), base, next, seen;
	const struct wrapper *wrapper, *interpreter;

	while (word.len && is_assignment(word))
		word = word_after(word);
	for (base = base_of(word);; base = base_of(word)) {
		bool text = true;

		wrapper = find(wrappers, CT_ARRAY_SIZE(wrappers), base);
		interpreter = wrapper ? NULL : find_interpreter(base);
		if (wrapper)
			next = wrapped(wrapper, word);
		else if (interpreter)
			next = script_of(interpreter, word, &text);
		else if (is_script(base))
			next = (struct words){ word.at, 0 };
		else
			break;
		/* The recording knows better than the command line what ran. */
		seen = text ? seen_after(w, word) : (struct words){ word.at, 0 };
		word = seen.len ? seen : next;
		if (!word.len)
			break;
	}
	drop_extension(&base);
	return ct_xstrndup(base.at, base.len);
}

/* "nginx.service", "app@blue.service" or "job.scope" without the unit's type. */
static char *unit_name(const char *unit)
{
	const char *dot = strrchr(unit, '.');
	struct words type = { dot ? dot + 1 : "", dot ? strlen(dot + 1) : 0 };

	return is_listed(type, "service scope slice socket timer") ?
		       ct_xstrndup(unit, (size_t)(dot - unit)) :
		       ct_xstrdup(unit);
}

char *ct_emit__name(const struct ct_workload *w)
{
	const char *label = ct_workload__label(w), *slash = strrchr(label, '/');

	if (w->container.service && *w->container.service)
		return ct_xstrdup(w->container.service);
	if (w->kind == CT_WL_COMMAND && w->command && *w->command)
		return program(w);
	/* A cgroup's path, or NAMESPACE/POD/NAME of a container made from a manifest. */
	if (slash && slash[1])
		label = slash + 1;
	return w->kind == CT_WL_CONTAINER ? ct_xstrdup(label) : unit_name(label);
}

static char *key_of(const struct ct_report *r, size_t n, const char *extra, bool dns)
{
	ct_autofree char *name = ct_emit__name(r->advices[n].workload);

	return ct_emit__key(name, extra, dns);
}

/* The number in other if that is key with one, as "web-2" is web with 2; else 0. */
static size_t number_in(const char *other, const char *key, size_t len)
{
	const char *digits;

	if (strncmp(other, key, len) != 0 || other[len] != '-')
		return 0;
	digits = other + len + 1;
	if (*digits < '1' || *digits > '9' || strlen(digits) > 9 ||
	    digits[strspn(digits, "0123456789")])
		return 0;
	return strtoul(digits, NULL, 10);
}

char *ct_emit__unique_key(const struct ct_report *r, size_t n, const char *extra, bool dns)
{
	ct_autofree char *key = key_of(r, n, extra, dns);
	size_t len = strlen(key), same = 0, number = 2;
	/* Which numbers make a name that a recommendation has without one; there can be no more of
	 * them.
	 */
	ct_autofree bool *taken = ct_xzalloc(2 * r->nadvices + 2);

	len = dns && len > 52 ? 52 : len;
	for (size_t i = 0; i < r->nadvices; i++) {
		ct_autofree char *other = key_of(r, i, extra, dns);
		size_t m = number_in(other, key, len);

		same += i < n && !strcmp(key, other);
		if (m < 2 * r->nadvices + 2)
			taken[m] = true;
	}
	if (!same)
		return ct_steal(key);
	/* After web, web-2 and web, the third is web-3, since web-2 is a name of its own. */
	for (;; number++) {
		same -= !taken[number];
		if (!same)
			return ct_xasprintf("%.*s-%zu", (int)len, key, number);
	}
}
