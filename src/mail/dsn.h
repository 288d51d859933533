/* dsn.h: delivery status notifications (RFC 3464, 6533): groups of fields, one for each recipient. Pure. */
#ifndef MAIL_DSN_H
#define MAIL_DSN_H

#include "base/arena.h"
#include "base/str.h"
#include "mail/report.h"

/* What the actions amount to; a report may have several. */
struct dsn {
	size_t failed, delayed, delivered;
};

/*
 * Add the recipients of a status part, or of a status report that somebody pasted into prose. `prose`
 * is what the message says to people: looked at when a status says nothing of itself. Recipients that
 * were there already keep what they have.
 */
struct dsn dsn_read(struct str status, struct str prose, struct arena *a, struct report *out);

#endif
