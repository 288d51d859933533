/* share.h: no owner and no organisation has more than its share of a list. Pure. */
#ifndef COMPOSE_SHARE_H
#define COMPOSE_SHARE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Who stands behind a row; an empty one counts for nobody. Compared without case. */
struct share {
	struct str owner;        /* at most two rows: an account, a feed */
	struct str organisation; /* at most 40 % of the list, but one row in any case */
};

/*
 * Of n candidates, the best first, take at most `top`: take[i] says which. Returns how many. A list
 * that came out shorter has smaller shares, so it is taken again until it keeps them.
 */
size_t share_take(const struct share *rows, size_t n, size_t top, bool *take);

#endif
