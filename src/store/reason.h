/* reason.h: why people leave, as counts that are tied to nobody. */
#ifndef STORE_REASON_H
#define STORE_REASON_H

#include "store/db.h"

enum reason {
	REASON_TOO_OFTEN,
	REASON_NO_INTEREST,
	REASON_NEVER_ASKED,
	REASON_ELSEWHERE, /* they read it in another place: the archive, a feed */
	REASON_OTHER,
};
enum { REASONS = 5 };

/* The stored word, which forms send too, and back (false: no such word). */
const char *reason_name(enum reason r);
bool reason_parse(struct str word, enum reason *out);

/* One more. In the caller's transaction. */
int reason_count(struct db *db, enum reason r, struct err *e);
/* How many said each. */
int reason_counts(struct db *db, int64_t counts[static REASONS], struct err *e);

#endif
