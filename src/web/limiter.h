/* limiter.h: how often forms may be posted: by whom, and in all. Pure: the time is passed in. */
#ifndef WEB_LIMITER_H
#define WEB_LIMITER_H

#include "settings/settings.h"
#include "web/client.h"

/* So often may one client in an hour do each of these (RELIABILITY O2). */
enum { LIMITER_CLIENT = 5 };

/* To be shown the form once more is not yet to subscribe: who came by a form without a token presses
 * twice for one subscription. */
enum limiter_deed { LIMITER_SUBSCRIBE, LIMITER_FORM, LIMITER_DEEDS };

/*
 * What it knows is lost with the process: that lets a few more through after a restart, and what one
 * address may be sent is counted in the database. Of more clients than it has room for the one that
 * was quiet for longest is forgotten; what they can do together, `all` bounds.
 */
struct limiter;

/* `all`: so many in a span; count 0: no limit. */
struct limiter *limiter_new(struct rate all);
void limiter_free(struct limiter *l); /* NULL is fine */

/* May this one now? Counted when it may; else how long until it may, in microseconds. 0: it may. */
int64_t limiter_client(
	struct limiter *l, const struct client *c, enum limiter_deed deed, int64_t now);
/* The same question about everybody. */
int64_t limiter_all(struct limiter *l, int64_t now);

#endif
