/* sweep.h: the database's file written anew after somebody was erased, when nobody is disturbed by
 * that. */
#ifndef CMD_SWEEP_H
#define CMD_SWEEP_H

#include "cmd/desk.h"

/* Sweep, if somebody was erased since the last time: 1 there is nothing in the file any more, 0 not
 * now, for a send is running or the database is busy. */
int sweep_if_due(const struct desk *d, struct err *e);

/* The same, at the end of other work: trouble is told and left for the next time. With a million
 * people it keeps writers waiting for seconds, so it is not done twice within an hour. */
void sweep_after(const struct desk *d);

#endif
