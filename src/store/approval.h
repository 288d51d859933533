/* approval.h: who let which edition go out; the newest word of a day counts. */
#ifndef STORE_APPROVAL_H
#define STORE_APPROVAL_H

#include "base/clock.h"
#include "store/db.h"

struct approval {
	int64_t edition_id;
	struct str hash;      /* the edition's */
	struct str bare_hash; /* of its words, and the letter without the day's figures */
	struct str by;        /* the system user: printable ASCII */
	int64_t at;
};

/* Add one, and its event with it, in the caller's transaction: the word and its record are one. The
 * edition has been kept before; `hash` must be its. */
int approval_add(struct db *db, struct day day, const struct approval *a, struct err *e);

/* The newest of the day: 1, or 0 when there is none. Strings live in the arena. */
int approval_newest(
	struct db *db, struct day day, struct arena *a, struct approval *out, struct err *e);

#endif
