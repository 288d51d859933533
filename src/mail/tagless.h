/* tagless.h: HTML for people as plain lines, good enough to look for addresses and reasons in. Pure. */
#ifndef MAIL_TAGLESS_H
#define MAIL_TAGLESS_H

#include "base/arena.h"
#include "base/str.h"

/* Tags gone, blocks and breaks as line ends, the common entities as characters; style, script and
 * comments are nothing. */
struct str tagless(struct str html, struct arena *a);

#endif
