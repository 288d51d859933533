/* drafted.h: which bytes `draft` wrote as the issue of a day: who has not changed them has not edited
 * it. */
#ifndef STORE_DRAFTED_H
#define STORE_DRAFTED_H

#include "base/clock.h"
#include "store/db.h"

/*
 * Remember the text, in a transaction of its own (or the caller's). Before the file is written: a
 * draft that stands there unknown would pass for an editor's work, and one that is known but was
 * never written harms nobody.
 */
int drafted_keep(struct db *db, struct day day, struct str text, int64_t now, struct err *e);

/* Was it written by `draft`? 1 yes, 0 no. */
int drafted_has(struct db *db, struct day day, struct str text, struct err *e);

#endif
