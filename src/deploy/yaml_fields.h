/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of YAML whose keys are known, read into structs by tables: one table reads, checks and
 * frees. For configuration files: whoever has a section of its own has a table of its own.
 */
#ifndef CT_DEPLOY_YAML_FIELDS_H
#define CT_DEPLOY_YAML_FIELDS_H

#include "base/strings.h"
#include "deploy/yaml.h"

enum ct_yaml_type {
	CT_YAML_TEXT,	      /* char *, owned */
	CT_YAML_BOOL,	      /* bool: true or false */
	CT_YAML_UINT,	      /* uint64_t */
	CT_YAML_DURATION,     /* uint64_t, nanoseconds: "5s", "30d" */
	CT_YAML_TIME_OR_NONE, /* the same, or "none": 0 */
	CT_YAML_SIZE,	      /* uint64_t, bytes: "64M" */
	CT_YAML_SHARE,	      /* uint64_t, parts in a million: "2%" */
	CT_YAML_CHOICE,	      /* int: index into choices */
	CT_YAML_TEXTS,	 /* struct ct_strings: a list, or a single one; added to what is there */
	CT_YAML_NODE,	 /* const struct ct_yaml_node *: whatever it is, for another reader */
	CT_YAML_SECTION, /* a mapping with fields of its own */
};

struct ct_yaml_field {
	const char *name; /* NULL ends a table */
	enum ct_yaml_type type;
	size_t offset;			    /* in the struct */
	const char *const *choices;	    /* NULL at the end */
	const struct ct_yaml_field *fields; /* of a section, with offsets in the same struct */
};

/*
 * Reads the mapping n into the struct, which holds the defaults: what is not there, or null, stays
 * as it is. what: of which it is, "a sink", for messages. n may be NULL or null. Returns 0 or
 * -EINVAL with file:line:column: an unknown key, with those that there are, or a wrong value. The
 * struct may be filled in part then, and is to be freed as ever.
 */
int ct_yaml_fields__read(const struct ct_yaml *y, const struct ct_yaml_node *n,
			 const struct ct_yaml_field *fields, const char *what, void *into,
			 struct ct_err *err);

/* Frees the texts of the struct, and leaves NULL in their place. */
void ct_yaml_fields__free(const struct ct_yaml_field *fields, void *of);

#endif
