/* asset.h: the templates and migrations that were built into the program. */
#ifndef BASE_ASSET_H
#define BASE_ASSET_H

#include <stddef.h>

#include "base/str.h"

struct asset {
	const char *name; /* as in the source tree: "templates/issue.html",
			     "migrations/0001_first.sql" */
	struct str bytes; /* a NUL follows them */
};

/* All of them, in the order of their names; *n is how many. */
const struct asset *asset_all(size_t *n);

/* The one of that name, or NULL. */
const struct asset *asset_find(const char *name);

#endif
