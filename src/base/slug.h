/* slug.h: names of repositories and models, as links are built from them. Pure. */
#ifndef BASE_SLUG_H
#define BASE_SLUG_H

#include <stdbool.h>

#include "base/str.h"

/* Parts of 1 to 100 of [A-Za-z0-9._-], none of them "." or "..", with so many slashes between
 * them. */
bool slug_is_name(struct str s, int least_slashes, int most_slashes);

#endif
