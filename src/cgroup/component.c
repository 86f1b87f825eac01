/* SPDX-License-Identifier: GPL-2.0-only */
/* The components of a cgroup's path, and the shapes that names have there. */
#include <string.h>

#include "base/util.h"
#include "cgroup/name.h"
#include "model/unit_name.h"

/* Tools shorten container ids to this many digits, not to fewer. */
#define MIN_ID 12

#define UUID_LEN 36

bool ct_cgroup_part__next(const char *path, size_t *pos, struct ct_cgroup_part *p)
{
	*pos += strspn(path + *pos, "/");
	p->s = path + *pos;
	p->len = strcspn(p->s, "/");
	*pos += p->len;
	p->end = *pos;
	return p->len > 0;
}

bool ct_cgroup_part__is(const struct ct_cgroup_part *p, const char *word)
{
	return p->len == strlen(word) && !memcmp(p->s, word, p->len);
}

bool ct_cgroup_part__cut_prefix(struct ct_cgroup_part *p, const char *prefix)
{
	size_t n = strlen(prefix);

	if (p->len <= n || memcmp(p->s, prefix, n) != 0)
		return false;
	p->s += n;
	p->len -= n;
	return true;
}

bool ct_cgroup_part__cut_suffix(struct ct_cgroup_part *p, const char *suffix)
{
	size_t n = strlen(suffix);

	if (p->len <= n || memcmp(p->s + p->len - n, suffix, n) != 0)
		return false;
	p->len -= n;
	return true;
}

static bool is_hex(const struct ct_cgroup_part *p, size_t min, size_t max)
{
	if (p->len < min || p->len > max)
		return false;
	for (size_t i = 0; i < p->len; i++)
		if (!((p->s[i] >= '0' && p->s[i] <= '9') || (p->s[i] >= 'a' && p->s[i] <= 'f')))
			return false;
	return true;
}

bool ct_cgroup_part__is_hex(const struct ct_cgroup_part *p, size_t len)
{
	return is_hex(p, len, len);
}

bool ct_cgroup_part__is_id(const struct ct_cgroup_part *p)
{
	return ct_cgroup_part__is_hex(p, CT_CGROUP_ID);
}

bool ct_cgroup_part__is_short_id(const struct ct_cgroup_part *p)
{
	return is_hex(p, MIN_ID, CT_CGROUP_ID);
}

bool ct_cgroup_part__is_uuid(const struct ct_cgroup_part *p, char between)
{
	static const size_t lengths[] = { 8, 4, 4, 4, 12 };
	struct ct_cgroup_part digits = { p->s, 0, 0 };

	if (p->len != UUID_LEN)
		return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(lengths); i++) {
		digits.len = lengths[i];
		if (!ct_cgroup_part__is_hex(&digits, lengths[i]))
			return false;
		digits.s += lengths[i];
		if (i + 1 < CT_ARRAY_SIZE(lengths) && *digits.s++ != between)
			return false;
	}
	return true;
}

bool ct_cgroup_part__is_base36(const struct ct_cgroup_part *p, size_t len)
{
	for (size_t i = 0; i < p->len; i++)
		if (!((p->s[i] >= '0' && p->s[i] <= '9') || (p->s[i] >= 'a' && p->s[i] <= 'z')))
			return false;
	return p->len == len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *ct_cgroup_part__unescape(const struct ct_cgroup_part *p)
{
	char *out = ct_xzalloc(p->len + 1), *o = out;
	const char *s = p->s;

	for (size_t i = 0; i < p->len; i++) {
		bool escape = i + 3 < p->len && s[i] == '\\' && s[i + 1] == 'x';
		int high = escape ? hex_digit(s[i + 2]) : -1;
		int low = escape ? hex_digit(s[i + 3]) : -1;

		if (high < 0 || low < 0 || high + low == 0) {
			*o++ = s[i];
			continue;
		}
		*o++ = high << 4 | low;
		i += 3;
	}
	return out;
}

void ct_cgroup_name__set_id(struct ct_cgroup_name *name, const char *s, size_t len)
{
	const size_t max = sizeof(name->id) - 1, tail = strlen("~01234567");

	if (len <= max) {
		memcpy(name->id, s, len);
		name->id[len] = '\0';
		return;
	}
	memcpy(name->id, s, max - tail);
	/* Two long paths must not become one id. */
	snprintf(name->id + max - tail, tail + 1, "~%08x", ct_hash32(s, len));
}

bool ct_cgroup_part__is_kubepods(const struct ct_cgroup_part *p)
{
	static const char word[] = "kubepods";
	const char *at = memmem(p->s, p->len, word, strlen(word));

	return at && (at == p->s || at[-1] == '-');
}

bool ct_cgroup_part__is_unit(const struct ct_cgroup_part *p)
{
	return ct_unit_name__has_type(p->s, p->len);
}
