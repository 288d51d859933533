/* event.h: the record of what happened; rows are only added. */
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include "store/db.h"

/* Add one, in the caller's transaction, so that the fact and its record are one. Ids of 0 are null;
 * detail is a JSON object or empty. */
int event_add(struct db *db, int64_t at, const char *kind, int64_t subscriber, int64_t issue,
	struct str detail, struct err *e);

#endif
