/* edition.h: frozen messages, kept under their hash. */
#ifndef STORE_EDITION_H
#define STORE_EDITION_H

#include "store/db.h"

struct edition {
	int64_t id;
	struct str hash; /* 64 hex digits */
	struct str kind; /* issue, confirm, left */
	struct str day;  /* empty for notes */
	struct str subject;
	struct str bytes;
	int64_t made_at;
};

/* Keep it, or find the same bytes kept before; fills in id and made_at. In the caller's
 * transaction. */
int edition_keep(struct db *db, struct edition *ed, int64_t now, struct err *e);
/* 1 found, 0 not. */
int edition_get(struct db *db, int64_t id, struct arena *a, struct edition *out, struct err *e);
int edition_find(
	struct db *db, struct str hash, struct arena *a, struct edition *out, struct err *e);

#endif
