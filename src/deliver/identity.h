/* identity.h: every link in mail that is out was signed for one list_id; with another they die. */
#ifndef DELIVER_IDENTITY_H
#define DELIVER_IDENTITY_H

#include "settings/publication.h"
#include "store/db.h"

/*
 * Is publication.list_id what the links in the readers' mail were signed for? 1 yes, or none is out
 * yet; 0 no: *known (in the arena) is what they say.
 */
int identity_same(const struct publication *p, struct db *db, struct arena *a, struct str *known,
	struct err *e);

/*
 * Before a send: note the list_id of the first one, refuse another later (ERR_CONFIG, with the
 * remedy), or with `force` take it on: old links die, and everybody's is signed anew.
 */
int identity_hold(const struct publication *p, struct db *db, bool force, struct err *e);

#endif
