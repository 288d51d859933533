/* spot.h: what stands out in a line of prose: addresses, enhanced status codes, SMTP reply codes. Pure. */
#ifndef MAIL_SPOT_H
#define MAIL_SPOT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * The next thing in *rest that looks like an address with a dot in its domain, not part of a URL;
 * *rest goes on behind it. False: none is left. *before is what stood between.
 */
bool spot_address(struct str *rest, struct str *before, struct str *out);

/* The address in a field like "rfc822; <ann@example.org>", also without a dot; empty: none. */
struct str spot_mailbox(struct str field);

/* The first or the last "5.1.1" (class 2, 4 or 5) that is no part of a network address or version;
 * empty: none. */
struct str spot_status(struct str text);
struct str spot_last_status(struct str text);

/* The first SMTP reply code, 400 to 599, where one can stand; 0: none. */
unsigned spot_code(struct str text);

#endif
