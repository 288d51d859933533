/* mark.h: is this the database that sent last? Its number is kept in a file beside it as well. */
#ifndef DELIVER_MARK_H
#define DELIVER_MARK_H

#include "settings/publication.h"
#include "store/db.h"

/*
 * A restored backup does not know who was served since it was made: ERR_DATA, unless `force`
 * (RELIABILITY R14).
 */
int mark_check(const struct publication *p, struct db *db, bool force, struct err *e);

/* A send begins: the next number, in the database first. */
int mark_raise(const struct publication *p, struct db *db, struct err *e);

#endif
