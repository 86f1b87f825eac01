/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/ksyms.h"

#include <errno.h>
#include <string.h>

#include "kern/ksyms_iter.h"

#define KALLSYMS_MAX (64u << 20)

/*
 * systemd's ProtectKernelTunables= hides /proc/kallsyms with what it makes read-only; our unit has
 * it here.
 */
#define PUT_BESIDE "/dev/kallsyms"

struct symbol {
	uint64_t addr;
	const char *name; /* into data */
};

struct ct_ksyms {
	char *data;
	struct symbol *syms; /* by address */
	size_t len, cap;
	uint64_t stext, etext;
	uint64_t module_lo, module_hi;
	uint64_t loaded_lo, loaded_hi; /* of modules alone */
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* By hand, because 120,000 lines are read at every start. */
static uint64_t parse_hex(char **p)
{
	uint64_t v = 0;

	for (;; (*p)++) {
		unsigned int c = (unsigned char)**p;

		if (c - '0' < 10)
			v = v << 4 | (c - '0');
		else if ((c | 32) - 'a' < 6)
			v = v << 4 | ((c | 32) - 'a' + 10);
		else
			return v;
	}
}

static void widen(uint64_t *lo, uint64_t *hi, uint64_t addr)
{
	if (!*lo || addr < *lo)
		*lo = addr;
	if (addr > *hi)
		*hi = addr;
}

/* "ffffffff81abd470 T cap_capable" or "ffffffffc0025770 t name\t[module]". */
static void add_line(struct ct_ksyms *k, char *line)
{
	uint64_t addr = parse_hex(&line);
	char type, *name, *end;

	if (line[0] != ' ' || !line[1] || line[2] != ' ')
		return;
	type = line[1];
	name = line + 3;
	if (!strcmp(name, "_stext"))
		k->stext = addr;
	else if (!strcmp(name, "_etext"))
		k->etext = addr;
	if (type != 't' && type != 'T' && type != 'w' && type != 'W')
		return;
	end = strchr(name, '\t');
	if (end) {
		*end = '\0';
		widen(&k->module_lo, &k->module_hi, addr);
		if (strcmp(end + 1, "[bpf]") != 0 && strncmp(end + 1, "[__builtin__", 12) != 0)
			widen(&k->loaded_lo, &k->loaded_hi, addr);
	}
	*CT_PUSH(k->syms, k->len, k->cap) = (struct symbol){ addr, name };
}

static void parse(struct ct_ksyms *k)
{
	bool sorted = true;

	for (char *p = k->data, *next; *p; p = next) {
		next = strchrnul(p, '\n');
		if (*next)
			*next++ = '\0';
		add_line(k, p);
	}
	for (size_t i = 1; i < k->len && sorted; i++)
		sorted = k->syms[i - 1].addr <= k->syms[i].addr;
	if (!sorted)
		qsort(k->syms, k->len, sizeof(*k->syms), by_address);
}

/* Keeps only the names of the text, which are half of it. */
static void keep_names(struct ct_ksyms *k)
{
	char *names, *end;
	size_t size = 0;

	for (size_t i = 0; i < k->len; i++)
		size += strlen(k->syms[i].name) + 1;
	end = names = ct_xzalloc(size + 1);
	for (size_t i = 0; i < k->len; i++) {
		const char *name = k->syms[i].name;

		k->syms[i].name = end;
		end = stpcpy(end, name) + 1;
	}
	free(k->data);
	k->data = names;
	k->cap = k->len;
	k->syms = ct_xrealloc(k->syms, (k->len + 1) * sizeof(*k->syms));
}

/* path: NULL to read by a BPF iterator. */
static int load_from(const char *path, struct ct_ksyms **out)
{
	struct ct_ksyms *k = ct_xzalloc(sizeof(*k));
	int ret = path ? ct_read_file(path, KALLSYMS_MAX, &k->data, NULL) :
			 ct_ksyms_iter__read(&k->data);

	if (!ret) {
		parse(k);
		keep_names(k);
	}
	if (!ret && !k->stext)
		ret = -EACCES;
	if (ret)
		ct_ksyms__free(k);
	else
		*out = k;
	return ret;
}

int ct_ksyms__load(struct ct_ksyms **out, struct ct_err *err)
{
	int ret = load_from("/proc/kallsyms", out);

	if (!ret || !load_from(PUT_BESIDE, out) || (ret == -EACCES && !load_from(NULL, out)))
		return 0;
	if (ret != -EACCES)
		return ct_err__set(err, -ret, "cannot read /proc/kallsyms: %s", strerror(-ret));
	return ct_err__set(err, EACCES,
			   "/proc/kallsyms hides addresses: run as root, and see "
			   "sysctl kernel.kptr_restrict (2 hides them from root, and there is "
			   "another way to them only on Linux 6.0 and newer, with BTF)");
}

/* The first symbols are per-CPU ones, whose addresses are offsets from 0 on. */
static bool shows_addresses(const char *path)
{
	ct_autofclose FILE *f = fopen(path, "re");
	unsigned long long addr = 0;

	for (int i = 0; f && i < 64 && !addr; i++)
		if (fscanf(f, "%llx%*[^\n]", &addr) != 1)
			break;
	return addr != 0;
}

bool ct_ksyms__are_visible(void)
{
	return shows_addresses("/proc/kallsyms") || shows_addresses(PUT_BESIDE);
}

void ct_ksyms__free(struct ct_ksyms *k)
{
	if (!k)
		return;
	free(k->data);
	free(k->syms);
	free(k);
}

const char *ct_ksyms__name(const struct ct_ksyms *k, uint64_t addr)
{
	size_t lo = 0, hi = k->len;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (k->syms[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? k->syms[lo - 1].name : NULL;
}

int ct_ksyms__find(const struct ct_ksyms *k, const char *name, uint64_t *addr, uint64_t *size)
{
	for (size_t i = 0; i < k->len; i++) {
		size_t next = i + 1;

		if (strcmp(k->syms[i].name, name))
			continue;
		while (next < k->len && k->syms[next].addr == k->syms[i].addr)
			next++;
		*addr = k->syms[i].addr;
		*size = next < k->len ? k->syms[next].addr - *addr : 1;
		return 0;
	}
	return -ENOENT;
}

void ct_ksyms__text(const struct ct_ksyms *k, uint64_t *lo, uint64_t *size)
{
	*lo = k->stext;
	*size = k->etext > k->stext ? k->etext - k->stext : 0;
}

void ct_ksyms__modules(const struct ct_ksyms *k, uint64_t *lo, uint64_t *size)
{
	*lo = k->module_lo;
	*size = k->module_hi ? k->module_hi - k->module_lo + 1 : 0;
}

bool ct_ksyms__modules_are_within(const struct ct_ksyms *k, uint64_t lo, uint64_t size)
{
	return !k->loaded_hi || (k->loaded_lo >= lo && k->loaded_hi - lo < size);
}
