/* suppression.h: the table of addresses that never get mail, known by their keyed hashes. */
#ifndef STORE_SUPPRESSION_H
#define STORE_SUPPRESSION_H

#include "store/db.h"

/* As long as settings/keys.h makes them. */
enum { SUPPRESSION_HASH = 32 };

/* Add one, in the caller's transaction; `email` is the plain address or empty. One that is there
 * stays, and gets the address if it had none. */
int suppression_add(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct str email,
	struct str why, int64_t now, struct err *e);
/* 1 it was there and is gone, 0 it was not there. */
int suppression_remove(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct err *e);
/* 1 never mail to it, 0 not suppressed. */
int suppression_has(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct err *e);

/* Why it is: 1 got it (in the arena), 0 not suppressed. */
int suppression_why(struct db *db, const uint8_t hash[static SUPPRESSION_HASH], struct arena *a,
	struct str *out, struct err *e);

struct suppression {
	uint8_t hash[SUPPRESSION_HASH];
	struct str email; /* empty: only the hash is known */
	struct str why;
	int64_t at;
};

/* Calls fn for each, in the order of the hashes. They are read in chunks, and no transaction is
 * open while fn works, so it may write. Return -1 from fn to stop. */
typedef int suppression_fn(void *context, const struct suppression *s, struct err *e);
int suppression_each(struct db *db, suppression_fn *fn, void *context, struct err *e);

#endif
