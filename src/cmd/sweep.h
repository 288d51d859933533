/* sweep.h: the database's file written anew after somebody was erased, when nobody is disturbed by
 * that. */
#ifndef CMD_SWEEP_H
#define CMD_SWEEP_H

#include "settings/publication.h"
#include "store/db.h"

/* Sweep, if somebody was erased since the last time: 1 there is nothing in the file any more, 0 not
 * now, for a send is running or the database is busy. */
int sweep_if_due(const struct publication *p, struct db *db, struct err *e);

/* The same, at the end of other work: trouble is told and left for the next time. */
void sweep_after(const struct publication *p, struct db *db);

#endif
