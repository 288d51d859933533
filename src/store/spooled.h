/* spooled.h: which wishes of a public-only host have been taken: each is granted once. */
#ifndef STORE_SPOOLED_H
#define STORE_SPOOLED_H

#include "store/db.h"

/* Note that this one is taken, in the transaction that grants it. 1 noted, 0 it was before. */
int spooled_add(struct db *db, struct str hash, const char *kind, int64_t now, struct err *e);

/* So many of a kind have been taken since then. */
int spooled_count(struct db *db, const char *kind, int64_t since, int64_t *n, struct err *e);

/* Forget those that were taken before then. Transaction of its own. */
int spooled_forget(struct db *db, int64_t before, struct err *e);

#endif
