/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads YAML mappings with known keys into structs: one table describes how to read, check and free
 * them. For configuration files: each part of the program with a section has a table for it.
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
	CT_YAML_TEXTS,	 /* struct ct_strings: a list or a single text; added to what is there */
	CT_YAML_NODE,	 /* const struct ct_yaml_node *: of any kind, for another reader */
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
 * Reads the mapping n, which may be NULL or null, into the struct, which holds the defaults:
 * members whose keys are missing or null keep their values. what names the mapping in messages, "a
 * sink". Returns 0, or -EINVAL with file:line:column for a wrong value or an unknown key (the
 * message lists the known ones); the struct may be partly filled then, and is freed as usual.
 */
int ct_yaml_fields__read(const struct ct_yaml *y, const struct ct_yaml_node *n,
			 const struct ct_yaml_field *fields, const char *what, void *into,
			 struct ct_err *err);

/* Frees the texts of the struct and sets them to NULL. */
void ct_yaml_fields__free(const struct ct_yaml_field *fields, void *of);

#endif
