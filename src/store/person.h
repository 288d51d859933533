/* person.h: all that the tables hold of one person: written out as JSON, or taken away. */
#ifndef STORE_PERSON_H
#define STORE_PERSON_H

#include "store/db.h"

/*
 * One JSON object with everything, of one moment, in the arena: what they told us, what was sent,
 * what relays said, what was agreed to and what happened. Moments are RFC 3339 in UTC. Left out is
 * what would open a door to who reads it: the signature of their links. 1 got it, 0 there is nobody
 * with this id.
 */
int person_json(struct db *db, int64_t id, struct arena *a, struct str *out, struct err *e);

/*
 * Delete every row of theirs, and the words of relays and requests of others that name their
 * address. In the caller's transaction. What remains are events: a number that stands for nobody.
 * Pieces of rows may stay in the file until it is swept: see below.
 */
int person_erase(struct db *db, int64_t id, struct err *e);

/* Has anybody been erased since the file was swept (db_sweep)? 1 yes, 0 no. */
int person_sweep_due(struct db *db, struct err *e);
/* Sweep at `now`: 1 done, 0 others are at it; again later. */
int person_sweep(struct db *db, int64_t now, struct err *e);
/* When that was last tried; 0: never. */
int person_swept_at(struct db *db, int64_t *at, struct err *e);

#endif
