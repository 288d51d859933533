/* charted.h: which names today's answers already have: those need not be asked for again. Pure. */
#ifndef COLLECT_CHARTED_H
#define COLLECT_CHARTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * The texts behind a JSON key ("full_name"), wherever it stands, gathered body by body. It is no
 * reader of JSON: a name too many costs one observation, and the rows are the views' business.
 */
struct charted {
	struct str *names;
	size_t count, room;
};

/* The bodies are borrowed; charted_own makes the names the arena's. */
void charted_add(struct charted *c, struct str body, const char *key, struct arena *a);
void charted_own(struct charted *c, struct arena *a);
/* Sort them; before the first question, and after the last body. */
void charted_sort(struct charted *c);
/* Is it among them? ASCII letters compare without case, as GitHub has it. */
bool charted_has(const struct charted *c, struct str name);

#endif
