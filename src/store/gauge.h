/* gauge.h: a few numbers that tell how the paper is, for who watches it. */
#ifndef STORE_GAUGE_H
#define STORE_GAUGE_H

#include "store/db.h"

/* A number with its place in a family: {"deliveries", "sent", 17}. */
typedef void gauge_fn(void *context, const char *family, const char *member, int64_t value);

/*
 * Calls fn for each: "subscribers" by state; of the newest issue: its "deliveries" by state, when it
 * "began" and "ended" (0: not yet); "notes" by state, and since when the oldest that is not sent is
 * "owed" (0: none is). One read, so that they belong together: a tenth of a second for a million
 * deliveries.
 */
int gauge_each(struct db *db, gauge_fn *fn, void *context, struct err *e);

#endif
