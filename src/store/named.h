/* named.h: a table of values by name, for counting in one walk what SQL would have to sort. */
#ifndef STORE_NAMED_H
#define STORE_NAMED_H

#include "base/arena.h"
#include "base/str.h"

struct named {
	struct named_entry *at; /* a power of two of places, at most half of them taken */
	size_t room, count;
};

/* The value of a name, made of `size` zero bytes in the arena when it is new. */
void *named_get(struct named *t, struct str name, size_t size, struct arena *a);

/* The values in order, as one array in the arena that goes to *out; returns how many, at most
 * `most`. */
size_t named_ranked(const struct named *t, size_t size, size_t most,
	int (*order)(const void *, const void *), struct arena *a, void *out);

void named_free(struct named *t);

#endif
