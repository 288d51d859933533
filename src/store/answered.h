/* answered.h: what came back of an issue: refusals, bounces, complaints. */
#ifndef STORE_ANSWERED_H
#define STORE_ANSWERED_H

#include "store/db.h"

struct answered {
	int64_t all;     /* who are meant */
	int64_t served;  /* sent, or failed: what came of them is known */
	int64_t refused; /* of them: by the relay, since the address is no good (RELIABILITY S3) */
	int64_t bounced; /* by mail, later: others than those */
	int64_t complained; /* persons */
};

/* From the ledger: all and served. One walk through the issue's rows. */
int answered_count(struct db *db, int64_t issue, struct answered *out, struct err *e);
/* From what came back: refused, bounced and complained; the rest of *out stays. By an index, so at any
 * time. */
int answered_returned(struct db *db, int64_t issue, struct answered *out, struct err *e);

/* What most of those who bounced were refused with, in the arena: 1, 0 none was. */
int answered_words(struct db *db, int64_t issue, struct arena *a, struct str *words, struct err *e);

#endif
