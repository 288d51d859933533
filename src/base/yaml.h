/* yaml.h: libyaml's door: a document as a tree of nodes that know their lines. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

/* Lives in the arena. Scalars are text: who reads them decides what they are. A plain ~, null or
 * nothing is YAML_NULL. */
struct yaml {
	enum yaml_kind kind;
	int line;       /* from 1 */
	bool quoted;    /* the scalar stood in quotes or in a block */
	struct str key; /* in a map: this member's name */
	int key_line;
	struct str text;    /* YAML_SCALAR */
	struct yaml *child; /* first element or member */
	struct yaml *next;  /* after this one in its list or map */
	size_t count;       /* children */
};

/*
 * Parse one document. `name` and `line0` (lines before the text in its file) are for errors:
 * "FILE:LINE: what". Refused (ERR_DATA): not UTF-8, NUL, two documents, a key twice, an alias or a
 * custom tag, nesting over 16, over 64 Ki nodes. An empty document is YAML_NULL.
 */
int yaml_parse(struct str text, const char *name, int line0, struct arena *a, struct yaml **out,
	struct err *e);

/* The member of a map, or NULL. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);

/* A word for the kind: "a list", "a map", "nothing", "text". */
const char *yaml_kind_name(const struct yaml *y);

#endif
