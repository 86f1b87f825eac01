/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/proto.h"

#include <string.h>

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static bool take_varint(struct ct_proto *p, uint64_t *value)
{
	*value = 0;
	for (unsigned int shift = 0; p->left && shift < 64; shift += 7) {
		unsigned char c = (unsigned char)*p->at++;

		p->left--;
		*value |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return true;
	}
	p->broken = true;
	return false;
}

static bool skip(struct ct_proto *p, uint64_t len)
{
	if (len > p->left) {
		p->broken = true;
		return false;
	}
	p->at += len;
	p->left -= len;
	return true;
}

bool ct_proto__next(struct ct_proto *p, struct ct_proto_field *f)
{
	uint64_t tag, len;

	*f = (struct ct_proto_field){ 0 };
	if (p->broken || !p->left || !take_varint(p, &tag))
		return false;
	f->number = tag >> 3;
	switch (tag & 7) {
	case VARINT: return take_varint(p, &f->value);
	case FIXED64: return skip(p, 8);
	case FIXED32: return skip(p, 4);
	case BYTES: break;
	default: p->broken = true; return false;
	}
	if (!take_varint(p, &len))
		return false;
	f->is_bytes = true;
	f->bytes = p->at;
	f->len = len <= p->left ? (size_t)len : 0;
	return skip(p, len);
}

struct ct_proto ct_proto__of(const struct ct_proto_field *f)
{
	return (struct ct_proto){ f->bytes, f->len, false };
}

char *ct_proto__text(const struct ct_proto_field *f)
{
	return ct_xstrndup(f->bytes ? f->bytes : "", f->len);
}

bool ct_proto__find(struct ct_proto message, uint64_t number, struct ct_proto_field *f)
{
	while (ct_proto__next(&message, f))
		if (f->number == number && f->is_bytes)
			return true;
	*f = (struct ct_proto_field){ 0 };
	return false;
}

void ct_proto__add_entry(const struct ct_proto_field *f, struct ct_str *lines)
{
	struct ct_proto_field key, value;

	if (!ct_proto__find(ct_proto__of(f), 1, &key) || !key.len ||
	    memchr(key.bytes, '\n', key.len) || memchr(key.bytes, '=', key.len) ||
	    memchr(key.bytes, '\0', key.len))
		return;
	ct_proto__find(ct_proto__of(f), 2, &value);
	if (value.len &&
	    (memchr(value.bytes, '\n', value.len) || memchr(value.bytes, '\0', value.len)))
		return;
	ct_str__addn(lines, key.bytes, key.len);
	ct_str__add(lines, "=");
	if (value.len)
		ct_str__addn(lines, value.bytes, value.len);
	ct_str__add(lines, "\n");
}

static void put_varint(struct ct_str *message, uint64_t value)
{
	do {
		char c = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));

		ct_str__addn(message, &c, 1);
		value >>= 7;
	} while (value);
}

void ct_proto__put(struct ct_str *message, unsigned int number, const char *bytes, size_t len)
{
	put_varint(message, (uint64_t)number << 3 | BYTES);
	put_varint(message, len);
	ct_str__addn(message, bytes, len);
}
