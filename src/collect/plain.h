/* plain.h: HTML that a stranger wrote, as one line of plain text. Pure. */
#ifndef COLLECT_PLAIN_H
#define COLLECT_PLAIN_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * Tags go (those that begin a line or a paragraph leave a space, scripts and styles go with what is
 * in them), references become characters, and the rest is cleaned (text_clean). What only looks
 * like HTML ("a < b", "AT&T") stays as it is. In the arena.
 */
struct str plain_text(struct str html, struct arena *a);

/* Does a tag of that name begin a new line? */
bool plain_breaks(struct str name);

#endif
